-- The next URLs that a run discovered, in the order of their numbers: the Desk's ledger and `nightdesk ledger --json`. Without this all URLs
-- of the run were read and sorted for each page of them.
-- oldest code: 0010
-- outside a transaction
drop index concurrently if exists urls_of_run;
create index concurrently urls_of_run on urls (discovered_run, id);
