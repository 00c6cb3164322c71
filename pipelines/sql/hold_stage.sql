-- This session works on a stage of a run: the lock is gone when the session is, however it ends.
select pg_try_advisory_lock_shared(hashtextextended(concat_ws(' ', 'stage', %(stage)s, %(source)s, %(run)s), 0))
