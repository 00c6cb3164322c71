-- One article in full, with the watches that found it.
select id, source, url, canonical_url, title, description, text, authors, language, published_at, published_precision,
    published_from, modified_at, image, tags, section, removed, page_digest, extractor, words, fetched_at, first_run, first_fetched_at,
    revision, gone_at,
    array(select distinct watch from alerts where article_id = articles.id and kind <> 'health' order by watch) as watches
from articles
where id = %(id)s
