-- The channels that have messages that are due, how many, and that are neither paused nor at rest.
select d.channel, count(*)::int as due
from deliveries d
where d.state = 'waiting' and d.next_at <= now() and not exists (
    select from channels c where c.name = d.channel and (c.paused_at is not null or c.rests_until > now())
)
group by d.channel
order by d.channel
