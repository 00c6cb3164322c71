-- The statements of health/, by name. A name is unique in all packages.

-- name: crawls_of_source
-- What the newest crawls of a source that came to their end said of its feeds; those for one page left out, and those for which not
-- all lists were due.
select run, started_at, message, counts -> 'feed behind' is not null as behind
from runs
-- A range of one source, so that its newest rows are looked up and not looked for among those of all.
where source >= %(source)s and source <= %(source)s and stage = 'crawl' and state = 'done' and only_url = '' and started_at <= %(now)s
    and not counts ? 'not due'
order by source desc, started_at desc
limit %(count)s

-- name: life_of_source
-- A source's last sign of life, when it was first and last crawled, and what its last run said of each stage; a run for one page
-- of it does not count, nor one for which none of its lists was due.
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
-- The pages that a source's newest crawl with an answer for any article, or a refusal of a list, was given, and which of them extraction
-- called a paywall; crawls of one page left out.
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
-- The newest run of a source that was crawled and loaded to the end: how many new articles it gave; left out are one for one page and
-- one for which none of its lists was due.
select load.run, load.started_at, coalesce((load.counts ->> 'new')::int, 0) as new
from runs load
join runs crawl on crawl.run = load.run and crawl.source = load.source and crawl.stage = 'crawl'
where load.source >= %(source)s and load.source <= %(source)s and load.stage = 'load' and load.state = 'done' and crawl.state = 'done'
    and crawl.only_url = '' and load.started_at <= %(now)s and (not crawl.counts ? 'not due' or crawl.counts -> 'lists' <> '0')
order by load.source desc, load.started_at desc
limit 1

-- name: raw_of_article
-- Where the page stands in the raw store that an article was made of.
select f.warc_file, f.warc_offset, f.warc_length
from articles a
join fetches f on f.id = a.fetch_id
where a.id = %(id)s and f.warc_file is not null

-- name: trouble_begun
-- Note that a source is in trouble of a kind since a moment: the row, untold if it is new or nobody could be told.
insert into health (source, kind, since) values (%(source)s, %(kind)s, %(since)s)
on conflict (source, kind, since) do update set recovered_at = null
returning id, told_at

-- name: trouble_over
-- A source that was in trouble of a kind is not any more.
update health set recovered_at = %(now)s
where source = %(source)s and kind = %(kind)s and recovered_at is null and since is distinct from %(since)s

-- name: trouble_since
-- Since when a source is in trouble of a kind, if it is.
select since from health where source = %(source)s and kind = %(kind)s and recovered_at is null order by since desc limit 1

-- name: trouble_told
-- The operators were told of a source in trouble.
update health set told_at = %(now)s where id = %(id)s

-- name: write_health_alert
-- The alert that a source is in trouble, once for each time that began.
insert into alerts (watch, kind, story, source, message) values ('', 'health', %(story)s, %(source)s, %(message)s)
on conflict (watch, story, kind, revision) do update set message = excluded.message
returning id

-- name: yields_of_source
-- When a source gave new articles lately: one moment a run.
select min(at) as at from changes
where source = %(source)s and kind = 'new' and at > %(now)s::timestamptz - %(within)s and at <= %(now)s
group by run
order by 1
