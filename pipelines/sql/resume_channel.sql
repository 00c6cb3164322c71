-- Try a channel again, at once, whatever it did before.
with resumed as (
    update channels set paused_at = null, failures = 0, failing_since = null, rests_until = null, error = ''
    where name = %(channel)s
)
update deliveries set next_at = now(), waiting_since = now() where state = 'waiting' and channel = %(channel)s
