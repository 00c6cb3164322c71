-- The pages that stored articles were made of by another extractor, where these fetches are newer looks at the same URL: only
-- what one extractor makes of both tells whether the site changed the article.
select distinct on (f.id) f.id as fetch_id, f.url_id, f.run, f.url, f.fetched_at, f.digest, f.warc_file, f.warc_offset, f.warc_length,
    a.title_digest, a.text_digest
from fetches newer
join articles a on a.url_id = newer.url_id
join fetches f on f.id = a.fetch_id
where newer.id = any(%(fetches)s::bigint[]) and newer.fetched_at > a.seen_at
    and a.source = %(source)s and a.extractor <> %(extractor)s
    and f.warc_file is not null and f.id <> all(%(fetches)s::bigint[])
order by f.id
