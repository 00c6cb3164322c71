-- Held runs. Their articles stay in the article file until somebody releases or rejects the run.
-- oldest code: 0010
create table quarantine (
    id bigint generated always as identity primary key,
    source text not null,
    run text not null,
    state text not null default 'held' check (state in ('held', 'released', 'rejected')),
    reason text not null,
    articles integer not null,
    -- When the run's first page was fetched.
    since timestamptz not null,
    held_at timestamptz not null default now(),
    decided_at timestamptz,
    decided_by text not null default '',
    unique (source, run)
);
create index quarantine_held on quarantine (source) where state = 'held';
alter table urls drop constraint if exists urls_code_check;
alter table urls add constraint urls_code_check check (code in (
        '', 'other site', 'too old', 'home page', 'allow', 'deny', 'list left', 'moved away', 'robots.txt', 'guard',
        'guard network', 'guard redirect', 'refused', 'rest asked', 'challenge page', 'consent', 'login redirect',
        'login shown', 'robots.txt error', 'robots.txt unreadable', 'timeout', 'dns', 'connection refused',
        'connection lost', 'tls', 'proxy', 'status', 'empty answer', 'truncated', 'too large', 'redirects', 'no url',
        'no list', 'render', 'our fault', 'not found', 'gone for good', 'not modified', 'same bytes', 'alias',
        'undecided', 'empty page', 'not html', 'listing', 'soft 404', 'paywall', 'consent wall', 'error page',
        'not shown in this region', 'gallery or video only', 'too short', 'no title', 'wrong language', 'too slow',
        'unreadable', 'too long', 'erased', 'held')) not valid;
alter table fetches drop constraint if exists fetches_code_check;
alter table fetches add constraint fetches_code_check check (code in (
        '', 'other site', 'too old', 'home page', 'allow', 'deny', 'list left', 'moved away', 'robots.txt', 'guard',
        'guard network', 'guard redirect', 'refused', 'rest asked', 'challenge page', 'consent', 'login redirect',
        'login shown', 'robots.txt error', 'robots.txt unreadable', 'timeout', 'dns', 'connection refused',
        'connection lost', 'tls', 'proxy', 'status', 'empty answer', 'truncated', 'too large', 'redirects', 'no url',
        'no list', 'render', 'our fault', 'not found', 'gone for good', 'not modified', 'same bytes', 'alias',
        'undecided', 'too long', 'erased', 'held')) not valid;
