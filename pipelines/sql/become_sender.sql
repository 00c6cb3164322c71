-- Be a sender with this number for as long as the session lasts; what it marks may be on disk a moment later.
select pg_try_advisory_lock(%(senders)s, %(sender)s) as got, set_config('synchronous_commit', 'off', false)
