-- The template that is learned from the pages of each source, a row for each version. The newest version is used. Older versions show what
-- changed, and make it possible to go back. Every version can be learned again from the raw store.
create table templates (
    source text not null,
    version integer not null,
    learned_at timestamptz not null default now(),
    -- The run that was being extracted, or empty if a person asked for the template.
    run text not null default '',
    extractor text not null,
    -- pages: from how many pages the template was learned. known, newest_fetch: how many pages the ledger had then, and its newest fetch.
    pages integer not null,
    known integer not null,
    newest_fetch bigint not null,
    -- Null if nothing was learned that helps. Then each page is read without a template.
    template jsonb,
    -- The share of the last pages that agreed with the template, or null if no page was read with it yet.
    agreement real,
    -- The run since which the template no longer fits, or empty if it fits. A template that no longer fits is not used.
    drifted_run text not null default '',
    drifted_at timestamptz,
    primary key (source, version)
);
create index fetches_pages on fetches (source, id) where outcome = 'fetched' and warc_file is not null;
