-- Like `search_of_state`, for the articles with a change of a given kind. If both were one statement with an OR, Postgres would not begin
-- with the changes, even when there are few of them.
select a.id as article_id, a.dated, %(exact)s and w.shape = 0 as sure
from (
    select id, least(coalesce(published_at, first_fetched_at), first_fetched_at) as dated
    from articles
    where (%(revised)s::boolean is null or revision > 1 or first_revision < 1) and (%(removed)s::boolean is null or gone_at is not null)
        and exists (select from changes c where c.article_id = articles.id and c.revision_kind = %(kind)s and c.revision_kind <> '')
) a join article_words w on w.article_id = a.id
where case when not %(named)s then w.part = 0 and (%(of_exact)s::text is null or w.shape <> 0 or w.words @@ %(of_exact)s::tsquery)
        when w.shape = 0 then w.words @@ %(of_exact)s::tsquery
        when w.shape = 1 then w.words @@ %(of_joined)s::tsquery
        when w.shape = 2 then w.words @@ %(of_words)s::tsquery
        else w.words @@ %(of_part)s::tsquery
    end
    and (%(source)s::text is null or w.source = %(source)s)
    and (%(sources)s::text[] is null or w.source = any(%(sources)s))
    and not w.source = any(%(not_sources)s::text[])
    and (%(languages)s::text[] is null or w.language = any(%(languages)s))
    and (%(since)s::timestamptz is null or a.dated >= %(since)s)
    and (%(until)s::timestamptz is null or a.dated < %(until)s)
    and (%(last_dated)s::timestamptz is null or (a.dated, a.id) < (%(last_dated)s, %(last_id)s::bigint))
order by a.dated desc, a.id desc
limit %(count)s
