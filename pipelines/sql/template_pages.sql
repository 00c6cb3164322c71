-- The pages a source's template is learned of, spread over the newest ones, without those that are known to be no article.
select * from (
    select * from (
        select distinct on (url_id) *
        from (
            select f.id as fetch_id, f.url_id, f.run, f.url, f.fetched_at, f.digest, f.warc_file, f.warc_offset, f.warc_length
            from fetches f join urls u on u.id = f.url_id
            where f.source = %(source)s and f.outcome = 'fetched' and f.warc_file is not null and f.run >= %(since)s
                and u.kind = 'article' and u.state in ('fetched', 'stored', 'unchanged')
            order by f.id desc
            limit %(among)s
        ) newest
        order by url_id, fetch_id desc
    ) one
    order by md5(url), fetch_id
    limit %(most)s
) chosen
order by fetch_id
