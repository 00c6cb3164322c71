-- The plan of each run, so that a crawl of one source is not taken for a night.
-- oldest code: 0017
create table run_plans (
    run text primary key,
    begun_at timestamptz not null default now(),
    -- sources: how many sources the run was planned for. followed: how many sources were followed and not paused then. Both are 0 for a run
    -- without a plan, such as one for a single page or for a backfill.
    sources integer not null default 0,
    followed integer not null default 0,
    -- Whether the run was planned for more than half of the followed sources. This is also true if it was planned for more than half as
    -- many sources as the largest plan of the seven days before it.
    night boolean not null default false
);
create index run_plans_begun on run_plans (begun_at);
create index run_plans_nights on run_plans (begun_at) where night;
-- The runs so far count as planned for the sources that they crawled.
insert into run_plans (run, begun_at, sources, followed, night)
select run, begun_at, sources, sources,
    sources > 0 and 2 * sources > max(sources) over (order by begun_at range between interval '7 days' preceding and current row)
from (
    select run, min(started_at) as begun_at,
        case when bool_or(only_url <> '') then 0 else count(distinct source) filter (where stage = 'crawl') end as sources
    from runs group by run
) so_far
on conflict do nothing;
