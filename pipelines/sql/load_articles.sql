-- Store the articles that are new, as their first look showed them.
insert into articles (
    source, url_id, url, canonical_url, canonical_key, title, description, text, authors, language, published_at,
    published_precision, published_from, modified_at, image, tags, section, removed, page_digest, title_digest, text_digest,
    extractor, words, fetch_id, fetched_at, seen_at, first_run, first_fetched_at, loaded_run, revision
)
select %(source)s, url_id, url, canonical_url, canonical_key, title, description, text, authors, language, published_at,
    published_precision, published_from, modified_at, image, tags, section, removed, page_digest, title_digest, text_digest,
    extractor, words, fetch_id, fetched_at, fetched_at, run, fetched_at, %(run)s, 1
from lines
where fresh and changed and revision = 1 and article_id is null
order by fetched_at, n
