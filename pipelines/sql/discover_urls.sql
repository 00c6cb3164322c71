-- URLs a list named: new ones are due at once, known ones again where the list says they changed or the rules now let them in.
insert into urls (source, url_key, url, host, kind, state, reason, via, entry, discovered_run, decided_run, decided_at, next_at)
values %s
on conflict (source, url_key) do update
set entry = excluded.entry,
    next_at = now(),
    state = case when urls.state = 'excluded' then 'discovered' else urls.state end,
    reason = case when urls.state = 'excluded' then '' else urls.reason end,
    decided_at = case when urls.state = 'excluded' then null else urls.decided_at end,
    decided_run = case when urls.state = 'excluded' then null else urls.decided_run end
where excluded.state <> 'excluded' and case
    when urls.state = 'excluded' then urls.reason not like 'robots.txt%%' and urls.reason not like 'guard:%%'
    else urls.next_at is null and urls.state <> 'fetched'
        and (excluded.entry ->> 'modified_at')::timestamptz > urls.fetched_at
        and (excluded.entry ->> 'modified_at')::timestamptz
            > coalesce((urls.entry ->> 'modified_at')::timestamptz, '-infinity')
    end
returning state, (xmax = 0) as added
