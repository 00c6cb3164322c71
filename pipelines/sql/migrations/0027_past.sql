-- Runs of imports and backfills, a row for each source. Their articles alert nobody.
-- oldest code: 0010
create table past_runs (
    run text not null,
    source text not null,
    why text not null check (why in ('imported', 'backfill')),
    -- The imported file, or the days that a person asked for.
    origin text not null default '',
    begun_at timestamptz not null default now(),
    -- Null until the import or backfill is finished. If it is started again before that, it first finishes this run.
    ended_at timestamptz,
    primary key (run, source)
);
create index past_runs_open on past_runs (why) where ended_at is null;

alter table alerts drop constraint alerts_quiet_check;
alter table alerts add constraint alerts_quiet_check check (quiet in (
        '', 'first run', 're-extraction', 'replay', 'old', 'many at once', 'muted', 'imported', 'backfill')) not valid;
alter table changes drop constraint changes_quiet_check;
alter table changes add constraint changes_quiet_check check (quiet in (
        '', 'first run', 're-extraction', 'replay', 'old', 'many at once', 'muted', 'imported', 'backfill')) not valid;

-- URLs that an import or a backfill asks for have due_for = 'past', and no other crawl leases them.
alter table urls drop constraint urls_due_for_check;
alter table urls add constraint urls_due_for_check check (due_for in (
        '', 'planned', 'modified', 'vanished', 'gone', 'retry', 'asked', 'past')) not valid;
alter table urls drop constraint urls_code_check;
alter table urls add constraint urls_code_check check (code in (
        '', 'other site', 'too old', 'home page', 'allow', 'deny', 'list left', 'moved away', 'robots.txt', 'guard',
        'guard network', 'guard redirect', 'refused', 'rest asked', 'challenge page', 'consent', 'login redirect',
        'login shown', 'robots.txt error', 'robots.txt unreadable', 'timeout', 'dns', 'connection refused',
        'connection lost', 'tls', 'proxy', 'status', 'empty answer', 'truncated', 'too large', 'redirects', 'no url',
        'no list', 'render', 'our fault', 'not found', 'gone for good', 'not modified', 'same bytes', 'alias',
        'undecided', 'empty page', 'not html', 'listing', 'soft 404', 'paywall', 'consent wall', 'error page',
        'not shown in this region', 'gallery or video only', 'too short', 'no title', 'wrong language', 'too slow',
        'unreadable', 'too long', 'erased')) not valid;
alter table fetches drop constraint fetches_code_check;
alter table fetches add constraint fetches_code_check check (code in (
        '', 'other site', 'too old', 'home page', 'allow', 'deny', 'list left', 'moved away', 'robots.txt', 'guard',
        'guard network', 'guard redirect', 'refused', 'rest asked', 'challenge page', 'consent', 'login redirect',
        'login shown', 'robots.txt error', 'robots.txt unreadable', 'timeout', 'dns', 'connection refused',
        'connection lost', 'tls', 'proxy', 'status', 'empty answer', 'truncated', 'too large', 'redirects', 'no url',
        'no list', 'render', 'our fault', 'not found', 'gone for good', 'not modified', 'same bytes', 'alias',
        'undecided', 'too long', 'erased')) not valid;

-- The keys of the addresses of erased articles. If anything names such an address again, the ledger excludes it.
create table erased (
    source text not null,
    url_key text not null,
    variant_key text,
    erased_at timestamptz not null default now(),
    -- done_at: null until the article is erased completely. article_id: the number that the article had. No other article gets this number.
    article_id bigint,
    done_at timestamptz,
    primary key (source, url_key)
);
create index erased_variant on erased (source, variant_key);
create index erased_open on erased (article_id) where done_at is null;

create function refuse_erased() returns trigger language plpgsql as $$
begin
    if exists (select from erased e where e.source = new.source and e.url_key = new.url_key)
        or (new.kind = 'article' and exists (
            select from erased e where e.source = new.source and e.variant_key = new.variant_key)) then
        new.url := 'erased:' || new.url_key;
        new.state := 'excluded';
        new.code := 'erased';
        new.reason := 'erased on request';
        new.entry := null;
        new.via := '';
        new.etag := '';
        new.last_modified := '';
        new.digest := '';
        new.next_at := null;
        new.due_for := '';
        new.due_by := null;
        new.alias_of := null;
        new.leased_until := null;
        new.leased_run := null;
        new.decided_at := coalesce(new.decided_at, now());
        new.decided_run := coalesce(new.decided_run, new.discovered_run);
    end if;
    return new;
end
$$;
create trigger refuse_erased before insert or update on urls for each row execute function refuse_erased();
