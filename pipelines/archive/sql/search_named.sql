-- Articles that the index finds for a query. If `ordered`, they come newest first. Else they come in any order, and Postgres does not sort.
-- last_dated, last_id: the last article of the previous page of results, if there was one. Only articles behind it are given. sure: the
-- article matches for certain, without a look at its text. The statement `search_bitmaps` (walk: off) runs before this one, and keeps
-- Postgres from walking along one index. So Postgres looks up the words, the dates and the sources in an index each, and reads only the
-- articles that all these indexes name.
select n.article_id, n.dated, n.sure
from (
    select article_id, dated, source, language, %(exact)s as sure
    from article_words where shape = 0 and words @@ %(of_exact)s::tsquery
    union all
    select article_id, dated, source, language, false
    from article_words where shape = 1 and words @@ %(of_joined)s::tsquery
    union all
    select article_id, dated, source, language, false
    from article_words
    where shape >= 2 and ((shape = 2 and words @@ %(of_words)s::tsquery) or (shape = 3 and words @@ %(of_part)s::tsquery))
) n
where (%(source)s::text is null or n.source = %(source)s)
    and (%(sources)s::text[] is null or n.source = any(%(sources)s))
    and not n.source = any(%(not_sources)s::text[])
    and (%(languages)s::text[] is null or n.language = any(%(languages)s))
    and (%(since)s::timestamptz is null or n.dated >= %(since)s)
    and (%(until)s::timestamptz is null or n.dated < %(until)s)
    and (%(last_dated)s::timestamptz is null or (n.dated, n.article_id) < (%(last_dated)s, %(last_id)s::bigint))
    and (%(revised)s::boolean is null or exists (select from articles a where a.id = n.article_id and (a.revision > 1 or a.first_revision < 1)))
    and (%(removed)s::boolean is null or exists (select from articles a where a.id = n.article_id and a.gone_at is not null))
    and (%(kind)s::text is null or n.article_id in (select c.article_id from changes c where c.revision_kind = %(kind)s))
order by case when %(ordered)s then n.dated end desc, case when %(ordered)s then n.article_id end desc
limit %(count)s
