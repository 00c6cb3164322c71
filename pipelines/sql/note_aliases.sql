-- Other addresses of articles that are in the ledger: they need not be fetched, and are not if nobody did so far.
insert into urls (
    source, url_key, variant_key, url, host, kind, state, code, reason, via, discovered_run, decided_run, decided_at, next_at, alias_of)
select alias.source, url_key, variant_key, url, host, 'article', 'duplicate', 'alias', reason, '', run, run, now(), null, main
from (values %s) as alias (source, url_key, variant_key, url, host, main, reason, run)
on conflict (source, url_key) do update
set state = 'duplicate', code = 'alias', reason = excluded.reason, alias_of = excluded.alias_of, decided_run = excluded.decided_run, decided_at = now(),
    next_at = null, due_for = '', due_by = null
where urls.state = 'discovered' and urls.fetched_at is null and urls.leased_until is null and urls.kind = 'article'
    and urls.id <> excluded.alias_of
