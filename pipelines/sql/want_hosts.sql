-- Say that this session waits for its turn at hosts; which of them could be said.
select host from unnest(%(hosts)s::text[]) as host
where pg_try_advisory_lock_shared(hashtextextended('host wanted ' || host, 0))
