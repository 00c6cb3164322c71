-- An index for stages that are `running`: each stage looks for earlier runs of its sources that were killed.
-- oldest code: 0017
-- outside a transaction
drop index concurrently if exists runs_running;
create index concurrently runs_running on runs (source, stage) where state = 'running';
