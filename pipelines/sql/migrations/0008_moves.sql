-- oldest code: 0007
-- A row for each source that is being renamed, or merged into another one. Its rows are moved, but perhaps not its files yet.
create table moves (
    old text primary key,
    new text not null,
    merged boolean not null,
    -- Only for a merge: the ids of URL rows of the old source that were merged, each with the id of the row that stayed.
    urls jsonb not null default '{}',
    begun_at timestamptz not null default now()
);
