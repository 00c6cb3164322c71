-- What the watches matched, all told: how many alerts, how many of them are only listed and why, and which watches tell nobody.
select count(*)::int as alerts, count(*) filter (where quiet <> '')::int as quiet,
    coalesce(array_agg(distinct quiet) filter (where quiet <> ''), '{}') as reasons,
    (select count(*)::int from watches) as watches,
    (select coalesce(array_agg(name order by name), '{}') from watches where channels = '{}') as mute,
    exists (select from deliveries where watch <> '') as messages
from alerts
where kind <> 'health'
