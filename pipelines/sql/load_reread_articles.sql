-- Put what the page says now, read again, into the article, where that page is its newest revision.
update articles a
set canonical_url = l.canonical_url, canonical_key = l.canonical_key, title = l.title, description = l.description,
    text = l.text, authors = l.authors, language = l.language, published_at = l.published_at,
    published_precision = l.published_precision, published_from = l.published_from, modified_at = l.modified_at,
    image = l.image, tags = l.tags, section = l.section, removed = l.removed, page_digest = l.page_digest,
    title_digest = l.title_digest, text_digest = l.text_digest, extractor = l.extractor, words = l.words,
    loaded_run = %(run)s, loaded_at = now()
from lines l
where a.fetch_id = l.fetch_id and l.verdict = 'stored' and not l.fresh
    and (a.canonical_url, a.title, a.description, a.text, a.authors, a.language, a.published_at, a.published_precision,
        a.published_from, a.modified_at, a.image, a.tags, a.section, a.removed, a.page_digest, a.extractor)
        is distinct from
        (l.canonical_url, l.title, l.description, l.text, l.authors, l.language, l.published_at, l.published_precision,
        l.published_from, l.modified_at, l.image, l.tags, l.section, l.removed, l.page_digest, l.extractor)
