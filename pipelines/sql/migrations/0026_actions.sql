-- What people did at the Desk: who, when, what, with which thing; shown in the history of the thing.
-- oldest code: 0010
create table actions (
    id bigint generated always as identity primary key,
    done_at timestamptz not null default now(),
    -- As Airflow's login knows them.
    done_by text not null,
    act text not null,
    thing text not null check (thing in ('source', 'run', 'article', 'watch', 'channel', 'archive')),
    name text not null,
    detail jsonb not null default '{}'
);
create index actions_of on actions (thing, name, id desc);
