-- The next articles of a backfill, newest first, whose words are not in the search index or are those of an older text.
select a.id, a.source, a.language, a.title, a.description, a.text, a.authors, a.loaded_at,
    least(coalesce(a.published_at, a.first_fetched_at), a.first_fetched_at) as dated
from articles a
where (%(below)s::bigint is null or a.id < %(below)s)
    and not exists (select from article_words w where w.article_id = a.id and w.loaded_at = a.loaded_at)
order by a.id desc
limit %(count)s
for no key update of a
