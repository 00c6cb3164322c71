-- An article can be removed and restored several times while it has the same wording. Each time has a change and an alert of its own.
-- repeat: how often the article was removed, or restored, before, while it had this wording; 0 for new and revised articles. repeat is part
-- of the keys. Older code names these keys without `repeat` in `on conflict`, so it cannot write to this schema. The schema check refuses
-- such code.
-- oldest code: 0049
-- outside a transaction
alter table changes add column if not exists repeat integer not null default 0;
alter table alerts add column if not exists repeat integer not null default 0;
drop index concurrently if exists changes_once;
create unique index concurrently changes_once on changes (article_id, revision, kind, repeat);
alter table changes drop constraint if exists changes_article_id_revision_kind_key;
drop index concurrently if exists alerts_once;
create unique index concurrently alerts_once on alerts (watch, subject_id, kind, revision, repeat);
alter table alerts drop constraint if exists alerts_watch_story_kind_revision_key;
