-- The next message that is due, after this one, on a channel that still works, it is begun, and taken by nobody else meanwhile.
update deliveries set begun_at = coalesce(begun_at, now())
where id = (
    select id from deliveries
    where state = 'waiting' and next_at <= now() and id > %(after)s and channel <> all(%(skip)s)
    order by id
    limit 1
    for update skip locked
)
returning id
