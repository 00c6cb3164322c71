-- How many messages are not sent yet, by channel and by what keeps them waiting.
select channel, error, count(*)::int as waiting
from (
    select d.channel, case
        when c.paused_at is not null then 'Channel ' || d.channel || ' is paused: `nightdesk notify resume ' || d.channel || '` ends that.'
        when c.rests_until > now() then c.error
        else d.error
    end as error
    from deliveries d left join channels c on c.name = d.channel
    where d.state = 'waiting'
) as waiting
group by channel, error
order by channel, error
