-- Take the turn at those of these hosts where no other session has it; it ends with the session at the latest.
select host from unnest(%(hosts)s::text[]) as host
where pg_try_advisory_lock(hashtextextended('host ' || host, 0))
