-- All articles that may answer a query and whose numbers lie between two numbers, in the order of their numbers. If the index cannot
-- decide, the caller reads the article's text. Because `own` is joined by `left join`, Postgres need not read it if the caller asks for
-- none of its columns.
select a.id, a.source, a.url, a.canonical_url, a.title, a.description, a.text, a.authors, a.language, a.dated, a.published_at,
    a.published_precision, a.published_from, a.modified_at, a.image, a.tags, a.section, a.words, a.revision, a.first_run,
    a.first_fetched_at, a.fetched_at, a.seen_at, a.gone_at, a.page_sha256, a.extractor,
    array(select distinct c.revision_kind from changes c where c.article_id = a.id and c.revision_kind <> '') as kinds,
    own.revision > 1 or own.first_revision < 1 as revised
from nightdesk.articles a left join articles own on own.id = a.id
where a.id > %(after)s and a.id <= %(last)s
    and (%(sources)s::text[] is null or a.source = any(%(sources)s))
    and not a.source = any(%(not_sources)s::text[])
    and (%(languages)s::text[] is null or a.language = any(%(languages)s))
    and (%(since)s::timestamptz is null or a.dated >= %(since)s)
    and (%(until)s::timestamptz is null or a.dated < %(until)s)
    and (%(revised)s::boolean is null or own.revision > 1 or own.first_revision < 1)
    and (%(removed)s::boolean is null or a.gone_at is not null)
    and (%(kind)s::text is null or a.id in (select c.article_id from changes c where c.revision_kind = %(kind)s))
    and (%(of_joined)s::text is null or a.id in (
        select article_id from article_words where shape = 0 and words @@ %(of_exact)s::tsquery
        union all
        select article_id from article_words where shape = 1 and words @@ %(of_joined)s::tsquery
        union all
        select article_id from article_words
        where shape >= 2 and ((shape = 2 and words @@ %(of_words)s::tsquery) or (shape = 3 and words @@ %(of_part)s::tsquery))
    ))
order by a.id
