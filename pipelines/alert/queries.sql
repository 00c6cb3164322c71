-- The statements of alert/, by name. A name is unique in all packages.

-- name: add_watch
-- Keep a watch, in place of the one of that name.
insert into watches (name, query, terms, unless, sources, languages, kinds, channels, cap)
values (%(watch)s, %(query)s, %(terms)s, %(unless)s, %(sources)s, %(languages)s, %(kinds)s, %(channels)s, %(cap)s)
on conflict (name) do update
set query = excluded.query, terms = excluded.terms, unless = excluded.unless, sources = excluded.sources,
    languages = excluded.languages, kinds = excluded.kinds, channels = excluded.channels, cap = excluded.cap

-- name: alerts_of_feed
-- What a watch told last, newest first, with the articles as they read now; each by its key.
select a.id, a.kind, a.matches, a.created_at, a.source, x.title, x.url, x.language, x.published_at, x.published_precision,
    case when a.kind = 'removed' then coalesce(x.gone_at, a.created_at) end as removed_at
from (select * from alerts where watch = %(watch)s and quiet = '' order by id desc limit %(count)s) a
cross join lateral (select * from articles where id = a.article_id limit 1) x
order by a.id desc

-- name: all_synonyms
-- Every list of synonyms.
select name, spellings from synonyms order by name

-- name: all_watches
-- Every watch.
select name, query, terms, unless, sources, languages, kinds, channels, cap, paused_at, case when muted_until > now() then muted_until end
    as muted_until, created_at
from watches order by name

-- name: close_feed
-- Take the address of a feed away.
delete from watch_feeds where watch = %(watch)s

-- name: count_digests
-- Say in the subject of a collected message how many alerts it tells of.
update deliveries d
set subject = d.watch || ': ' || t.alerts || case t.alerts when 1 then ' more alert' else ' more alerts' end
from (
    select delivery_id, count(*) as alerts from delivered_alerts where delivery_id = any(%(ids)s) group by delivery_id
) t
where d.id = t.delivery_id

-- name: counts_of_stage
-- What a stage has counted so far.
select counts from runs where run = %(run)s and source = %(source)s and stage = %(stage)s

-- name: digest_of_watches
-- What the matcher is made of, as one value that is another where any of it is.
select md5(concat(
    (select string_agg(md5(jsonb_build_array(name, query, terms, unless)::text), '' order by name) from watches), ' ',
    (select string_agg(md5(jsonb_build_array(name, spellings)::text), '' order by name) from synonyms)
)) as digest

-- name: history_of_transaction
-- What this transaction changed so far.
select at, who, name, before, after from watch_changes where at = now() and xmin = pg_current_xact_id()::xid order by id

-- name: history_of_watches
-- What changed of one watch or of all, newest first.
select at, who, name, before, after
from watch_changes
where of_table = 'watches' and (%(watch)s = '' or name = %(watch)s)
order by id desc

-- name: keep_synonyms
-- Keep a list of synonyms, in place of the one of that name.
insert into synonyms (name, spellings) values (%(list)s, %(spellings)s)
on conflict (name) do update set spellings = excluded.spellings

-- name: lock_watches
-- One matcher at a time counts and fills the messages of an hour, freed with the transaction.
select pg_advisory_xact_lock(hashtextextended('alert cap', 0))

-- name: matched_changes
-- These changes are matched.
update changes set matched_at = now(), matched_run = %(run)s where id = any(%(ids)s)

-- name: mute_watch
-- Till when what a watch finds is only listed.
update watches set muted_until = now() + %(span)s::interval where name = %(watch)s returning muted_until

-- name: open_digests
-- Collected messages that nobody has begun to send: more can be put into them.
select id, watch, channel
from deliveries
where kind = 'digest' and state = 'waiting' and begun_at is null and watch = any(%(watches)s)
for update skip locked

-- name: open_feed
-- A new address of a feed, in place of the one before.
insert into watch_feeds (watch, digest) values (%(watch)s, %(digest)s)
on conflict (watch) do update set digest = excluded.digest, opened_at = now()

-- name: pause_watch
-- Let a watch look at nothing, or again.
update watches set paused_at = case when %(paused)s then coalesce(paused_at, now()) end where name = %(watch)s

-- name: remove_synonyms
-- Forget a list of synonyms.
delete from synonyms where name = %(list)s

-- name: remove_watch
-- Forget a watch.
delete from watches where name = %(watch)s

-- name: say_who
-- Who makes the changes of this session.
select set_config('nightdesk.who', %(who)s, false)

-- name: singles_of_hour
-- How many single messages each watch had lately: alerts, whatever number of channels each went to.
select d.watch, count(distinct da.alert_id)::int as singles
from deliveries d join delivered_alerts da on da.delivery_id = d.id
where d.kind = 'single' and d.watch = any(%(watches)s) and d.created_at > now() - %(within)s
group by d.watch

-- name: tally_of_alert
-- What matching did in a run, however often it was run.
select
    (select count(*)::int from changes where matched_run = %(run)s) as changes,
    (select count(*)::int from alerts where run = %(run)s and quiet = '' and kind <> 'health') as alerts,
    (select count(*)::int from alerts where run = %(run)s and quiet <> '') as quiet,
    (select count(*)::int from deliveries where run = %(run)s and kind <> 'message') as deliveries

-- name: unmatched_changes
-- The next changes nobody has matched yet, with the text they brought, other matchers pass them by.
select c.id, c.article_id, c.revision, c.kind, c.quiet, c.source, a.language, a.authors, r.title, r.description, r.text
from changes c
join articles a on a.id = c.article_id
join revisions r on r.article_id = c.article_id and r.revision = c.revision
where c.matched_at is null
order by c.id
limit %(count)s
for update of c skip locked

-- name: usual_words
-- The words of the newest articles, in how many of them each stands; those of one article alone are left out.
with newest as (select words from article_words where part = 0 order by dated desc, article_id desc limit %(newest)s)
select word, count(*)::int as articles, (select count(*)::int from newest) as of
from newest, unnest(tsvector_to_array(words)) as word
where left(word, 1) not in ('=', '@')
group by word
having count(*) > 1

-- name: watch_of_feed
-- The watch whose feed has an address.
select watch from watch_feeds where digest = %(digest)s

-- name: watches_named
-- The watches of these names.
select name, query, terms, unless, sources, languages, kinds, channels, cap, paused_at, case when muted_until > now() then muted_until end
    as muted_until
from watches
where name = any(%(names)s)

-- name: watches_with_synonyms
-- The watches that may look for a list of synonyms.
select name, query from watches where query ilike %(pattern)s order by name

-- name: write_alerts
-- Alerts, each once for its watch, story, kind and revision, only those that are new come back.
insert into alerts (watch, kind, story, article_id, revision, change_id, run, source, matches, quiet) values %s
on conflict (watch, story, kind, revision) do nothing
returning id, watch, kind, story, revision, quiet

-- name: write_delivered_alerts
-- Which alerts a message tells of.
insert into delivered_alerts (delivery_id, alert_id) values %s
on conflict do nothing
