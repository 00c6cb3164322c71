-- Indexes for the newest articles that are removed, for the newest articles that are revised, and for the loads of a source. Without the
-- first two, a search for removed or revised articles reads and sorts all of these, although it shows only the newest. Without the third,
-- the Desk reads all stages of all runs of a source to find the loads of a month.
-- oldest code: 0017
-- outside a transaction
drop index concurrently if exists articles_newest_gone;
create index concurrently articles_newest_gone on articles (
    (least(coalesce(published_at, first_fetched_at), first_fetched_at)), id) where gone_at is not null;
drop index concurrently if exists articles_gone;
drop index concurrently if exists articles_newest_revised;
create index concurrently articles_newest_revised on articles (
    (least(coalesce(published_at, first_fetched_at), first_fetched_at)), id) where revision > 1;
drop index concurrently if exists articles_revised;
drop index concurrently if exists runs_loads;
create index concurrently runs_loads on runs (source, started_at) where stage = 'load';
