-- The newest runs: when, over how many sources, how many of those failed, and how many articles were new.
with latest as (
    select run, min(started_at) as started_at, max(ended_at) as ended_at,
        count(distinct source) filter (where source <> '') as sources,
        count(distinct source) filter (where source <> '' and state = 'failed') as failed,
        count(*) filter (where state = 'running') as running,
        max(message) filter (where stage = 'alert' and state = 'failed') as alert_error
    from runs
    where run in (select run from runs group by run order by min(started_at) desc limit %(count)s)
    group by run
)
select latest.*,
    (select count(*) from articles
        where first_run = latest.run and first_fetched_at > latest.started_at - interval '7 days') as new
from latest
order by started_at desc
