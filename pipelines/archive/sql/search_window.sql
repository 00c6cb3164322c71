-- Search only among the next `window` rows of articles, newest first. For words that are in many articles this is cheaper than a search of
-- the whole archive.
with newest as materialized (
    select w.article_id, w.dated, w.shape, w.words
    from article_words w
    where (%(source)s::text is null or w.source = %(source)s)
        and (%(sources)s::text[] is null or w.source = any(%(sources)s))
        and not w.source = any(%(not_sources)s::text[])
        and (%(languages)s::text[] is null or w.language = any(%(languages)s))
        and (%(since)s::timestamptz is null or w.dated >= %(since)s)
        and (%(until)s::timestamptz is null or w.dated < %(until)s)
        and (%(last_dated)s::timestamptz is null or (w.dated, w.article_id) < (%(last_dated)s, %(last_id)s::bigint))
        and (%(revised)s::boolean is null or exists (select from articles a where a.id = w.article_id and (a.revision > 1 or a.first_revision < 1)))
        and (%(removed)s::boolean is null or exists (select from articles a where a.id = w.article_id and a.gone_at is not null))
        and (%(kind)s::text is null or w.article_id in (select c.article_id from changes c where c.revision_kind = %(kind)s))
    order by w.dated desc, w.article_id desc
    -- All rows of the last article are read, so the window ends between two articles.
    fetch first %(window)s rows with ties
)
select n.article_id, n.dated, %(exact)s and n.shape = 0 as sure
from newest n
where case n.shape
    when 0 then n.words @@ %(of_exact)s::tsquery
    when 1 then n.words @@ %(of_joined)s::tsquery
    when 2 then n.words @@ %(of_words)s::tsquery
    else n.words @@ %(of_part)s::tsquery
end
order by n.dated desc, n.article_id desc
limit %(count)s
