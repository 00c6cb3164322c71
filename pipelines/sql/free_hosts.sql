-- Give back the turn at hosts.
select pg_advisory_unlock(hashtextextended('host ' || host, 0)) from unnest(%(hosts)s::text[]) as host
