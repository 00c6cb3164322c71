-- What time it is to the ledger.
select clock_timestamp() as at
