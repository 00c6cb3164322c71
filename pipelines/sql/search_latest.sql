-- The articles that a query without a word to find leaves, newest first, from a place on: those that the index does not rule out.
select w.article_id, w.dated, %(exact)s and w.shape = 0 as sure
from article_words w
where w.part = 0
    and (%(of_exact)s::text is null or w.shape <> 0 or w.words @@ %(of_exact)s::tsquery)
    and (%(sources)s::text[] is null or w.source = any(%(sources)s))
    and not w.source = any(%(not_sources)s::text[])
    and (%(languages)s::text[] is null or w.language = any(%(languages)s))
    and (%(since)s::timestamptz is null or w.dated >= %(since)s)
    and (%(until)s::timestamptz is null or w.dated < %(until)s)
    and (%(last_dated)s::timestamptz is null or (w.dated, w.article_id) < (%(last_dated)s, %(last_id)s::bigint))
    and (%(revised)s::boolean is null or exists (select from articles a where a.id = w.article_id and a.revision > 1))
    and (%(removed)s::boolean is null or exists (select from articles a where a.id = w.article_id and a.gone_at is not null))
order by w.dated desc, w.article_id desc
limit %(count)s
