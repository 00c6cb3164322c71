-- Five tables. Three of them are the ledger: URLs, fetches, and outcomes of fetches. The other two are the stages of runs, and hosts.
create table urls (
    id bigint generated always as identity primary key,
    source text not null,
    url_key text not null,
    url text not null,
    host text not null,
    kind text not null check (kind in ('feed', 'sitemap', 'section', 'article')),
    state text not null default 'discovered' check (state in (
        'discovered', 'fetched', 'stored', 'unchanged', 'duplicate', 'rejected', 'excluded', 'blocked', 'failed', 'gone')),
    reason text not null default '',
    via text not null default '',
    entry jsonb,
    discovered_at timestamptz not null default now(),
    discovered_run text not null,
    decided_at timestamptz,
    decided_run text,
    next_at timestamptz default now(),
    attempts integer not null default 0,
    looks integer not null default 0,
    leased_until timestamptz,
    leased_run text,
    fetched_at timestamptz,
    etag text not null default '',
    last_modified text not null default '',
    digest text not null default '',
    alias_of bigint references urls,
    unique (source, url_key)
);
create index urls_due on urls (source, next_at) where next_at is not null;
create index urls_undecided on urls (source, state) where state in ('discovered', 'fetched');
create index urls_url on urls (url);
create index urls_decided on urls (decided_run, source) where decided_run is not null;

create table fetches (
    id bigint generated always as identity primary key,
    run text not null,
    source text not null,
    url_id bigint not null references urls,
    url text not null,
    final_url text not null default '',
    fetched_at timestamptz not null,
    status integer,
    outcome text not null check (outcome in ('fetched', 'unchanged', 'blocked', 'failed', 'gone', 'excluded')),
    reason text not null default '',
    digest text not null default '',
    bytes bigint not null default 0,
    ms integer not null default 0,
    warc_file text,
    warc_offset bigint,
    warc_length bigint,
    unique (warc_file, warc_offset)
);
create index fetches_run on fetches (run, source);
create index fetches_url on fetches (url_id, fetched_at);

create table outcomes (
    id bigint generated always as identity primary key,
    fetch_id bigint not null references fetches,
    url_id bigint not null references urls,
    run text not null,
    source text not null,
    at timestamptz not null default now(),
    outcome text not null check (outcome in ('stored', 'unchanged', 'duplicate', 'rejected', 'gone')),
    reason text not null default '',
    detail text not null default '',
    extractor text not null default '',
    unique (fetch_id, outcome, reason, extractor)
);
create index outcomes_run on outcomes (run, source);
create index outcomes_url on outcomes (url_id);

create table runs (
    run text not null,
    source text not null,
    stage text not null check (stage in ('crawl', 'extract', 'load', 'alert')),
    state text not null check (state in ('running', 'done', 'failed', 'busy', 'stopped')),
    counts jsonb not null default '{}',
    message text not null default '',
    started_at timestamptz not null default now(),
    ended_at timestamptz,
    primary key (run, source, stage)
);
create index runs_started on runs (started_at);
create index runs_source on runs (source, started_at);

create table hosts (
    host text primary key,
    robots_status integer,
    robots_body text not null default '',
    robots_fetched_at timestamptz,
    cooldown_until timestamptz,
    cooldown_reason text not null default ''
);
