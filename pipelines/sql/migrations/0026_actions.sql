-- What people did at the Desk, for the history of each thing.
-- oldest code: 0010
create table actions (
    id bigint generated always as identity primary key,
    done_at timestamptz not null default now(),
    -- The name of the person's login to Airflow.
    done_by text not null,
    act text not null,
    thing text not null check (thing in ('source', 'run', 'article', 'watch', 'channel', 'archive')),
    name text not null,
    detail jsonb not null default '{}'
);
create index actions_of on actions (thing, name, id desc);
