-- An index on the guid of a feed's entry. An article whose address has changed is found again by its guid. Also, the columns `code` may
-- have the value 'too long', and the columns `quiet` the value 'many at once'.
-- oldest code: 0010
-- outside a transaction
-- If this migration was killed before, the index may be half made.
drop index concurrently if exists urls_guid;
create index concurrently urls_guid on urls (source, (entry ->> 'guid')) where entry ->> 'guid' is not null;
alter table urls drop constraint if exists urls_code_check, add constraint urls_code_check check (code in (
        '', 'other site', 'too old', 'home page', 'too long', 'allow', 'deny', 'list left', 'moved away', 'robots.txt', 'guard',
        'guard network', 'guard redirect', 'refused', 'rest asked', 'challenge page', 'consent', 'login redirect',
        'login shown', 'robots.txt error', 'robots.txt unreadable', 'timeout', 'dns', 'connection refused',
        'connection lost', 'tls', 'proxy', 'status', 'empty answer', 'truncated', 'too large', 'redirects', 'no url',
        'no list', 'render', 'our fault', 'not found', 'gone for good', 'not modified', 'same bytes', 'alias',
        'undecided', 'empty page', 'not html', 'listing', 'soft 404', 'paywall', 'consent wall', 'error page',
        'not shown in this region', 'gallery or video only', 'too short', 'no title', 'wrong language', 'too slow',
        'unreadable')) not valid;
alter table fetches drop constraint if exists fetches_code_check, add constraint fetches_code_check check (code in (
        '', 'other site', 'too old', 'home page', 'too long', 'allow', 'deny', 'list left', 'moved away', 'robots.txt', 'guard',
        'guard network', 'guard redirect', 'refused', 'rest asked', 'challenge page', 'consent', 'login redirect',
        'login shown', 'robots.txt error', 'robots.txt unreadable', 'timeout', 'dns', 'connection refused',
        'connection lost', 'tls', 'proxy', 'status', 'empty answer', 'truncated', 'too large', 'redirects', 'no url',
        'no list', 'render', 'our fault', 'not found', 'gone for good', 'not modified', 'same bytes', 'alias',
        'undecided')) not valid;
alter table changes drop constraint if exists changes_quiet_check, add constraint changes_quiet_check check (quiet in (
        '', 'first run', 're-extraction', 'replay', 'old', 'many at once')) not valid;
alter table alerts drop constraint if exists alerts_quiet_check, add constraint alerts_quiet_check check (quiet in (
        '', 'first run', 're-extraction', 'replay', 'old', 'many at once')) not valid;
