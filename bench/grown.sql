-- The rows of bench/grown.py, for the ids of a batch; in order.

-- name: urls
-- Of thirteen URLs three are no article.
insert into urls (id, source, url_key, url, host, kind, state, reason, via, discovered_run, discovered_at, decided_at, decided_run,
    next_at, looks, fetched_at, whole_at)
overriding system value
select n, 'source-' || n %% 1000, 'https://source-' || n %% 1000 || '.test/' || n, 'https://source-' || n %% 1000 || '.test/' || n,
    'source-' || n %% 1000 || '.test', 'article',
    case when n <= %(articles)s then 'stored' when n %% 3 = 0 then 'excluded' when n %% 3 = 1 then 'rejected' else 'gone' end,
    case when n <= %(articles)s then '' when n %% 3 = 0 then 'deny: ^/tag/' when n %% 3 = 1 then 'too short' else 'status 404' end,
    'https://source-' || n %% 1000 || '.test/feed', to_char(at, 'YYYY-MM-DD"T"0200'), at, at, to_char(at, 'YYYY-MM-DD"T"0200'),
    null, 3, at, at
from (select n, %(newest)s::timestamptz - interval '1095 days' * (1 - (n %% %(articles)s)::float8 / %(articles)s) as at
    from generate_series(%(first)s, %(last)s) n) numbered

-- name: fetches
-- Each was looked at three times; one in fifty is refused at last.
insert into fetches (run, source, url_id, url, fetched_at, status, outcome, reason, digest, bytes, warc_file, warc_offset, warc_length, id)
overriding system value
select u.discovered_run, u.source, u.id, u.url, u.fetched_at + look * interval '1 day',
    case when u.id %% 50 = 0 and look = 2 then 403 when look = 0 then 200 else 304 end,
    case when u.id %% 50 = 0 and look = 2 then 'blocked' when look = 0 then 'fetched' else 'unchanged' end,
    case when u.id %% 50 = 0 and look = 2 then 'status 403' else '' end, md5(u.id::text) || md5(u.url), 45000,
    case when look = 0 then u.source || '/' || u.discovered_run || '/1.warc.gz' end, case when look = 0 then u.id * 100 end,
    case when look = 0 then 45000 end, look * %(urls)s + u.id
from urls u, generate_series(0, 2) look
where u.id between %(first)s and %(last)s

-- name: articles
-- The texts of the pool again and again, each with a first line of its own.
insert into articles (id, source, url_id, url, canonical_url, canonical_key, title, description, text, authors, language, published_at,
    published_precision, published_from, tags, removed, page_digest, title_digest, text_digest, extractor, words, fetch_id, fetched_at,
    seen_at, first_run, first_fetched_at, loaded_run, loaded_at)
overriding system value
select u.id, u.source, u.id, u.url, u.url, u.url_key, p.title || ' ' || u.id, p.description, 'No. ' || u.id || chr(10) || p.text, '{Desk}',
    p.language, u.fetched_at, 'minute', 'json-ld', '{news,world}', '[{"text": "Share", "reason": "share"}]', md5(u.url) || md5(u.id::text),
    md5('title' || u.id) || md5(u.url), md5('text' || u.id) || md5(u.url), 'x1', p.words, u.id, u.fetched_at, u.fetched_at + interval '2 days',
    u.discovered_run, u.fetched_at, u.discovered_run, u.fetched_at
from urls u join pool p on p.n = u.id %% %(pool)s
where u.id between %(first)s and least(%(last)s, %(articles)s)

-- name: revisions
-- One in thirty was edited, and has a second revision.
insert into revisions (article_id, revision, run, fetch_id, fetched_at, title, description, text, title_digest, text_digest, page_digest,
    extractor, loaded_at)
select id, 1, first_run, fetch_id, fetched_at, title, description, text, title_digest, text_digest, page_digest, extractor, loaded_at
from articles where id between %(first)s and %(last)s
union all
select id, 2, first_run, fetch_id + %(urls)s, fetched_at, title, description, text || ' Edited.', title_digest, text_digest, page_digest,
    extractor, loaded_at
from articles where id between %(first)s and %(last)s and id %% 30 = 0

-- name: edited
-- Its article reads as the newest of them.
update articles a set revision = 2, text = r.text, fetch_id = r.fetch_id
from revisions r where r.article_id = a.id and r.revision = 2 and a.id between %(first)s and %(last)s and a.id %% 30 = 0

-- name: changes
-- What load told the alert stage.
insert into changes (article_id, revision, kind, run, source, at, matched_at, matched_run)
select article_id, revision, case revision when 1 then 'new' else 'revised' end, run, 'source-' || article_id %% 1000, loaded_at, loaded_at, run
from revisions where article_id between %(first)s and %(last)s

-- name: outcomes
-- The verdict on the fetches that were stored.
insert into outcomes (fetch_id, url_id, run, source, at, outcome, extractor)
select fetch_id, id, first_run, source, loaded_at, 'stored', 'x1'
from articles where id between %(first)s and %(last)s
