-- The rows of bench/archive.py for the articles of a batch; in order. What stands in them comes from the pools of heads and paragraphs.

-- name: drawn
-- Of which source and language each article is, and which head and how many paragraphs it has.
create temporary table drawn on commit drop as
select g.n, 'source-' || abs(hashint8extended(g.n, 1) %% %(sources)s) as source, case when g.n %% 3 = 0 then 'ar' else 'en' end as language,
    abs(hashint8extended(g.n, 2) %% %(heads)s)::integer as head, l.paragraphs,
    %(newest)s::timestamptz - (%(articles)s - g.n) * interval '1 day' / %(a_night)s as at
from generate_series(%(first)s::bigint, least(%(last)s, %(articles)s)::bigint) g (n)
join pool_lengths l on l.n = abs(hashint8extended(g.n, 3) %% %(lengths)s)

-- name: urls
-- Their addresses; those of the last week are looked at again.
insert into urls (id, source, url_key, variant_key, url, host, kind, state, via, entry, discovered_run, discovered_at, decided_run, decided_at,
    next_at, due_for, looks, fetched_at, whole_at)
overriding system value
select d.n, source, encode(sha256(convert_to('https://' || source || '.test/' || d.n, 'UTF8')), 'hex'),
    left(encode(sha256(convert_to('//' || source || '.test/' || d.n, 'UTF8')), 'hex'), 32), 'https://' || source || '.test/' || d.n,
    source || '.test', 'article', 'stored', 'https://' || source || '.test/feed',
    jsonb_build_object('url', 'https://' || source || '.test/' || d.n, 'title', h.title, 'published_at', at),
    to_char(at, 'YYYY-MM-DD"T"0200'), at, to_char(at, 'YYYY-MM-DD"T"0200'), at,
    case when at > %(newest)s::timestamptz - interval '7 days' then at + interval '7 days' end,
    case when at > %(newest)s::timestamptz - interval '7 days' then 'planned' else '' end, 2, at, at
from drawn d join pool_heads h on h.language = d.language and h.n = d.head

-- name: articles
-- The articles and their words: a head, a line of their own, and paragraphs.
with texts as (
    select d.n, string_agg(p.text, chr(10) order by i) as text, pg_temp.joined(p.words order by i) as words
    from drawn d cross join generate_series(1, d.paragraphs) i
    join pool_paragraphs p on p.language = d.language and p.n = abs(hashint8extended(d.n, 100 + i) %% %(paragraphs)s)
    group by d.n
), written as (
    select d.*, h.title, h.description, 'No ' || d.n || chr(10) || t.text as text, u.url, u.url_key,
        h.words || ('no:' || %(no)s || ' ' || d.n || ':' || %(number)s)::tsvector || t.words as words, to_char(d.at, 'YYYY-MM-DD"T"0200') as run
    from drawn d join texts t on t.n = d.n join pool_heads h on h.language = d.language and h.n = d.head join urls u on u.id = d.n
), stored as (
    insert into articles (id, source, url_id, url, canonical_url, canonical_key, title, description, text, language, published_at,
        published_precision, published_from, removed, page_digest, title_digest, text_digest, extractor, words, fetch_id, fetched_at, seen_at,
        first_run, first_fetched_at, loaded_run, loaded_at)
    overriding system value
    select n, source, n, url, url, url_key, title, description, text, language, at, 'second', 'json-ld',
        '[{"text": "Share", "reason": "share"}]', encode(sha256(('page ' || n)::bytea), 'hex'), encode(sha256(('title ' || n)::bytea), 'hex'),
        encode(sha256(('text ' || n)::bytea), 'hex'), 'x1', paragraphs * %(words)s, n, at, at, run, at, run, at
    from written
)
insert into article_words (article_id, part, shape, source, language, dated, loaded_at, words)
select n, 0, 0, source, language, at, at, words from written

-- name: fetches
-- Each article was looked at, again a day later, and every other one after three days; numbered by look, then article.
insert into fetches (id, run, source, url_id, url, fetched_at, status, outcome, code, digest, bytes, warc_file, warc_offset, warc_length)
overriding system value
select look * %(articles)s + a.id, to_char(a.first_fetched_at + days * interval '1 day', 'YYYY-MM-DD"T"0200'), a.source, a.url_id, a.url,
    a.first_fetched_at + days * interval '1 day', case look when 0 then 200 else 304 end,
    case look when 0 then 'fetched' else 'unchanged' end, case look when 0 then '' else 'not modified' end, a.page_digest,
    case look when 0 then 45000 else 0 end, case look when 0 then 'raw/' || a.source || '/' || a.first_run || '/1.warc.gz' end,
    case look when 0 then a.id * 50000 end, case look when 0 then 45000 end
from articles a, (values (0, 0), (1, 1), (2, 3)) looks (look, days)
where a.id between %(first)s and %(last)s and (look < 2 or a.id %% 2 = 0)

-- name: revisions
-- One in fifty was edited on the next day: the wording before is kept beside it.
insert into revision_rows (article_id, revision, run, fetch_id, fetched_at, title, description, text, title_digest, text_digest, page_digest,
    extractor, loaded_at)
select id, 1, first_run, fetch_id, fetched_at, case when id %% 50 = 0 then title end, case when id %% 50 = 0 then description end,
    case when id %% 50 = 0 then text end, title_digest, text_digest, page_digest, extractor, loaded_at
from articles where id between %(first)s and %(last)s
union all
select id, 2, first_run, %(articles)s + id, fetched_at + interval '1 day', null, null, null, title_digest, text_digest, page_digest,
    extractor, loaded_at + interval '1 day'
from articles where id between %(first)s and %(last)s and id %% 50 = 0

-- name: edited
-- Its article has the newest of them.
update articles set revision = 2, fetch_id = %(articles)s + id where id between %(first)s and %(last)s and id %% 50 = 0

-- name: changes
-- What load told the alert stage, all of it matched.
insert into changes (article_id, revision, kind, revision_kind, run, source, at, matched_at, matched_run)
select r.article_id, r.revision, case r.revision when 1 then 'new' else 'revised' end,
    case when r.revision > 1 then (array['minor', 'minor', 'minor', 'substantial', 'headline', 'minor', 'substantial', 'minor', 'minor',
        'correction'])[r.article_id / 50 %% 10 + 1] else '' end,
    r.run, a.source, r.loaded_at, r.loaded_at, r.run
from revision_rows r join articles a on a.id = r.article_id
where r.article_id between %(first)s and %(last)s

-- name: outcomes
-- The verdict on the fetches that were stored.
insert into outcomes (fetch_id, url_id, run, source, at, outcome, extractor)
select id, id, first_run, source, loaded_at, 'stored', 'x1' from articles where id between %(first)s and %(last)s

-- name: alerts
-- One article in ten was found by a watch.
insert into alerts (watch, kind, subject_id, article_id, revision, run, source, matches, created_at)
select 'watch-' || id / 10 %% 5, 'new', id, id, 1, first_run, source,
    '[{"term": "found", "surface": "found", "field": "title", "offset": 0, "snippet": "found"}]', loaded_at
from articles where id between %(first)s and %(last)s and id %% 10 = 0
