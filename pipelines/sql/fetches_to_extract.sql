-- The article pages to extract for a source and run: all that the run fetched, and earlier ones nobody has decided on.
select f.id as fetch_id, f.url_id, f.run, f.url, f.fetched_at, f.digest, f.warc_file, f.warc_offset, f.warc_length
from fetches f
join urls u on u.id = f.url_id
where f.source = %(source)s
    and f.outcome = 'fetched'
    and f.warc_file is not null
    and u.kind = 'article'
    and (
        f.run = %(run)s
        or (f.run < %(run)s and u.state = 'fetched' and not exists (select from outcomes o where o.fetch_id = f.id))
    )
order by f.id
