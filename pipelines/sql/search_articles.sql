-- The articles that a search looks at.
select a.id, a.source, a.url, a.title, a.description, a.text, a.authors, a.language, a.published_at, a.first_fetched_at, a.revision,
    a.gone_at, least(coalesce(a.published_at, a.first_fetched_at), a.first_fetched_at) as dated
from articles a
where a.id = any(%(ids)s)
