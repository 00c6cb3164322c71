-- Wait for the other load of this source, if there is one, freed with the transaction.
select pg_advisory_xact_lock(hashtextextended('load ' || %(source)s, 0))
