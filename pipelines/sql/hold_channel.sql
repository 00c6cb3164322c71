-- A channel has no address: what waits for it says so, and so does the channel; since when it takes nothing, and whether that is long.
with held as (
    update deliveries set error = %(error)s where state = 'waiting' and channel = %(channel)s and error <> %(error)s
)
insert into channels as c (name, failing_since, error) values (%(channel)s, now(), %(error)s)
on conflict (name) do update set failing_since = coalesce(c.failing_since, now()), error = excluded.error
returning failing_since, failing_since < now() - make_interval(secs => %(long)s) as long
