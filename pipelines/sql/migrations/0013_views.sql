-- The views that other programs read, in a schema of their own. Their names and columns stay as they are (docs/reference.md has each column).
-- oldest code: 0010
-- A schema of this name may exist already. If there is a role nightdesk_reader, it gets the right to read these views after every
-- migration.
create schema if not exists nightdesk;

create view nightdesk.articles as
select id, source, url, canonical_url, title, description, text, authors, language,
    least(coalesce(published_at, first_fetched_at), first_fetched_at) as dated, published_at, published_precision, published_from,
    modified_at, image, tags, section, words, revision, first_run, first_fetched_at, fetched_at, seen_at, gone_at,
    page_digest as page_sha256, extractor
from public.articles;

create view nightdesk.revisions as
select r.article_id, r.revision, r.run, r.fetched_at, r.title, r.description, r.text, r.page_digest as page_sha256,
    r.text_digest as normal_form_sha256, r.extractor, f.url, f.final_url, f.status, f.warc_file, f.warc_offset, f.warc_length
from public.revisions r join public.fetches f on f.id = r.fetch_id;

create view nightdesk.alerts as
select id, watch, kind, article_id, revision, run, source, matches, quiet, created_at
from public.alerts;

-- The recursion takes one source after the other from the index. So the cost of the view does not grow with the number of URLs.
create view nightdesk.sources as
with recursive named (name) as (
    select min(source) from public.urls
    union all
    select (select min(u.source) from public.urls u where u.source > n.name) from named n where n.name is not null
)
select n.name as source,
    (select max(a.first_fetched_at) from public.articles a where a.source = n.name) as newest_article_at,
    last.run as last_run, last.started_at as last_started_at, last.state as last_state, last.message as last_message
from named n
left join lateral (
    select r.run, r.started_at, r.state, r.message from public.runs r
    where r.source = n.name order by r.started_at desc limit 1
) last on true
where n.name is not null;

create view nightdesk.ledger as
select id, source, url, kind, state, code, reason, via, discovered_at, discovered_run, fetched_at, decided_at, decided_run, next_at, looks,
    alias_of
from public.urls;

create view nightdesk.fetches as
select id, run, source, url_id, url, final_url, fetched_at, status, outcome, code, reason, bytes, ms, digest as page_sha256, warc_file,
    warc_offset, warc_length
from public.fetches;
