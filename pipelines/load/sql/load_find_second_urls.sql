-- Find second URLs of stored articles. In the order of the branches below, a line and an article agree in 1. the text, and the title or the
-- canonical URL;
-- 2. the canonical URL and the title, if one of the two stands at that URL (broken sites name one canonical URL on every page);
-- 3. the title, and the line's URL is an alias of the article's already;
-- 4. only this: the line's canonical URL is the article's address, and the line's own address is akin to it;
-- 5. the title and the variant key.
with found as (
    select l.url_id, a.url_id as copy_of, a.id
    from lines l
        join articles a on a.source = any(%(sources)s) and a.source = l.source and a.text_digest = l.text_digest and a.url_id <> l.url_id
    where l.reason = '' and l.article_id is null
        and (a.title_digest = l.title_digest or a.canonical_key = l.canonical_key)
    union all
    select l.url_id, a.url_id, a.id
    from lines l
        join articles a on a.source = any(%(sources)s) and a.source = l.source and a.canonical_key = l.canonical_key and a.url_id <> l.url_id
        join urls u on u.id = a.url_id
    where l.reason = '' and l.article_id is null
        and a.title_digest = l.title_digest and l.canonical_key in (l.url_key, u.url_key)
    union all
    select l.url_id, a.url_id, a.id
    from lines l join urls u on u.id = l.url_id and u.alias_of is not null join articles a on a.url_id = u.alias_of
    where l.reason = '' and l.article_id is null and a.title_digest = l.title_digest
    union all
    select l.url_id, a.url_id, a.id
    from lines l join urls u on u.source = any(%(sources)s) and u.source = l.source and u.url_key = l.canonical_key
        join articles a on a.url_id = coalesce(u.alias_of, u.id) and a.url_id <> l.url_id
    where l.reason = '' and l.article_id is null and l.akin and l.canonical_key <> l.url_key
    union all
    select l.url_id, a.url_id, a.id
    from lines l join urls u on u.source = any(%(sources)s) and u.source = l.source and u.variant_key = l.variant_key
        join articles a on a.url_id = u.id and a.url_id <> l.url_id
    -- The statistics of `lines` are older than the variant keys. With the first condition the planner expects few of them, and looks each
    -- one up; without it, it compares all lines with all URLs of their source.
    where l.variant_key is not null and l.reason = '' and l.article_id is null and a.title_digest = l.title_digest
)
update lines l set copy_of = f.copy_of
from (select distinct on (url_id) url_id, copy_of from found order by url_id, id) f
where l.url_id = f.url_id and l.reason = ''
