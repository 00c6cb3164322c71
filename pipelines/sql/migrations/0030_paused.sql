-- Sources that somebody paused. Runs that begin by themselves leave them out, whatever their schedule says.
-- oldest code: 0010
create table paused_sources (
    source text primary key,
    paused_at timestamptz not null default now()
);
