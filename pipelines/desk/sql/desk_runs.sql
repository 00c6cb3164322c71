-- The newest runs, whatever they were for, and the newest nights: when, over how many sources, how many of those failed, how many
-- articles were new, what each was planned for, whether a person asked for one page, and how many were planned after it.
with wanted as (
    (select * from run_plans order by begun_at desc limit %(count)s)
    union
    (select * from run_plans where night order by begun_at desc limit %(nights)s)
), told as (
    select run, min(started_at) as started_at, max(ended_at) as ended_at,
        count(distinct source) filter (where source <> '') as sources, min(source) filter (where source <> '') as first_source,
        count(distinct source) filter (where source <> '' and state = 'failed') as failed,
        count(*) filter (where state = 'running') as running,
        max(message) filter (where stage = 'alert' and state = 'failed') as alert_error,
        bool_or(only_url <> '') as one_page
    from runs
    where run in (select run from wanted)
    group by run
)
select told.*, wanted.night, wanted.sources as planned, wanted.followed,
    (select count(*) from run_plans later where later.begun_at > wanted.begun_at and later.sources > 0) as runs_since,
    (select count(*) from articles where first_run = told.run) as new
from told join wanted using (run)
order by wanted.begun_at desc
