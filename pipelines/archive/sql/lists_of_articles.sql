-- The lists that named these articles, and the lists that named those lists. Each comes with its last fetch before the article was
-- discovered or, if there is none, with its first fetch after that.
with recursive named (id, source, url, kind, via, at, depth) as (
    select l.id, l.source, l.url, l.kind, l.via, u.discovered_at, 1
    from articles a
    join urls u on u.id = a.url_id
    join urls l on l.url = u.via and l.source = u.source and l.kind <> 'article'
    where a.id = any(%(articles)s)
    union
    select l.id, l.source, l.url, l.kind, l.via, n.at, n.depth + 1
    from named n
    join urls l on l.url = n.via and l.source = n.source and l.kind <> 'article' and l.id <> n.id
    where n.depth < %(most)s
)
select distinct on (f.id) n.url, n.kind, f.run, f.fetched_at, f.final_url, f.status, f.digest as page_sha256, f.warc_file, f.warc_offset,
    f.warc_length
from named n
join lateral (
    select * from fetches one
    where one.url_id = n.id and one.outcome = 'fetched' and one.warc_file is not null
    order by one.fetched_at <= n.at desc, abs(extract(epoch from one.fetched_at - n.at))
    limit 1
) f on true
order by f.id
