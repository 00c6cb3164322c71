-- The newest runs, with how many of their sources failed, and how many of their stages still run. Runs with an only_url (for one page, for
-- a backfill or for an import) come after all others. The recursion begins at the newest row and reads one run after another, until it has
-- `count` + `again` runs without an only_url. The `again` extra runs make up for old runs that were started again: their rows are among the
-- newest, but the runs themselves are not among the newest runs.
with recursive begun (run, at, seen, nights) as (
    (
        select run, started_at, array[run],
            case when exists (select from runs asked where asked.run = r.run and asked.only_url <> '') then 0 else 1 end
        from runs r order by started_at desc limit 1
    )
    union all
    select older.run, older.started_at, begun.seen || older.run,
        begun.nights
            + case when exists (select from runs asked where asked.run = older.run and asked.only_url <> '') then 0 else 1 end
    from begun cross join lateral (
        select r.run, r.started_at from runs r
        where r.started_at <= begun.at and r.run <> all(begun.seen)
        order by r.started_at desc limit 1
    ) older
    where begun.nights < %(count)s + %(again)s
)
select run, min(started_at) as started_at, max(ended_at) as ended_at,
    count(distinct source) filter (where source <> '') as sources,
    count(distinct source) filter (where state = 'failed') as failed,
    count(*) filter (where state = 'running') as running
from runs
where run in (select begun.run from begun)
group by run
order by bool_or(only_url <> ''), min(started_at) desc
limit %(count)s
