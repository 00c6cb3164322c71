-- The statements of sources/, ordered by name. No two packages have a statement of the same name.

-- name: last_crawls
-- When the last crawl of each source began. A crawl that found the source busy does not count. The recursion takes the sources from the
-- index one by one.
with recursive named (name) as (
    select min(source) from runs
    union all
    select (select min(r.source) from runs r where r.source > n.name) from named n where n.name is not null
)
select n.name as source, last.started_at
from named n
cross join lateral (
    -- With `>=` and `<=`, Postgres takes the source's newest row from the index. With `=`, it would search the rows of all sources.
    select started_at from runs
    where source >= n.name and source <= n.name and stage = 'crawl' and state <> 'busy'
    order by source desc, started_at desc limit 1
) last
where n.name <> ''

-- name: note_newest_sources
-- Note that a run reads this version of the sources from now on.
insert into run_sources (run, version) values (%(run)s, %(version)s)
on conflict (run) do update set version = excluded.version, noted_at = now()
returning version

-- name: note_sources
-- Note which version of the sources a run reads. If one is noted already, it stays and is returned.
insert into run_sources (run, version) values (%(run)s, %(version)s)
on conflict (run) do update set version = run_sources.version
returning version

-- name: pause_source
-- Leave a source out of the runs that begin by themselves.
insert into paused_sources (source) values (%(source)s) on conflict do nothing

-- name: paused_sources
-- The sources that somebody paused.
select source, paused_at from paused_sources

-- name: resume_source
-- End the pause of a source: runs that begin by themselves include it again.
delete from paused_sources where source = %(source)s

-- name: runs_of_sources
-- How many runs read each version of the sources, and the newest of these runs.
select version, count(*)::int as runs, max(run) as newest_run from run_sources group by version

-- name: sources_known
-- Every source that has rows. The recursion takes the sources from the index one by one, however many rows each has.
with recursive crawled (name) as (
    select min(source) from urls
    union all
    select (select min(u.source) from urls u where u.source > c.name) from crawled c where c.name is not null
), ran (name) as (
    select min(source) from runs
    union all
    select (select min(r.source) from runs r where r.source > n.name) from ran n where n.name is not null
)
select name as source from crawled where name is not null
union
select name from ran where name <> ''
