-- Be no sender any more.
select pg_advisory_unlock(%(senders)s, %(sender)s), set_config('synchronous_commit', 'on', false)
