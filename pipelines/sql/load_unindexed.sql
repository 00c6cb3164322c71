-- The articles whose text or what is known of it this transaction wrote: their words go into the search index.
select a.id, a.source, a.language, a.title, a.description, a.text, a.authors, a.loaded_at,
    least(coalesce(a.published_at, a.first_fetched_at), a.first_fetched_at) as dated
from articles a
where a.id in (select article_id from lines) and a.loaded_at = now()
order by a.id
