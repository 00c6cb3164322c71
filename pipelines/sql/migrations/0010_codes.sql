-- oldest code: 0010
-- outside a transaction
-- The state of a URL and the outcome of a fetch get a code, for programs. The reason is only for people.
-- Older code may not run after this migration: it would write reasons without codes. When a rule changes, the crawl looks for the URLs that
-- the rule kept out. It finds them by their code, so it would not find rows without a code.
alter table urls add column if not exists code text not null default '';
alter table fetches add column if not exists code text not null default '';

-- Only rows that programs look for by code get a code.
-- in batches of urls
update urls
set code = case
        when state = 'excluded' then case
            when reason like 'other site: %%' then 'other site'
            when reason like 'older than %%' then 'too old'
            when reason = 'home page' then 'home page'
            when reason like 'allow: %%' then 'allow'
            when reason like 'deny: %%' then 'deny'
            when reason = 'robots.txt' then 'robots.txt'
            when reason like 'guard: redirected to %%' then 'guard redirect'
            when reason like 'guard: port %%' or reason like 'guard: %% is no public address' then 'guard network'
            when reason like 'guard: %%' then 'guard'
            when reason like 'redirected to another site: %%' then 'moved away'
            when reason = 'its list is no longer in the source file' then 'list left'
            else '' end
        when state = 'gone' then case reason when 'status 410' then 'gone for good' else 'not found' end
        when state = 'rejected' then case when reason in (
        'empty page', 'not html', 'listing', 'home page', 'soft 404', 'paywall', 'consent wall', 'challenge page',
        'error page', 'not shown in this region', 'gallery or video only', 'too short', 'no title', 'wrong language',
        'too large', 'too slow', 'unreadable') then reason else '' end
        when state = 'fetched' then 'undecided'
        else '' end
where id between %(first)s and %(last)s and code = ''
    and (state in ('excluded', 'gone', 'rejected') or (state = 'fetched' and reason like 'undecided: %%'));

-- in batches of fetches
update fetches
set code = case
        when reason = 'redirected to a login' then 'login redirect'
        when reason = 'shows a login' then 'login shown'
        when reason like 'redirected to a consent page%%' then 'consent'
        when reason = 'challenge page' then 'challenge page'
        when reason like 'robots.txt unreachable: status %%' then 'robots.txt error'
        when reason like 'robots.txt unreachable: %%' then 'robots.txt unreadable'
        when status = 429 or status = 503 then 'rest asked'
        when reason like 'status %%' then 'refused'
        else '' end
where id between %(first)s and %(last)s and code = '' and outcome = 'blocked';

-- `not valid`: Postgres checks only rows that are written from now on, and not those that exist.
alter table urls drop constraint if exists urls_code_check, add constraint urls_code_check check (code in (
        '', 'other site', 'too old', 'home page', 'allow', 'deny', 'list left', 'moved away', 'robots.txt', 'guard',
        'guard network', 'guard redirect', 'refused', 'rest asked', 'challenge page', 'consent', 'login redirect',
        'login shown', 'robots.txt error', 'robots.txt unreadable', 'timeout', 'dns', 'connection refused',
        'connection lost', 'tls', 'proxy', 'status', 'empty answer', 'truncated', 'too large', 'redirects', 'no url',
        'no list', 'render', 'our fault', 'not found', 'gone for good', 'not modified', 'same bytes', 'alias',
        'undecided', 'empty page', 'not html', 'listing', 'soft 404', 'paywall', 'consent wall', 'error page',
        'not shown in this region', 'gallery or video only', 'too short', 'no title', 'wrong language', 'too slow',
        'unreadable')) not valid;
alter table fetches drop constraint if exists fetches_code_check, add constraint fetches_code_check check (code in (
        '', 'other site', 'too old', 'home page', 'allow', 'deny', 'list left', 'moved away', 'robots.txt', 'guard',
        'guard network', 'guard redirect', 'refused', 'rest asked', 'challenge page', 'consent', 'login redirect',
        'login shown', 'robots.txt error', 'robots.txt unreadable', 'timeout', 'dns', 'connection refused',
        'connection lost', 'tls', 'proxy', 'status', 'empty answer', 'truncated', 'too large', 'redirects', 'no url',
        'no list', 'render', 'our fault', 'not found', 'gone for good', 'not modified', 'same bytes', 'alias',
        'undecided')) not valid;
alter table urls drop constraint if exists urls_due_for_check, add constraint urls_due_for_check check (due_for in (
        '', 'planned', 'modified', 'vanished', 'gone', 'retry', 'asked')) not valid;
alter table changes drop constraint if exists changes_quiet_check, add constraint changes_quiet_check check (quiet in (
        '', 'first run', 're-extraction', 'replay', 'old')) not valid;
alter table alerts drop constraint if exists alerts_quiet_check, add constraint alerts_quiet_check check (quiet in (
        '', 'first run', 're-extraction', 'replay', 'old')) not valid;
alter table health drop constraint if exists health_kind_check, add constraint health_kind_check check (kind in (
        'silent', 'changed', 'behind', 'promise', 'login')) not valid;
alter table runs drop constraint if exists runs_code_check, add constraint runs_code_check check (code in (
        '', 'unreachable', 'kept out')) not valid;
