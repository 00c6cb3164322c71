-- How many article pages of a source came into the raw store after a fetch and since a run, and the newest fetch of any of them.
select count(distinct f.url_id)::int as pages, coalesce(max(f.id), %(after)s) as newest_fetch
from fetches f
where f.source = %(source)s and f.outcome = 'fetched' and f.warc_file is not null and f.id > %(after)s and f.run >= %(since)s
    and exists (select from urls u where u.id = f.url_id and u.kind = 'article')
    and not exists (
        select from fetches before
        where before.url_id = f.url_id and before.id <= %(after)s and before.outcome = 'fetched'
    )
