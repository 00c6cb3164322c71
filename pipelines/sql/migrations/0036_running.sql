-- Stages that say they run are found by an index: each stage of each source looks for those that were killed before it.
-- oldest code: 0017
-- outside a transaction
drop index concurrently if exists runs_running;
create index concurrently runs_running on runs (source, stage) where state = 'running';
