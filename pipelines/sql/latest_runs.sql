-- The newest runs, with how many of their sources failed or still run; those that were asked for one page after all others.
select run, min(started_at) as started_at, max(ended_at) as ended_at,
    count(distinct source) filter (where source <> '') as sources,
    count(distinct source) filter (where state = 'failed') as failed,
    count(*) filter (where state = 'running') as running
from runs
group by run
order by bool_or(only_url <> ''), min(started_at) desc
limit %(count)s
