-- The state of each source at the last check of its health; more kinds of trouble; and when the operators were told that a trouble is over.
-- oldest code: 0010
create table source_states (
    source text primary key,
    state text not null check (state in (
        'erroring', 'blocked', 'not extracting', 'silent', 'drifting', 'quiet', 'behind', 'learning', 'healthy')),
    since timestamptz,
    reason text not null,
    figure integer,
    low integer,
    high integer,
    checked_at timestamptz not null
);
alter table health add column over_told_at timestamptz;
-- If a trouble ended before this migration, its end counts as told, so that nobody is told of it now.
update health set over_told_at = now() where recovered_at is not null;
create index health_of_source on health (source, kind) where recovered_at is null;
create index health_over on health (recovered_at) where recovered_at is not null and over_told_at is null;
alter table health drop constraint if exists health_kind_check, add constraint health_kind_check check (kind in (
        'silent', 'changed', 'behind', 'promise', 'login', 'quiet', 'erroring', 'blocked', 'not extracting', 'drifting'));
