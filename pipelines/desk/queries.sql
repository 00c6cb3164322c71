-- The short statements of desk/, ordered by name. A long statement has a file of its own in sql/. No two packages have a statement of the
-- same name.

-- name: desk_act
-- Note that somebody acted on a thing (an article, a source, a watch, ...).
insert into actions (done_by, act, thing, name, detail)
values (%(who)s, %(act)s, %(thing)s, %(of)s, %(detail)s)

-- name: desk_actions
-- The actions on a thing, newest first.
select done_at, done_by, act, detail
from actions
where thing = %(thing)s and name = %(of)s
order by id desc
limit %(count)s

-- name: desk_alerts_of_article
-- The newest alerts of an article, with the states of the messages that tell of them. An alert that is only listed has the reason in
-- `quiet`.
select a.id, a.watch, a.kind, a.revision, a.created_at, a.quiet,
    coalesce((
        select json_agg(json_build_object('channel', d.channel, 'state', d.state) order by d.channel)
        from delivered_alerts m join deliveries d on d.id = m.delivery_id where m.alert_id = a.id
    ), '[]') as messages
from alerts a
where a.article_id = %(id)s and a.kind <> 'health'
order by a.id desc
limit %(count)s

-- name: desk_article
-- One article in full, with the watches that found it.
select id, source, url, canonical_url, title, description, text, authors, language, published_at, published_precision,
    published_from, modified_at, image, tags, section, removed, page_digest, extractor, words, fetched_at, first_run, first_fetched_at,
    revision, gone_at,
    array(select distinct watch from alerts where article_id = articles.id and kind <> 'health' order by watch) as watches
from articles
where id = %(id)s

-- name: desk_daily
-- How many new articles each of these sources had on each day (UTC) since a moment, as counted by the loads that began on that day. Each
-- source has one row, or none if it had no new articles.
select name as source, counted.days, counted.news
from unnest(%(sources)s::text[]) as name cross join lateral (
    select array_agg(day) as days, array_agg(new) as news
    from (
        select (started_at at time zone 'UTC')::date as day, sum((counts ->> 'new')::integer)::integer as new
        from runs
        where source = name and stage = 'load' and started_at >= %(since)s and counts ->> 'new' <> '0'
        group by day
    ) of_day
) counted
where counted.days is not null

-- name: desk_delivery_states
-- How many deliveries wait now, and how many were given up or sent lately.
select
    (select count(*) from deliveries where state = 'waiting') as waiting,
    (select count(*) from deliveries where state = 'failed' and coalesce(failed_at, created_at) > %(now)s::timestamptz - %(within)s) as failed,
    (select count(*) from deliveries where state = 'sent' and sent_at > %(now)s::timestamptz - %(within)s) as sent

-- name: desk_ends_of_run
-- The present states of the URLs that a run discovered, counted by kind, state and reason.
select kind, state, code, count(*)::int as urls
from urls
where discovered_run = %(run)s and (%(source)s = '' or source = %(source)s)
group by kind, state, code
order by kind, count(*) desc, state, code

-- name: desk_feed_of_watch
-- Since when the feed of a watch has had its present address.
select opened_at from watch_feeds where watch = %(watch)s

-- name: desk_last_edits
-- For each of these articles, the last edit that its outlet made, with the earlier title if the edit changed it.
select distinct on (c.article_id) c.article_id, c.at, c.revision_kind as kind,
    case when older.title <> newer.title then older.title else '' end as title_before
from changes c
join revisions newer on newer.article_id = c.article_id and newer.revision = c.revision
join revisions older on older.article_id = c.article_id and older.revision = c.revision - 1
where c.article_id = any(%(ids)s) and c.kind = 'revised' and c.quiet <> 're-extraction'
order by c.article_id, c.revision desc

-- name: desk_lists
-- The feeds, sitemaps and sections of a source, each with its last answer. The list that was fetched last comes first.
select u.url, u.kind, u.state, u.code, u.reason, u.via, u.fetched_at, u.next_at, u.attempts, f.status, f.fetched_at as answered_at
from urls u
left join lateral (
    select status, fetched_at from fetches where url_id = u.id order by fetched_at desc limit 1
) f on true
where u.source = %(source)s and u.kind <> 'article'
order by u.fetched_at desc nulls last, u.url
limit %(count)s

-- name: desk_matched
-- What all watches together matched: how many alerts, how many of them are only listed and why, and which watches have no channel.
select count(*)::int as alerts, count(*) filter (where quiet <> '')::int as quiet,
    coalesce(array_agg(distinct quiet) filter (where quiet <> ''), '{}') as reasons,
    (select count(*)::int from watches) as watches,
    (select coalesce(array_agg(name order by name), '{}') from watches where channels = '{}') as mute
from alerts
where kind <> 'health'

-- name: desk_messages
-- Whether a message of a watch was ever written.
select exists (select from deliveries where watch > '') as any

-- name: desk_newest_runs
-- The keys of the newest runs.
select run from run_plans order by begun_at desc limit %(count)s

-- name: desk_revisions
-- Every revision of an article, newest first, with the kind of its edit.
select r.revision, r.run, r.fetched_at, r.title, r.description, r.text, r.text_retired_at,
    coalesce(c.revision_kind, '') as kind,
    coalesce(c.moved, '[]') as moved
from revisions r
left join changes c on c.article_id = r.article_id and c.revision = r.revision and c.kind = 'revised'
where r.article_id = %(id)s
order by r.revision desc

-- name: desk_runs
-- The newest runs of any kind, and the newest nights, each with its counts. planned: the number of sources in its plan. one_page: the run
-- is for one page, for a backfill or for an import. runs_since: how many runs were planned later.
with wanted as (
    (select * from run_plans order by begun_at desc limit %(count)s)
    union
    (select * from run_plans where night order by begun_at desc limit %(nights)s)
)
select wanted.run, told.*, wanted.night, wanted.sources as planned, wanted.followed,
    (select count(*) from run_plans later where later.begun_at > wanted.begun_at and later.sources > 0) as runs_since
from wanted cross join lateral (
    -- If counts were stored after the end of the run, they are taken; else the run is counted now.
    select * from jsonb_to_record(wanted.summary) as kept (started_at timestamptz, ended_at timestamptz, sources bigint,
        first_source text, failed bigint, running bigint, alert_error text, one_page boolean, new bigint)
    where wanted.summary is not null
    union all
    select started_at, ended_at, sources, first_source, failed, running, alert_error, one_page, new
    from run_summaries where run_summaries.run = wanted.run and wanted.summary is null
) told
order by wanted.begun_at desc

-- name: desk_runs_of_source
-- The rows of the newest stages of a source, newest first.
select run, stage, state, code, message, started_at, ended_at, counts, only_url <> '' as one_page
from runs
where source = %(source)s
order by started_at desc
limit %(count)s

-- name: desk_sources_of_run
-- The sources for which a run discovered URLs, each with the number of its URLs. failed: failed or blocked URLs. open: discovered or
-- fetched URLs, which are not decided yet.
select source, count(*)::int as urls, count(*) filter (where state in ('failed', 'blocked'))::int as failed,
    count(*) filter (where state in ('discovered', 'fetched'))::int as open
from urls
where discovered_run = %(run)s
group by source
order by source

-- name: desk_troubles
-- The present troubles of these sources, as health found them.
select source, kind, since
from health
where recovered_at is null and source = any(%(sources)s)
order by source, kind

-- name: desk_unaccounted
-- The sources of a run with URLs that are not accounted for.
select source, message
from runs
where run = %(run)s and stage = 'load' and coalesce((counts ->> 'unaccounted')::integer, 0) > 0
order by source

-- name: desk_urls_of_run
-- The URLs that a run discovered. They are in the order of their ids, and begin after the id `after`. A source, state, reason or kind may
-- be given. The condition on the run is no plain equality: with an equality, Postgres would walk along the index of ids through the URLs of
-- all runs.
select id, source, kind, url, state, code, reason, via, discovered_at, decided_at
from urls
where (discovered_run, id) > (%(run)s, %(after)s) and discovered_run <= %(run)s
    and (%(source)s = '' or source = %(source)s) and (%(state)s = '' or state = %(state)s)
    and (%(code)s = '' or code = %(code)s) and (%(kind)s = '' or kind = %(kind)s)
order by discovered_run, id
limit %(count)s

-- name: desk_versions
-- The newest revisions of an article without their texts, with the kind of each edit.
select r.revision, r.run, r.fetched_at, r.title, coalesce(c.revision_kind, '') as kind, coalesce(c.moved, '[]') as moved
from revisions r
left join changes c on c.article_id = r.article_id and c.revision = r.revision and c.kind = 'revised'
where r.article_id = %(id)s
order by r.revision desc
limit %(count)s

-- name: desk_watch_of_alert
-- The watch of an alert, or the source if the alert tells of a source's health.
select coalesce(nullif(watch, ''), source) as name from alerts where id = %(id)s

-- name: desk_watches
-- How many alerts each watch had lately, when the last one was, and whether the watch has a feed.
select w.name as watch, coalesce(a.alerts, 0) as alerts, a.last_at, exists (select from watch_feeds f where f.watch = w.name) as has_feed
from watches w left join (
    select watch, count(*)::int as alerts, max(created_at) as last_at
    from alerts
    where created_at > now() - %(within)s and kind <> 'health'
    group by watch
) a on a.watch = w.name

-- name: desk_wordings
-- These revisions of an article in full.
select revision, fetched_at, title, description, text, text_retired_at
from revisions where article_id = %(id)s and revision = any(%(revisions)s)
