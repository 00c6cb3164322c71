-- The page of a section that its page before names: due now, unless it was had in this run.
insert into urls (source, url_key, url, host, kind, via, discovered_run)
values (%(source)s, %(key)s, %(url)s, %(host)s, 'section', %(via)s, %(run)s)
on conflict (source, url_key) do update
set next_at = now(), attempts = 0
where urls.kind = 'section' and urls.via <> '' and urls.decided_run is distinct from %(run)s
