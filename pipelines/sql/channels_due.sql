-- The channels that have a message that is due, and are neither paused nor at rest.
select distinct d.channel
from deliveries d
where d.state = 'waiting' and d.next_at <= now() and not exists (
    select from channels c where c.name = d.channel and (c.paused_at is not null or c.rests_until > now())
)
order by d.channel
