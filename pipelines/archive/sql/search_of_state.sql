-- The next articles in a state (revised, removed, or with a change of a kind) that the index finds for a query, newest first. The state is
-- a condition without OR, so that Postgres can choose where to begin: with the articles in the state, or with the newest articles.
select w.article_id, w.dated, %(exact)s and w.shape = 0 as sure
from article_words w
where w.article_id in (
        select a.id from articles a
        where %(kind)s::text is null and (%(revised)s::boolean is null or a.revision > 1)
            and (%(removed)s::boolean is null or a.gone_at is not null)
        union all
        select c.article_id from changes c join articles a on a.id = c.article_id
        where c.revision_kind = %(kind)s and c.revision_kind <> '' and (%(revised)s::boolean is null or a.revision > 1)
            and (%(removed)s::boolean is null or a.gone_at is not null)
    )
    and case when not %(named)s then w.part = 0 and (%(of_exact)s::text is null or w.shape <> 0 or w.words @@ %(of_exact)s::tsquery)
        when w.shape = 0 then w.words @@ %(of_exact)s::tsquery
        when w.shape = 1 then w.words @@ %(of_joined)s::tsquery
        when w.shape = 2 then w.words @@ %(of_words)s::tsquery
        else w.words @@ %(of_part)s::tsquery
    end
    and (%(sources)s::text[] is null or w.source = any(%(sources)s))
    and not w.source = any(%(not_sources)s::text[])
    and (%(languages)s::text[] is null or w.language = any(%(languages)s))
    and (%(since)s::timestamptz is null or w.dated >= %(since)s)
    and (%(until)s::timestamptz is null or w.dated < %(until)s)
    and (%(last_dated)s::timestamptz is null or (w.dated, w.article_id) < (%(last_dated)s, %(last_id)s::bigint))
order by w.dated desc, w.article_id desc
limit %(count)s
