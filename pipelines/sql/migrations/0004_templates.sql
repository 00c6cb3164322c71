-- What is learned of each source from its own pages: one row per version, the newest is used, older ones are kept to see what
-- changed and to go back. Every version can be learned again from the raw store.
create table templates (
    source text not null,
    version integer not null,
    learned_at timestamptz not null default now(),
    -- The run that was being extracted; empty where a person asked for it.
    run text not null default '',
    extractor text not null,
    -- Of how many pages it was learned, and what the ledger held then: what comes later is new.
    pages integer not null,
    known integer not null,
    newest_fetch bigint not null,
    -- Null: nothing was learned that helps, the source is read page by page.
    template jsonb,
    -- The share of the last pages it agreed with; null until a page was read with it.
    agreement real,
    -- Since which run it no longer fits; it is not used then.
    drifted_run text not null default '',
    drifted_at timestamptz,
    primary key (source, version)
);
create index fetches_pages on fetches (source, id) where outcome = 'fetched' and warc_file is not null;
