-- The results of a run are counted once, after the run. A night of 1,000 sources has 3,000 rows, and the Desk shows thirty nights: to count
-- all these rows each time would take too long.
-- oldest code: 0017
-- The summary is null until a later run is planned. It becomes null again when a stage of the run begins again.
alter table run_plans add column summary jsonb;
create index run_plans_open on run_plans (begun_at) where summary is null;
create view run_summaries as
select run, min(started_at) as started_at, max(ended_at) as ended_at,
    count(distinct source) filter (where source <> '') as sources, min(source) filter (where source <> '') as first_source,
    count(distinct source) filter (where source <> '' and state = 'failed') as failed,
    count(*) filter (where state = 'running') as running,
    max(message) filter (where stage = 'alert' and state = 'failed') as alert_error,
    bool_or(only_url <> '') as one_page,
    (select count(*) from articles where first_run = runs.run) as new
from runs group by run;
