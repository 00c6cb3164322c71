-- Every channel that a watch or a message names or that somebody paused, with its state and the counts of its messages. held: messages that
-- wait because of an error, a pause or a rest of the channel.
with recursive used (name) as (
    select min(channel) from deliveries
    union all
    select (select min(d.channel) from deliveries d where d.channel > u.name) from used u where u.name is not null
), named as (
    select distinct lower(unnest(channels)) as name from watches
    union
    select name from used where name is not null
    union
    select name from channels
), messages as (
    select channel, count(*) filter (where state = 'waiting')::int as waiting,
        count(*) filter (where state = 'waiting' and error <> '')::int as held,
        count(*) filter (where state = 'failed')::int as failed,
        max(error) filter (where state = 'waiting') as error
    from deliveries
    where state <> 'sent'
    group by channel
)
select named.name, c.paused_at, coalesce(c.failures, 0) as failures, c.failing_since,
    case when c.rests_until > now() then c.rests_until end as rests_until,
    coalesce(m.waiting, 0) as waiting, coalesce(m.failed, 0) as failed,
    case when c.paused_at is not null or c.rests_until > now() then coalesce(m.waiting, 0) else coalesce(m.held, 0) end as held,
    coalesce(nullif(c.error, ''), m.error, '') as error
from named
left join channels c on c.name = named.name
left join messages m on m.channel = named.name
order by named.name
