-- The feeds, sitemaps and sections of a source are looked at in every run.
insert into urls (source, url_key, url, host, kind, discovered_run)
values %s
on conflict (source, url_key) do update
set next_at = now(), kind = excluded.kind, url = excluded.url, via = '', alias_of = null
