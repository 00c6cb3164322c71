-- The rows of bench/archive.py that are of nights and sources; in order.

-- name: lists
-- The feed of each source, looked at every night.
insert into urls (source, url_key, variant_key, url, host, kind, state, discovered_run, discovered_at, fetched_at, decided_at, decided_run, whole_at)
select name, 'feed of ' || name, 'feed of ' || name, 'https://' || name || '.test/feed', name || '.test', 'feed', 'stored', first, begun,
    ended, ended, last, ended
from (
    select 'source-' || n as name from generate_series(0, %(sources)s - 1) n
) named, (
    select min(first_run) as first, max(first_run) as last, min(first_fetched_at) as begun, max(first_fetched_at) as ended from articles
) nights

-- name: list_fetches
-- Each night's look at each of them.
insert into fetches (run, source, url_id, url, fetched_at, status, outcome, digest)
select night.first_run, u.source, u.id, u.url, night.at, 200, 'fetched', ''
from urls u, (select first_run, min(first_fetched_at) as at from articles group by first_run) night
where u.kind = 'feed'
order by night.first_run

-- name: runs
-- Each night's stages of each source.
insert into runs (run, source, stage, state, counts, started_at, ended_at)
select night.first_run, u.source, stage, 'done', '{"new": 1, "fetched": 3, "template agrees": 3, "seconds": 1}',
    night.at + stage_number * interval '10 minutes', night.at + stage_number * interval '11 minutes'
from urls u, (select first_run, min(first_fetched_at) as at from articles group by first_run) night,
    (values (0, 'crawl'), (1, 'extract'), (2, 'load')) stages (stage_number, stage)
where u.kind = 'feed'
order by night.first_run, stage_number

-- name: run_plans
-- Each night was planned for every source.
insert into run_plans (run, begun_at, sources, followed, night)
select first_run, min(first_fetched_at), s.followed, s.followed, true
from articles, (select count(*) as followed from urls where kind = 'feed') s group by first_run, s.followed

-- name: alert_runs
-- Each night's matching.
insert into runs (run, source, stage, state, started_at, ended_at)
select first_run, '', 'alert', 'done', min(first_fetched_at) + interval '1 hour', min(first_fetched_at) + interval '1 hour'
from articles group by first_run

-- name: source_totals
-- How many articles each source has.
insert into source_totals select source, count(*) from articles group by source

-- name: backfills
-- What was to be done to rows of before was done long ago.
update backfills set begun_at = now() - interval '1 year', passed_at = now()

-- name: deliveries
-- A message for each alert; those of the last nights wait.
insert into deliveries (key, channel, watch, kind, run, state, attempts, subject, created_at, sent_at)
select 'alert ' || a.id, 'newsdesk', a.watch, 'single', a.run, 'sent', 1, 'found', a.created_at, a.created_at
from alerts a order by a.id

-- name: delivered_alerts
-- Which alert each tells of.
insert into delivered_alerts (delivery_id, alert_id)
select d.id, a.id from deliveries d join alerts a on d.key = 'alert ' || a.id

-- name: templates
-- What was learned of each source, of all of its pages.
insert into templates (source, version, extractor, pages, known, newest_fetch, template)
select source, 1, %(extractor)s, 60, count(*), (select max(id) from fetches), null
from fetches where outcome = 'fetched' and status = 200 group by source
