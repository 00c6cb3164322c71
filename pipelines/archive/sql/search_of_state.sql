-- The next articles, newest first, that are revised, removed or both, and that the index finds for a query. For each of these two states,
-- an index has the articles in the order of their dates, so Postgres can stop when it has enough. window: at most this many of the revised
-- or removed articles are searched; null: all of them.
select a.id as article_id, a.dated, %(exact)s and w.shape = 0 as sure
from (
    select id, dated
    from (select *, least(coalesce(published_at, first_fetched_at), first_fetched_at) as dated from articles) d
    where (%(revised)s::boolean is null or revision > 1 or first_revision < 1) and (%(removed)s::boolean is null or gone_at is not null)
        and (%(source)s::text is null or source = %(source)s)
        and (%(sources)s::text[] is null or source = any(%(sources)s))
        and not source = any(%(not_sources)s::text[])
        and (%(languages)s::text[] is null or language = any(%(languages)s))
        and (%(since)s::timestamptz is null or dated >= %(since)s)
        and (%(until)s::timestamptz is null or dated < %(until)s)
        and (%(last_dated)s::timestamptz is null or (dated, id) < (%(last_dated)s, %(last_id)s::bigint))
    order by dated desc, id desc
    limit %(window)s
) a join article_words w on w.article_id = a.id
where case when not %(named)s then w.part = 0 and (%(of_exact)s::text is null or w.shape <> 0 or w.words @@ %(of_exact)s::tsquery)
        when w.shape = 0 then w.words @@ %(of_exact)s::tsquery
        when w.shape = 1 then w.words @@ %(of_joined)s::tsquery
        when w.shape = 2 then w.words @@ %(of_words)s::tsquery
        else w.words @@ %(of_part)s::tsquery
    end
order by a.dated desc, a.id desc
limit %(count)s offset %(offset)s
