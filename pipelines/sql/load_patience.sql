-- How long this transaction waits for a lock.
select set_config('lock_timeout', %(wait)s, true)
