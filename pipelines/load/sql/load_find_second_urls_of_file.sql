-- Find lines that have the same new article under several URLs. One line keeps the article, and the URLs of the others become second URLs.
-- The line whose address is its canonical URL keeps the article. If there is none, the line that was fetched first keeps it.
with recursive firsts as (
    select *, row_number() over (order by canonical_key <> url_key, fetched_at, n) as rank
    from (
        select distinct on (url_id) url_id, source, url_key, variant_key, canonical_key, akin, title_digest, text_digest, fetched_at, n
        from lines
        where reason = '' and article_id is null and copy_of is null
        order by url_id, fetched_at, n
    ) one
), pairs as (
    select l.url_id, e.url_id as copy_of, e.rank
    from firsts l join firsts e on e.source = l.source and e.text_digest = l.text_digest and e.rank < l.rank
    where e.title_digest = l.title_digest or e.canonical_key = l.canonical_key
    union all
    select l.url_id, e.url_id, e.rank
    from firsts l join firsts e on e.source = l.source and e.canonical_key = l.canonical_key and e.title_digest = l.title_digest and e.rank < l.rank
    where l.canonical_key in (l.url_key, e.url_key)
    union all
    select l.url_id, e.url_id, e.rank
    from firsts l join firsts e on e.source = l.source and e.canonical_key = l.canonical_key and e.rank < l.rank
    where l.akin and (e.akin or e.url_key = e.canonical_key) and l.canonical_key <> l.url_key
    union all
    select l.url_id, e.url_id, e.rank
    from firsts l join firsts e on e.source = l.source and e.variant_key = l.variant_key and e.title_digest = l.title_digest and e.rank < l.rank
), direct as (
    select distinct on (url_id) url_id, copy_of from pairs order by url_id, rank
), chain as (
    select url_id, copy_of from direct
    union all
    select c.url_id, d.copy_of from chain c join direct d on d.url_id = c.copy_of
)
update lines l set copy_of = c.copy_of
from chain c
where l.url_id = c.url_id and l.reason = '' and not exists (select from direct d where d.url_id = c.copy_of)
