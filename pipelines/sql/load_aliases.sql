-- What stored pages call their own address is an alias of theirs, where it could well be: it need not be fetched, and is not if
-- nobody did so far.
insert into urls (
    source, url_key, variant_key, url, host, kind, state, code, reason, via, discovered_run, decided_run, decided_at, next_at, alias_of)
select distinct on (alias.url_key) a.source, alias.url_key, alias.variant_key, alias.url, alias.host, 'article', 'duplicate',
    'alias', 'alias: canonical', l.url, alias.run, alias.run, now(), null::timestamptz, a.url_id
from (values %s) as alias (n, url_key, variant_key, url, host, run)
join lines l on l.n = alias.n
join articles a on a.id = l.article_id
where l.akin and l.copy_of is null and l.verdict in ('stored', 'unchanged') and alias.url_key <> l.url_key
order by alias.url_key, l.n
on conflict (source, url_key) do update
set state = 'duplicate', code = 'alias', reason = excluded.reason, alias_of = excluded.alias_of, decided_run = excluded.decided_run,
    decided_at = now(), next_at = null, due_for = '', due_by = null
where urls.state = 'discovered' and urls.fetched_at is null and urls.leased_until is null and urls.kind = 'article'
    and urls.id <> excluded.alias_of
