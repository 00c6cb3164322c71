-- URLs somebody asked for by hand: due now, whatever was decided before.
insert into urls (source, url_key, variant_key, url, host, kind, discovered_run)
values %s
on conflict (source, url_key) do update
set next_at = now(), attempts = 0, digest = '', etag = '', last_modified = '', due_for = 'asked', due_by = null, state = case
    when urls.state = 'excluded' then 'discovered' else urls.state end
