-- URLs a list named for the first time: due at once, or excluded, or an alias, with the reason.
insert into urls (
    source, url_key, variant_key, url, host, kind, state, code, reason, via, entry, discovered_run, decided_run, decided_at, next_at, alias_of)
select source, url_key, variant_key, url, host, kind, state, code, reason, via, entry::jsonb, discovered_run,
    case when state <> 'discovered' then discovered_run end, case when state <> 'discovered' then now() end,
    case when due then now() end, alias_of::bigint
from (values %s) as named (source, url_key, variant_key, url, host, kind, state, code, reason, via, entry, discovered_run, due, alias_of)
on conflict (source, url_key) do nothing
returning id, url_key, variant_key, state
