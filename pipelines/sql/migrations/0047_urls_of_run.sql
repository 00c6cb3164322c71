-- An index for the URLs that a run discovered, in the order of their ids. The Desk's ledger and `nightdesk ledger --json` read them in
-- portions. Without the index, all URLs of the run were read and sorted for each portion.
-- oldest code: 0010
-- outside a transaction
drop index concurrently if exists urls_of_run;
create index concurrently urls_of_run on urls (discovered_run, id);
