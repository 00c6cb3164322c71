-- The newest runs: when, over how many sources, how many of those failed, how many articles were new, and whether each was for one
-- page that a person asked for.
with latest as (
    select run, min(started_at) as started_at, max(ended_at) as ended_at,
        count(distinct source) filter (where source <> '') as sources,
        count(distinct source) filter (where source <> '' and state = 'failed') as failed,
        count(*) filter (where state = 'running') as running,
        max(message) filter (where stage = 'alert' and state = 'failed') as alert_error,
        bool_or(only_url <> '') as one_page
    from runs
    where run in (select run from runs group by run order by min(started_at) desc limit %(count)s)
        -- However many pages were looked at since, the last night is among them.
        or run = (select run from runs group by run having not bool_or(only_url <> '') order by min(started_at) desc limit 1)
    group by run
)
select latest.*,
    (select count(*) from articles
        where first_run = latest.run and first_fetched_at > latest.started_at - %(ahead)s) as new
from latest
order by started_at desc
