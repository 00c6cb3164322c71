-- A message was not taken, or not by all, by a channel that works; how the message stands now.
with tried as (
    update deliveries
    set attempts = attempts + 1, error = %(error)s, taken = %(taken)s, claimed_by = null,
        state = case when attempts + 1 >= %(most)s then 'failed' else 'waiting' end,
        next_at = now() + make_interval(secs => %(wait)s)
    where id = %(id)s
    returning channel, state
), works as (
    update channels c
    set failures = 0, failing_since = null, rests_until = null, error = ''
    from tried
    where c.name = tried.channel and (c.failures > 0 or c.failing_since is not null)
)
select state from tried
