-- The newest articles that are revised or removed, and how many articles each load of a source brought: what a search shows of a state, and
-- the Desk of a month, was read in whole and sorted or left out.
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
