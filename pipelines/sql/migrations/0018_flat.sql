-- Queries that read whole tables get an index or a stored count, so that they are as quick in a large archive as in a small one.
-- oldest code: 0010
-- outside a transaction
-- If this migration was killed before, an index may be half made; so each index is dropped before it is made. An index that is replaced is
-- dropped only after the new one is there.
drop index concurrently if exists urls_key;
create index concurrently urls_key on urls using hash (url_key);
drop index concurrently if exists urls_form;
create index concurrently urls_form on urls (variant_key, source);
drop index concurrently if exists urls_variant;
drop index concurrently if exists urls_named;
create index concurrently urls_named on urls (source, via, discovered_at) where kind = 'article';
drop index concurrently if exists urls_via;
drop index concurrently if exists urls_lists;
create index concurrently urls_lists on urls (source, via) where kind <> 'article';
drop index concurrently if exists urls_kept_out;
create index concurrently urls_kept_out on urls (source, code, decided_at) where state = 'excluded';
drop index concurrently if exists urls_leased;
create index concurrently urls_leased on urls (leased_run, source) where leased_until is not null;
drop index concurrently if exists fetches_answered;
create index concurrently fetches_answered on fetches (final_url, source) where final_url <> '' and final_url <> url;
drop index concurrently if exists fetches_redirected;
drop index concurrently if exists articles_nights;
create index concurrently articles_nights on articles (
    first_run desc, least(coalesce(published_at, first_fetched_at), first_fetched_at) desc, id desc);
drop index concurrently if exists articles_latest;
drop index concurrently if exists articles_source_nights;
create index concurrently articles_source_nights on articles (
    source, first_run desc, least(coalesce(published_at, first_fetched_at), first_fetched_at) desc, id desc);
drop index concurrently if exists runs_asked;
create index concurrently runs_asked on runs (run) where only_url <> '';
drop index concurrently if exists deliveries_unsent;
create index concurrently deliveries_unsent on deliveries (id) where state <> 'sent';
drop index concurrently if exists deliveries_created;
create index concurrently deliveries_created on deliveries (created_at);
drop index concurrently if exists deliveries_channel;
create index concurrently deliveries_channel on deliveries (channel);

-- How many articles each source has. Triggers count articles that are added and deleted from now on. Older articles, up to the id in
-- `backfills`, are counted once, at the end of this file.
create table if not exists source_totals (source text primary key, articles bigint not null default 0);
create or replace function articles_came() returns trigger language plpgsql as $$ begin
    insert into source_totals as t (source, articles) select source, count(*) from came group by source order by source
        on conflict (source) do update set articles = t.articles + excluded.articles; return null; end $$;
create or replace function articles_went() returns trigger language plpgsql as $$ begin
    update source_totals t set articles = t.articles - gone.articles
        from (select source, count(*) as articles from went group by source) gone where gone.source = t.source; return null; end $$;
create or replace function articles_moved() returns trigger language plpgsql as $$ begin
    update source_totals t set articles = t.articles - 1 where t.source = old.source; insert into source_totals as t values (new.source, 1)
        on conflict (source) do update set articles = t.articles + 1; return null; end $$;
-- The triggers and the id in `backfills` are made in one statement, so that every article is counted exactly once.
do $$ begin
    if not exists (select from backfills where name = 'articles') then
        create trigger articles_came after insert on articles referencing new table as came for each statement execute function
        articles_came() ; create trigger articles_went after delete on articles referencing old table as went
        for each statement execute function articles_went() ; create trigger articles_moved after update of source on articles
        for each row when (old.source <> new.source) execute function articles_moved() ; insert into backfills (name, below) select 'articles', coalesce(max(id), 0) from articles; end if; end $$;
with counted as (
    update backfills set passed_at = now() where name = 'articles' and passed_at is null returning below
)
insert into source_totals as t (source, articles)
select a.source, count(*) from articles a, counted where a.id <= counted.below group by a.source
on conflict (source) do update set articles = t.articles + excluded.articles;
