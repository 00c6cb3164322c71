-- oldest code: 0007
-- A row for each source that is being renamed, or merged into another one. The source's rows are moved already, its files perhaps not yet.
create table moves (
    old text primary key,
    new text not null,
    merged boolean not null,
    -- Only for a merge: the ids of the URL rows that were deleted, each with the id of the row that stayed for the same URL.
    urls jsonb not null default '{}',
    begun_at timestamptz not null default now()
);
