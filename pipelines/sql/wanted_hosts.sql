-- Hosts at which another session waits for its turn.
select host from unnest(%(hosts)s::text[]) as host
where not pg_try_advisory_xact_lock(hashtextextended('host wanted ' || host, 0))
