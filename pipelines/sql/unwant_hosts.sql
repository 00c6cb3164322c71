-- This session no longer waits for its turn at hosts.
select pg_advisory_unlock_shared(hashtextextended('host wanted ' || host, 0)) from unnest(%(hosts)s::text[]) as host
