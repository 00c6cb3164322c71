-- A channel did not take a message. After `patience` failures in a row the channel rests, longer each time. It also rests for `asked`
-- seconds if it asked for that. Returns the new states of the message and the channel. This try counts for the message, except if the
-- channel has already rested for its failures, or now asks for a rest.
with failing as (
    insert into channels as c (name, failures, failing_since, error, rests_until)
    values (%(channel)s, 1, now(), %(error)s, case when %(asked)s > 0 then now() + make_interval(secs => %(asked)s) end)
    on conflict (name) do update
    set failures = c.failures + 1, failing_since = coalesce(c.failing_since, now()), error = excluded.error,
        rests_until = case
            when %(asked)s > 0 then now() + make_interval(secs => %(asked)s)
            when c.failures + 1 >= %(patience)s then now() + make_interval(
                secs => %(jitter)s * least(%(longest)s, %(first)s * 2.0 ^ least(c.failures + 1 - %(patience)s, %(max_doublings)s))
            )
        end
    returning name, failures, failing_since, rests_until, paused_at
), counted as (
    select f.*, case when f.failures > %(patience)s or %(asked)s > 0 then 0 else 1 end as one from failing f
)
update deliveries d
set attempts = d.attempts + counted.one, error = %(error)s, claimed_by = null,
    state = case when d.attempts + counted.one >= %(most)s then 'failed' else 'waiting' end,
    failed_at = case when d.attempts + counted.one >= %(most)s then now() end,
    next_at = now() + make_interval(secs => case when counted.one = 1 then %(wait)s else 0 end)
from counted
where d.id = %(id)s
returning d.state, counted.rests_until is not null or counted.paused_at is not null as rests, counted.failing_since,
    counted.failing_since < now() - make_interval(secs => %(long)s) as long
