-- Retention may delete earlier wordings and parts of the ledger. What it deleted is recorded, so that nobody takes it for lost.
-- oldest code: 0017
-- When retention deleted the words of the wording, or null. The digests of the deleted words stay.
alter table revision_rows add column text_retired_at timestamptz;
create or replace view revisions as
select r.article_id, r.revision, r.run, r.fetch_id, r.fetched_at, coalesce(r.title, a.title) as title,
    coalesce(r.description, a.description) as description, coalesce(r.text, a.text) as text, r.title_digest, r.text_digest,
    r.page_digest, r.extractor, r.loaded_at, r.text_retired_at
from revision_rows r join articles a on a.id = r.article_id;
create or replace view nightdesk.revisions as
select r.article_id, r.revision, r.run, r.fetched_at, r.title, r.description, r.text, r.page_digest as page_sha256,
    r.text_digest as normal_form_sha256, r.extractor, f.url, f.final_url, f.status, f.warc_file, f.warc_offset, f.warc_length,
    coalesce(c.revision_kind, '') as kind, coalesce(c.moved, '[]') as moved, r.text_retired_at
from public.revisions r join public.fetches f on f.id = r.fetch_id
    left join public.changes c on c.article_id = r.article_id and c.revision = r.revision and c.kind = 'revised';

-- What retention deleted of a run, and when. The row is written before anything is deleted.
create table retirements (
    source text not null,
    run text not null,
    what text not null check (what in ('article file', 'ledger')),
    retired_at timestamptz not null default now(),
    why text not null,
    -- How many fetches were deleted, if `what` is the ledger.
    count bigint not null default 0,
    -- Whether retention is finished with this: it has deleted all that it may delete.
    complete boolean not null default true,
    primary key (source, run, what)
);
-- A short row for each URL that retention deleted from the ledger. day: when the URL's article was published or, if that is not known, when
-- a list first named the URL. state: the last state of the URL.
create table retired_urls (
    source text not null,
    url_key text not null,
    day date not null,
    state text not null,
    code text not null default '',
    retired_at timestamptz not null default now(),
    primary key (source, url_key)
);
