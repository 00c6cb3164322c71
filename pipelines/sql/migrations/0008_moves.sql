-- oldest code: 0007
-- A source that is being renamed or merged into another: its rows are moved, its files may not be. Gone when all is done.
create table moves (
    old text primary key,
    new text not null,
    merged boolean not null,
    -- Of a merge: URL rows of the old source that became one with a row of the new one, by their numbers.
    urls jsonb not null default '{}',
    begun_at timestamptz not null default now()
);
