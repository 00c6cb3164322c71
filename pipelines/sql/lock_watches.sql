-- One matcher at a time counts and fills the messages of an hour, freed with the transaction.
select pg_advisory_xact_lock(hashtextextended('alert cap', 0))
