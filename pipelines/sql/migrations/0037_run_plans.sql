-- What each run was planned for, so that a crawl of one source is not taken for the night.
-- oldest code: 0017
create table run_plans (
    run text primary key,
    begun_at timestamptz not null default now(),
    -- The sources that it was planned for, and those that could have been: followed, and not paused. Zero: a run without a plan, as
    -- for one page or for the past.
    sources integer not null default 0,
    followed integer not null default 0,
    -- Planned for more than half of the followed sources, or of the widest plan of the week before.
    night boolean not null default false
);
create index run_plans_begun on run_plans (begun_at);
create index run_plans_nights on run_plans (begun_at) where night;
-- Of the runs so far: as many as each crawled.
insert into run_plans (run, begun_at, sources, followed, night)
select run, begun_at, sources, sources,
    sources > 0 and 2 * sources > max(sources) over (order by begun_at range between interval '7 days' preceding and current row)
from (
    select run, min(started_at) as begun_at,
        case when bool_or(only_url <> '') then 0 else count(distinct source) filter (where stage = 'crawl') end as sources
    from runs group by run
) so_far
on conflict do nothing;
