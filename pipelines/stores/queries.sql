-- The statements of stores/, ordered by name. No two packages have a statement of the same name.

-- name: attempts
-- How often a stage was begun for each of these sources in a run.
select source, attempt from runs where run = %(run)s and stage = %(stage)s and source = any(%(sources)s)

-- name: begin_stage
-- Begin a stage, or begin it again, for these sources of a run. The run's summary is cleared, and made again later. Returns the number of
-- each source's attempt. A run without a plan gets an empty plan.
with unplanned as (
    insert into run_plans (run) values (%(run)s) on conflict do nothing
), counted_again as (
    update run_plans set summary = null where run = %(run)s and summary is not null
)
insert into runs (run, source, stage, state, attempt)
select %(run)s, source, %(stage)s, 'running', 1 from unnest(%(sources)s::text[]) as g (source) order by source
on conflict (run, source, stage) do update
set state = 'running', counts = '{}', message = '', code = '', started_at = now(), ended_at = null, only_url = '', attempt = runs.attempt + 1
returning source, attempt

-- name: clock
-- The time by the database's clock.
select clock_timestamp() as at

-- name: close_stale_stages
-- A stage that says `running` was killed if no session holds its lock (lock_stage). Mark the killed stages of these sources, in other runs
-- than this one, as failed.
with running as materialized (
    select run, source, hashtextextended(concat_ws(' ', 'stage', stage, source, run), 0) as held
    from runs
    where source = any(%(sources)s) and stage = %(stage)s and state = 'running' and run <> %(run)s
)
update runs
set state = 'failed', message = 'It was killed before it could say how it ended.', ended_at = now()
from running
where runs.run = running.run and runs.source = running.source and runs.stage = %(stage)s
    and pg_try_advisory_xact_lock(running.held)

-- name: end_attempts
-- Note that a stage ended for these sources of a run, except where another attempt has begun meanwhile. Returns the sources for which the
-- end was noted.
update runs r
set state = e.state, counts = e.counts, message = e.message, code = e.code, ended_at = clock_timestamp()
from jsonb_to_recordset(%(ends)s) e (
    run text, source text, stage text, state text, counts jsonb, message text, code text, attempt integer
)
where r.run = e.run and r.source = e.source and r.stage = e.stage and r.attempt = e.attempt
returning r.source

-- name: end_stage
-- Note that a stage ended for a source of a run. The time is clock_timestamp() and not now(), because load writes this row at the end of a
-- long transaction.
insert into runs (run, source, stage, state, counts, message, code, ended_at)
values (%(run)s, %(source)s, %(stage)s, %(state)s, %(counts)s, %(message)s, %(code)s, clock_timestamp())
on conflict (run, source, stage) do update
set state = excluded.state, counts = excluded.counts, message = excluded.message, code = excluded.code, ended_at = clock_timestamp()

-- name: grant_schema
-- Let the role nightdesk_reader use the schema of the stable views.
grant usage on schema nightdesk to nightdesk_reader

-- name: grant_views
-- Let the role nightdesk_reader read the stable views, and nothing else.
grant select on all tables in schema nightdesk to nightdesk_reader

-- name: hold_attempt
-- Make sure that no later attempt at this stage has begun, and that none begins before this transaction ends. If a later attempt has begun,
-- no row is found.
select from runs
where run = %(run)s and source = %(source)s and stage = %(stage)s and attempt = %(attempt)s
for share

-- name: last_seconds
-- How many seconds a stage took for each of these sources when it last ended well. One transaction may load several sources; its time is
-- then divided equally among them.
with last as (
    select name as source, newest.*
    from unnest(%(sources)s::text[]) as name
    cross join lateral (
        -- With `>=` and `<=`, Postgres takes the source's newest row from the index. With `=`, it would search all rows.
        select r.run, r.started_at, r.ended_at from runs r
        where r.source >= name and r.source <= name and r.stage = %(stage)s and r.state = 'done'
        order by r.source desc, r.started_at desc limit 1
    ) newest
), together as (
    select r.run, r.started_at, count(*) as sources from runs r
    where r.stage = %(stage)s and r.run in (select last.run from last where %(stage)s = 'load')
    group by r.run, r.started_at
)
select last.source, extract(epoch from last.ended_at - last.started_at)::float8 / coalesce(together.sources, 1) as seconds
from last left join together using (run, started_at)

-- name: leave_stage
-- Release the locks of `lock_stage`: this session no longer works on a stage of a run for these sources.
select pg_advisory_unlock_shared(hashtextextended(concat_ws(' ', 'stage', %(stage)s, source, %(run)s), 0))
from unnest(%(sources)s::text[]) as g (source)

-- name: lock_stage
-- Show by locks that this session works on a stage of a run, for these sources. The locks end with the session, however the session ends.
select pg_try_advisory_lock_shared(hashtextextended(concat_ws(' ', 'stage', %(stage)s, source, %(run)s), 0))
from unnest(%(sources)s::text[]) as g (source)

-- name: needed_files
-- Which of these files of the raw store an alert or a hold needs. Such a file has a page of the article that the alert or hold is about, or
-- a list that named that article.
select distinct f.warc_file as file
from fetches f join revision_rows r on r.fetch_id = f.id
where f.warc_file = any(%(files)s)
    and (exists (select from alerts w where w.article_id = r.article_id) or exists (select from held_articles h where h.article_id = r.article_id))
union
select distinct f.warc_file
from fetches f join urls l on l.id = f.url_id
where f.warc_file = any(%(files)s) and l.kind <> 'article' and f.outcome = 'fetched' and exists (
    select from urls u join articles a on a.url_id = u.id
    where u.source = l.source and u.via = l.url and u.kind = 'article' and u.discovered_run = f.run
        and (exists (select from alerts w where w.article_id = a.id) or exists (select from held_articles h where h.article_id = a.id))
)

-- name: plan_of_run
-- What a run was planned for.
select sources, followed, night from run_plans where run = %(run)s

-- name: plan_run
-- Note for how many sources a run is planned, and whether it is a night. A run is a night if it is planned for more than `share` (a
-- fraction) of the followed sources. Where sources are crawled in groups, no run has all of them. So a run is also a night if it has more
-- than `share` times as many sources as the largest plan of the time `within` before it. If a run is planned twice, the plan with more
-- sources stays.
insert into run_plans (run, sources, followed, night)
select %(run)s, %(sources)s, %(followed)s, %(sources)s > %(share)s * least(%(followed)s, greatest(%(sources)s,
    (select max(sources) from run_plans where begun_at > now() - %(within)s and run <> %(run)s)))
on conflict (run) do update set sources = excluded.sources, followed = excluded.followed, night = excluded.night
where excluded.sources > run_plans.sources

-- name: progress_stage
-- Save the counts of a running stage.
update runs set counts = %(counts)s
where run = %(run)s and source = %(source)s and stage = %(stage)s

-- name: reach_of_run
-- What a run reached: how many sources had a failed or blocked fetch, how many hosts were asked, how many answers came, and how often each
-- cause left a fetch without an answer.
select count(distinct source) filter (where outcome in ('failed', 'blocked')) as sources, count(distinct split_part(url, '/', 3)) as hosts,
    count(*) filter (where status is not null or code in ('robots.txt error', 'rest asked')) as answered,
    (select jsonb_object_agg(why, count) from (
        select code as why, count(*) as count from fetches where run = %(run)s and status is null group by 1
    ) as whys) as whys
from fetches
where run = %(run)s

-- name: reader
-- Whether an administrator made the role nightdesk_reader.
select from pg_roles where rolname = 'nightdesk_reader'

-- name: retirements_of_run
-- What retention deleted of a run of a source.
select what, retired_at, why, count from retirements where source = %(source)s and run = %(run)s

-- name: states_of_stages
-- The state of each stage of a run, for these sources.
select source, stage, state from runs where run = %(run)s and source = any(%(sources)s)

-- name: stories_carried
-- The stories of these articles, each with how many articles and outlets carry it. At most `most` articles of a story are counted. An
-- article that is in no story with others has no row.
select m.article_id, m.story_id, carried.articles, carried.outlets
from story_articles m
cross join lateral (
    select count(*)::int as articles, count(distinct a.source)::int as outlets
    from (select o.article_id from story_articles o where o.story_id = m.story_id order by o.told_at, o.article_id limit %(most)s) o
    join articles a on a.id = o.article_id
) carried
where m.article_id = any(%(ids)s)

-- name: story_members
-- The articles of a story in the order of publication. An article that shares its story with no other is a story of its own.
select * from (
    select a.id as article_id, a.source, a.url, a.title, m.told_at, m.share
    from story_articles m join articles a on a.id = m.article_id
    where m.story_id = %(id)s
    union all
    select a.id, a.source, a.url, a.title, told_at(a.first_fetched_at, a.published_at, a.published_precision), 1
    from articles a
    where a.id = %(id)s and not exists (select from story_articles m where m.story_id = %(id)s)
) told
order by told_at, article_id
limit %(most)s

-- name: story_of_number
-- The number of the story that contains the article with this number. If that article is deleted, a story may still have its number, and
-- this number is returned.
(select story_id from story_articles where article_id = %(id)s)
union all
(select story_id from story_articles where story_id = %(id)s limit 1)
limit 1

-- name: summarise_runs
-- Save a summary of the newest runs that have none. A run that began lately, or still runs, gets its summary later. `offset 0` makes
-- Postgres count only these runs, one by one. Without `offset 0`, Postgres would first count every run in the table.
update run_plans set summary = to_jsonb(counted) - 'run'
from (
    select s.* from (
        select run from run_plans p
        where summary is null and run <> %(run)s and begun_at < now() - %(over)s
            and not exists (select from runs r where r.run = p.run and r.state = 'running')
        order by begun_at desc limit %(count)s
    ) over_since cross join lateral (select * from run_summaries where run_summaries.run = over_since.run offset 0) s
) counted
where run_plans.run = counted.run

-- name: tables
-- How many tables the database has.
select count(*) as count from pg_tables where schemaname = 'public'

-- name: tallies_of_run
-- The state and counts of every stage for every source of a run.
select run, source, stage, state, counts, message, code, started_at, ended_at
from runs
where run = %(run)s
order by source, array_position(array['crawl', 'extract', 'load', 'alert'], stage)

-- name: template_agreement
-- Save how far the last pages agreed with a source's newest template. If the template no longer fits, also save the run, unless an earlier
-- run is saved already.
update templates
set agreement = %(agreement)s,
    drifted_at = case when %(drifted_run)s = '' or drifted_run <> '' then drifted_at else now() end,
    drifted_run = case when drifted_run = '' then %(drifted_run)s else drifted_run end
where source = %(source)s and version = %(version)s

-- name: template_agreements
-- How many pages of each of the last runs agreed and disagreed with a source's template since it was learned, newest run first.
select run, coalesce((counts ->> 'template agrees')::int, 0) as agrees,
    coalesce((counts ->> 'template disagrees')::int, 0) as disagrees
from runs
where source = %(source)s and stage = 'extract' and ended_at >= %(learned_at)s
    and coalesce((counts ->> 'template agrees')::int, 0) + coalesce((counts ->> 'template disagrees')::int, 0) > 0
order by run desc
limit %(count)s

-- name: template_drop
-- Delete all versions of a source's template except the newest `keep`.
delete from templates
where source = %(source)s
    and version <= (select max(version) from templates where source = %(source)s) - %(keep)s

-- name: template_history
-- Every kept version of a source's template, newest first.
select * from templates where source = %(source)s order by version desc

-- name: template_known
-- How many new article pages of a source came into the raw store after the fetch `after`, in the run `since` or later, and the newest of
-- their fetches.
-- passed: the time between `after` and the newest of these fetches; null if `after` is no longer in the ledger.
select count(distinct f.url_id)::int as pages, coalesce(max(f.id), %(after)s) as newest_fetch,
    max(f.fetched_at) - (select fetched_at from fetches where id = %(after)s) as passed
from fetches f
where f.source = %(source)s and f.outcome = 'fetched' and f.warc_file is not null and f.id > %(after)s and f.run >= %(since)s
    and exists (select from urls u where u.id = f.url_id and u.kind = 'article')
    and not exists (
        select from fetches before
        where before.url_id = f.url_id and before.id <= %(after)s and before.outcome = 'fetched'
    )

-- name: template_lock
-- Wait until no other process writes a template of this source. The lock ends with the transaction.
select pg_advisory_xact_lock(hashtextextended('template ' || %(source)s, 0))

-- name: template_newest
-- The newest version of a source's template.
select * from templates where source = %(source)s order by version desc limit 1

-- name: template_pages
-- The pages from which a source's template is learned: `most` of its newest `among` pages, spread evenly over them. Pages that are known to
-- be no article are left out.
select * from (
    select * from (
        select distinct on (url_id) *
        from (
            select f.id as fetch_id, f.url_id, f.run, f.url, f.fetched_at, f.digest, f.warc_file, f.warc_offset, f.warc_length
            from fetches f join urls u on u.id = f.url_id
            where f.source = %(source)s and f.outcome = 'fetched' and f.warc_file is not null and f.run >= %(since)s
                and u.kind = 'article' and u.state in ('fetched', 'stored', 'unchanged')
            order by f.id desc
            limit %(among)s
        ) newest
        order by url_id, fetch_id desc
    ) one
    order by md5(url), fetch_id
    limit %(most)s
) chosen
order by fetch_id

-- name: template_save
-- Save a new version of a source's template.
insert into templates (source, version, run, extractor, pages, known, newest_fetch, template)
select %(source)s, coalesce(max(version), 0) + 1, %(run)s, %(extractor)s, %(pages)s, %(known)s, %(newest_fetch)s, %(template)s
from templates
where source = %(source)s
returning *

-- name: template_still
-- A source's template was learned again, and the stored version stays. Save how many pages were known, their newest fetch, and which
-- extractor learned the template.
update templates
set extractor = %(extractor)s, known = %(known)s, newest_fetch = %(newest_fetch)s
where source = %(source)s and version = %(version)s
returning *

-- name: undecided_in_folder
-- How many URLs with a record in one of these files of the raw store are still undecided.
select count(distinct u.id) as count
from fetches f
join urls u on u.id = f.url_id
where f.warc_file = any(%(files)s) and u.state in ('discovered', 'fetched')
