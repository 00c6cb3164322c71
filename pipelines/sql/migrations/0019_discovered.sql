-- An index for `nightdesk ledger`: the present states of the URLs that a run discovered.
-- oldest code: 0010
-- outside a transaction
drop index concurrently if exists urls_discovered;
create index concurrently urls_discovered on urls (discovered_run, source);
