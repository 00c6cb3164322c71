-- The newest runs: when, over how many sources, how many of those failed, how many articles were new, and whether each was for one
-- page that a person asked for. From the newest row on, run by run; some more than are shown, for an old run may have been begun again.
with recursive begun (run, at, seen) as (
    (select run, started_at, array[run] from runs order by started_at desc limit 1)
    union all
    select older.run, older.started_at, begun.seen || older.run
    from begun cross join lateral (
        select r.run, r.started_at from runs r
        where r.started_at <= begun.at and r.run <> all(begun.seen)
        order by r.started_at desc limit 1
    ) older
    where cardinality(begun.seen) < %(count)s + %(again)s
), shown as (
    select begun.run
    from begun cross join lateral (
        select min(r.started_at) as at from (select started_at from runs where run = begun.run offset 0) r
    ) first
    order by first.at desc
    limit %(count)s
), wanted as (
    select run from shown
    union
    -- However many pages were looked at since, the last night is among them.
    (
        select r.run from runs r
        where not exists (select from runs asked where asked.run = r.run and asked.only_url <> '')
        order by r.started_at desc limit 1
    )
), latest as (
    select run, min(started_at) as started_at, max(ended_at) as ended_at,
        count(distinct source) filter (where source <> '') as sources,
        count(distinct source) filter (where source <> '' and state = 'failed') as failed,
        count(*) filter (where state = 'running') as running,
        max(message) filter (where stage = 'alert' and state = 'failed') as alert_error,
        bool_or(only_url <> '') as one_page
    from wanted join runs using (run)
    group by run
)
select latest.*, (select count(*) from articles where first_run = latest.run) as new
from latest
order by started_at desc
