-- Put the newest revision of this file into its article.
update articles a
set canonical_url = l.canonical_url, canonical_key = l.canonical_key, title = l.title, description = l.description,
    text = l.text, authors = l.authors, language = l.language, published_at = l.published_at,
    published_precision = l.published_precision, published_from = l.published_from, modified_at = l.modified_at,
    image = l.image, tags = l.tags, section = l.section, removed = l.removed, page_digest = l.page_digest,
    title_digest = l.title_digest, text_digest = l.text_digest, extractor = l.extractor, words = l.words,
    fetch_id = l.fetch_id, fetched_at = l.fetched_at, revision = l.revision, loaded_run = %(run)s, loaded_at = now()
from (
    select distinct on (article_id) * from lines where fresh and changed order by article_id, revision desc
) l
where a.id = l.article_id and l.revision > a.revision
