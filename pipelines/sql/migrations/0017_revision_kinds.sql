-- A change gets the kind of its edit and the numbers and names that changed. And an article's present text is stored only once.
-- oldest code: 0017
alter table changes
    add column revision_kind text not null default '',
    add column moved jsonb not null default '[]',
    add constraint changes_revision_kind_check check (revision_kind in (
        '', 'correction', 'substantial', 'headline', 'minor', 'removed', 'restored')) not valid,
    drop constraint changes_kind_check,
    add constraint changes_kind_check check (kind in ('new', 'revised', 'removed', 'restored')) not valid;
alter table alerts
    drop constraint alerts_kind_check,
    add constraint alerts_kind_check check (kind in ('new', 'revised', 'removed', 'restored', 'health')) not valid;

-- An article's present wording is stored only in the article. The wording's row in revision_rows has null instead of the words. Programs
-- that read the view `revisions` see all words as before. Older code cannot write such rows.
alter table revisions rename to revision_rows;
alter table revision_rows alter column title drop not null, alter column description drop not null, alter column text drop not null;
create view revisions as
select r.article_id, r.revision, r.run, r.fetch_id, r.fetched_at, coalesce(r.title, a.title) as title,
    coalesce(r.description, a.description) as description, coalesce(r.text, a.text) as text, r.title_digest, r.text_digest,
    r.page_digest, r.extractor, r.loaded_at
from revision_rows r join articles a on a.id = r.article_id;

-- When an article gets another wording, the earlier wording is copied into the row of the revision that had it.
create function keep_wording() returns trigger language plpgsql as $$
begin
    update public.revision_rows set title = old.title, description = old.description, text = old.text
    where article_id = old.id and revision = old.revision and text is null;
    return null;
end
$$;
create trigger keep_wording after update of revision on articles
    for each row when (old.revision is distinct from new.revision) execute function keep_wording();

create or replace view nightdesk.revisions as
select r.article_id, r.revision, r.run, r.fetched_at, r.title, r.description, r.text, r.page_digest as page_sha256,
    r.text_digest as normal_form_sha256, r.extractor, f.url, f.final_url, f.status, f.warc_file, f.warc_offset, f.warc_length,
    coalesce(c.revision_kind, '') as kind, coalesce(c.moved, '[]') as moved
from public.revisions r join public.fetches f on f.id = r.fetch_id
    left join public.changes c on c.article_id = r.article_id and c.revision = r.revision and c.kind = 'revised';

create view nightdesk.changes as
select id, article_id, revision, kind, revision_kind, moved, run, source, at, quiet
from public.changes;

-- Before this migration, the words of an article's present wording were stored twice: in `articles`, and in the wording's row of
-- revision_rows. This adds the job of upkeep that deletes the repeated words. If revision_rows is empty, the job counts as finished from
-- the start.
insert into backfills (name, passed_at) select 'wordings', case when not exists (select from revision_rows) then now() end;
