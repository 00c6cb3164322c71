-- URLs a list named for the first time: due at once, or excluded, or an alias, with the reason.
insert into urls (
    source, url_key, variant_key, url, host, kind, state, reason, via, entry, discovered_run, decided_run, decided_at, next_at, alias_of)
values %s
on conflict (source, url_key) do nothing
returning id, url_key, variant_key, state
