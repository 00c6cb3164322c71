-- Wait for the other process that writes a template of this source, if there is one, freed with the transaction.
select pg_advisory_xact_lock(hashtextextended('template ' || %(source)s, 0))
