-- A night ends with its own stages. If a person releases a held run hours later, the load and the matching after that do not count.
-- oldest code: 0017
create or replace view run_summaries as
select run, min(started_at) as started_at,
    max(ended_at) filter (where not exists (
        select from quarantine q
        where q.run = runs.run and q.state = 'released' and (
            (runs.stage = 'load' and runs.source = q.source and runs.ended_at >= q.decided_at)
            or (runs.stage = 'alert' and runs.started_at >= q.decided_at))
    )) as ended_at,
    count(distinct source) filter (where source <> '') as sources, min(source) filter (where source <> '') as first_source,
    count(distinct source) filter (where source <> '' and state = 'failed') as failed,
    count(*) filter (where state = 'running') as running,
    max(message) filter (where stage = 'alert' and state = 'failed') as alert_error,
    bool_or(only_url <> '') as one_page,
    (select count(*) from articles where first_run = runs.run) as new
from runs group by run;
