-- first_revision: the number of an article's first wording. After a merge of two sources it may be 0 or less, so an article may have
-- several wordings although the newest is number 1. Also, where a merge left another date in the search index, it becomes the date of its
-- article again.
-- oldest code: 0049
-- outside a transaction
alter table articles add column if not exists first_revision integer not null default 1;
-- in batches of articles
update articles a set first_revision = merged.first
from (
    select article_id, min(revision) as first from revision_rows
    where revision < 1 and article_id between %(first)s and %(last)s
    group by article_id
) merged
where a.id = merged.article_id and a.first_revision <> merged.first;
-- in batches of articles
update article_words w set dated = a.dated
from (select id, least(coalesce(published_at, first_fetched_at), first_fetched_at) as dated from articles) a
where a.id between %(first)s and %(last)s and w.article_id = a.id and w.dated <> a.dated;
-- The planner knows nothing of a new column, and would expect a third of all articles to have several wordings.
do $$ begin if exists (select from articles) then analyze articles (first_revision); end if; end $$;
drop index concurrently if exists articles_newest_wordings;
create index concurrently articles_newest_wordings on articles (
    (least(coalesce(published_at, first_fetched_at), first_fetched_at)), id) where revision > 1 or first_revision < 1;
drop index concurrently if exists articles_newest_revised;
