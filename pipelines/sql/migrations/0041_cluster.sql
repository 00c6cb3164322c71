-- How often a stage was begun for a source of a run. When a later attempt has begun, an earlier one writes nothing more.
-- oldest code: 0017
alter table runs add column attempt integer not null default 0;
comment on column runs.attempt is 'The attempt that this row is of; one with a lower number was taken over and writes nothing.';

-- Which set of sources a run reads, if NIGHTDESK_SOURCES is a bucket.
create table run_sources (
    run text primary key,
    version integer not null,
    noted_at timestamptz not null default now()
);
comment on table run_sources is 'By run the number of the set of sources that it reads, where the sources are in a bucket.';
