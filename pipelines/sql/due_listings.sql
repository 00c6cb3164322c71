-- The feeds, sitemaps and sections of a source are looked at in every run; one that comes back to its file is read in full.
insert into urls (source, url_key, url, host, kind, discovered_run)
values %s
on conflict (source, url_key) do update
set next_at = now(), kind = excluded.kind, url = excluded.url, via = '', alias_of = null, missed_at = null,
    digest = case when urls.missed_at is null then urls.digest else '' end,
    etag = case when urls.missed_at is null then urls.etag else '' end,
    last_modified = case when urls.missed_at is null then urls.last_modified else '' end
