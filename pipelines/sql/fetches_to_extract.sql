-- The article pages to extract for a source and run: all that the run fetched, and those of other runs nobody has decided on.
-- A newer run may still be going on, unless it is labelled later than now.
select f.id as fetch_id, f.url_id, f.run, f.url, f.fetched_at, f.digest, f.warc_file, f.warc_offset, f.warc_length
from fetches f
join urls u on u.id = f.url_id
where f.source = %(source)s
    and f.outcome = 'fetched'
    and f.warc_file is not null
    and u.kind = 'article'
    and (
        f.run = %(run)s
        or (
            (f.run < %(run)s or f.run > to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24MISS'))
            and u.state = 'fetched' and not exists (select from outcomes o where o.fetch_id = f.id)
        )
    )
order by f.id
