-- The statements of health/, ordered by name. No two packages have a statement of the same name.

-- name: ages_of_newest
-- How many seconds ago the newest article of each source was first fetched.
select name as source, extract(epoch from now() - (select max(a.first_fetched_at) from articles a where a.source = name))::float8 as seconds
from unnest(%(sources)s::text[]) as name

-- name: cause_of_run
-- Why a run brought nothing for a source: the most frequent code of its failed looks, and whether the looks with this code were refused by
-- the site.
select code, outcome = 'blocked' as refused
from fetches
where run = %(run)s and source = %(source)s and outcome in ('failed', 'blocked')
group by 1, 2
order by count(*) desc, 1
limit 1

-- name: crawls_of_source
-- For each of the newest completed crawls of a source: its message, and whether a feed was behind. Left out are crawls
-- with an only_url (for one page, for a backfill or for an import), and crawls for which not all lists were due.
select run, started_at, message, counts -> 'feed behind' is not null as behind
from runs
-- With `>=` and `<=`, Postgres takes the source's newest rows from the index. With `=`, it would search all rows.
where source >= %(source)s and source <= %(source)s and stage = 'crawl' and state = 'done' and only_url = '' and started_at <= %(now)s
    and not counts ? 'not due'
order by source desc, started_at desc
limit %(count)s

-- name: end_troubles
-- End all troubles of a source, except those of these kinds.
update health set recovered_at = %(now)s where source = %(source)s and recovered_at is null and kind <> all(%(kinds)s)

-- name: ends_to_tell
-- Troubles of these sources that are over, if nobody was told yet that they are over. A source that has another trouble now gives no rows.
select id, source, kind, since, recovered_at, told_at,
    case when kind = 'drifting' then held_between(source, since, recovered_at) else '[]' end as held_runs
from health h
where source = any(%(sources)s) and recovered_at is not null and over_told_at is null and kind <> all(%(untold)s)
    and not exists (
        select from health other
        where other.source = h.source and other.recovered_at is null and other.kind <> all(%(untold)s)
    )
order by id

-- name: ends_told
-- Note that the operators were told that these troubles are over, or that the operators need not be told.
update health set over_told_at = %(now)s where id = any(%(ids)s)

-- name: keep_state
-- Save the present state of a source.
insert into source_states (source, state, since, reason, figure, low, high, checked_at)
values (%(source)s, %(state)s, %(since)s, %(reason)s, %(figure)s, %(low)s, %(high)s, %(now)s)
on conflict (source) do update
set state = excluded.state, since = excluded.since, reason = excluded.reason, figure = excluded.figure, low = excluded.low,
    high = excluded.high, checked_at = excluded.checked_at

-- name: life_of_source
-- When a source last had a new article, when it was first and last crawled, and how each stage of its last run went. Runs with an only_url
-- (for one page, for a backfill or for an import) do not count as crawls. The last run is the last one for which a list of the source was
-- due and which did not find the source busy.
select
    (select max(at) from changes where source = %(source)s and kind = 'new' and at <= %(now)s) as yielded_at,
    (select started_at from runs where source >= %(source)s and source <= %(source)s and stage = 'crawl' and only_url = ''
        order by source, started_at limit 1) as first_crawl,
    last.started_at as last_crawl, last.run,
    (select jsonb_agg(jsonb_build_object('stage', stage, 'state', state, 'counts', counts, 'message', message)
            order by array_position(array['crawl', 'extract', 'load'], stage))
        from runs where source = %(source)s and run = last.run) as stages
from (select 1) one
left join lateral (
    select run, started_at from runs
    where source >= %(source)s and source <= %(source)s and stage = 'crawl' and state <> 'busy' and only_url = '' and started_at <= %(now)s
        and (not counts ? 'not due' or counts -> 'lists' <> '0')
    order by source desc, started_at desc limit 1
) last on true

-- name: looks_as_subscriber
-- Whether a site takes us for a subscriber: the pages and refusals of articles and the refusals of lists in one crawl, the newest of the last
-- `count` crawls with any of these. Crawls with an only_url are left out. paywall: whether extract called the page a paywall.
with crawls as (
    select run, started_at
    from runs
    where source >= %(source)s and source <= %(source)s and stage = 'crawl' and only_url = '' and started_at <= %(now)s
    order by source desc, started_at desc
    limit %(count)s
), looks as (
    select crawls.run, crawls.started_at, urls.kind, fetches.id, fetches.url, fetches.status, fetches.code, fetches.reason, fetches.outcome
    from crawls
    join fetches on fetches.run = crawls.run and fetches.source = %(source)s
    join urls on urls.id = fetches.url_id
    where fetches.outcome in ('fetched', 'blocked') and (urls.kind = 'article' or fetches.outcome = 'blocked')
)
select run, started_at, kind, url, status, code, reason,
    exists (select from outcomes where fetch_id = looks.id and outcome = 'rejected' and reason = 'paywall') as paywall
from looks
where started_at = (select max(started_at) from looks)
order by id

-- name: newest_load_of_source
-- The newest run of a source that was crawled and loaded completely, and how many new articles it brought. Left out are runs with
-- an only_url (for one page, for a backfill or for an import), and runs for which none of the source's lists was due.
select load.run, load.started_at, coalesce((load.counts ->> 'new')::int, 0) as new
from runs load
join runs crawl on crawl.run = load.run and crawl.source = load.source and crawl.stage = 'crawl'
where load.source >= %(source)s and load.source <= %(source)s and load.stage = 'load' and load.state = 'done' and crawl.state = 'done'
    and crawl.only_url = '' and load.started_at <= %(now)s and (not crawl.counts ? 'not due' or crawl.counts -> 'lists' <> '0')
order by load.source desc, load.started_at desc
limit 1

-- name: newest_of_source
-- When a source last published an article. Only its `count` newest articles are read, and of these only articles whose pages give the time
-- precisely.
select max(published_at) as came_at
from (
    select published_at, published_precision
    from articles
    where source = %(source)s and first_fetched_at <= %(now)s
    order by first_fetched_at desc
    limit %(count)s
) newest
where published_precision = any(%(precise)s) and published_at <= %(now)s

-- name: newest_of_stages
-- The newest row of each stage for each source. Left out are runs with an only_url (for one page, for a backfill or for an import), and
-- those that found the source busy.
select name as source, asked as stage, last.run, last.state, last.counts, extract(epoch from last.ended_at - last.started_at)::float8 as seconds
from unnest(%(sources)s::text[]) as name
cross join unnest(%(stages)s::text[]) as asked
cross join lateral (
    -- With `>=` and `<=`, Postgres takes the source's newest row from the index. With `=`, it would search all rows.
    select r.run, r.state, r.counts, r.started_at, r.ended_at from runs r
    where r.source >= name and r.source <= name and r.stage = asked and r.state <> 'busy' and r.only_url = ''
    order by r.source desc, r.started_at desc limit 1
) last

-- name: outbox_figures
-- How many messages wait, how long the one that has waited longest has waited, and how many were given up lately. A digest waits from the
-- time when it is due.
select
    (select count(*) from deliveries where state = 'waiting') as waiting,
    (select extract(epoch from now() - least(min(waiting_since), now()))::float8 from deliveries where state = 'waiting') as late,
    (select count(*) from deliveries where state = 'failed' and coalesce(failed_at, created_at) > now() - %(lately)s) as failed

-- name: raw_of_article
-- Where the raw store has the page from which an article was extracted.
select f.warc_file, f.warc_offset, f.warc_length
from articles a
join fetches f on f.id = a.fetch_id
where a.id = %(id)s and f.warc_file is not null

-- name: state_of_source
-- The last known state of a source, and when it last recovered from being silent or unusually quiet.
select state, since, reason, (
    select max(recovered_at) from health where source = %(source)s and kind in ('silent', 'quiet')
) as ended
from source_states where source = %(source)s

-- name: states_kept
-- The last known states of these sources.
select source, state, since, reason, figure, low, high, checked_at from source_states where source = any(%(sources)s)

-- name: trouble_begun
-- Note that a source has had a trouble of this kind from the moment `since` on. Returns the row; its told_at is null if nobody was told of
-- the trouble yet.
insert into health (source, kind, since) values (%(source)s, %(kind)s, %(since)s)
on conflict (source, kind, since) do update set recovered_at = null, over_told_at = null
returning id, told_at

-- name: trouble_over
-- End a source's troubles of this kind, except the one that began at `since`.
update health set recovered_at = %(now)s
where source = %(source)s and kind = %(kind)s and recovered_at is null and since is distinct from %(since)s

-- name: trouble_since
-- Since when a source has had a trouble of this kind, if it has one.
select since from health where source = %(source)s and kind = %(kind)s and recovered_at is null order by since desc limit 1

-- name: troubles_told
-- Note that the operators were told of these troubles.
update health set told_at = %(now)s where id = any(%(ids)s)

-- name: write_health_alert
-- Write the alert that a source is in trouble, one for each trouble. Its subject is the row of `health`.
insert into alerts (watch, kind, subject_id, source, message) values ('', 'health', %(health_id)s, %(source)s, %(message)s)
on conflict (watch, subject_id, kind, revision, repeat) do update set message = excluded.message
returning id
