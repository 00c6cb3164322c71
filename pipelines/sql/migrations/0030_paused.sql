-- Sources that somebody paused. Runs that begin by themselves leave these sources out, whatever the `schedule` in a source's file says.
-- oldest code: 0010
create table paused_sources (
    source text primary key,
    paused_at timestamptz not null default now()
);
