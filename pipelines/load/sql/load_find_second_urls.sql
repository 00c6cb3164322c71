-- Find second URLs of stored articles: lines with an article that is stored under another URL. A line is such a second URL in five cases,
-- one for each branch below. "Both" are the line and the stored article.
-- 1. Both have the same text, and the same title or canonical URL.
-- 2. Both have the same title and canonical URL. This URL must be the address of one of them, because broken sites state one canonical URL
--    on every page.
-- 3. Both have the same title, and the line's URL is already an alias of the article.
-- 4. The line's canonical URL is the article's address or an alias of it, and the line's own address is akin to it.
-- 5. Both have the same title and the same variant key.
with found as (
    select l.url_id, a.url_id as copy_of, a.id
    from lines l
        join articles a on a.source = l.source and a.text_digest = l.text_digest and a.url_id <> l.url_id
    where l.reason = '' and l.article_id is null
        and (a.title_digest = l.title_digest or a.canonical_key = l.canonical_key)
    union all
    select l.url_id, a.url_id, a.id
    from lines l
        join articles a on a.source = l.source and a.canonical_key = l.canonical_key and a.url_id <> l.url_id
        join urls u on u.id = a.url_id
    where l.reason = '' and l.article_id is null
        and a.title_digest = l.title_digest and l.canonical_key in (l.url_key, u.url_key)
    union all
    select l.url_id, a.url_id, a.id
    from lines l join urls u on u.id = l.url_id and u.alias_of is not null join articles a on a.url_id = u.alias_of
    where l.reason = '' and l.article_id is null and a.title_digest = l.title_digest
    union all
    select l.url_id, a.url_id, a.id
    from lines l join urls u on u.source = l.source and u.url_key = l.canonical_key
        join articles a on a.url_id = coalesce(u.alias_of, u.id) and a.url_id <> l.url_id
    where l.reason = '' and l.article_id is null and l.akin and l.canonical_key <> l.url_key
    union all
    select l.url_id, a.url_id, a.id
    from lines l join urls u on u.source = l.source and u.variant_key = l.variant_key
        join articles a on a.url_id = u.id and a.url_id <> l.url_id
    -- Postgres' statistics may be of other lines, none of which has a variant_key. With `is not null` the planner expects few
    -- keys and looks up each of them. Without this condition the planner compares all lines with all URLs of their source.
    where l.variant_key is not null and l.reason = '' and l.article_id is null and a.title_digest = l.title_digest
)
update lines l set copy_of = f.copy_of
from (select distinct on (url_id) url_id, copy_of from found order by url_id, id) f
where l.url_id = f.url_id and l.reason = ''
