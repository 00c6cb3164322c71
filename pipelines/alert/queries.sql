-- The statements of alert/, ordered by name. No two packages have a statement of the same name.

-- name: add_watch
-- Save a watch. It replaces the watch of the same name.
insert into watches (name, query, terms, unless, sources, languages, kinds, channels, cap, digest, quiet, timezone, messages_in, owner)
values (
    %(watch)s, %(query)s, %(terms)s, %(unless)s, %(sources)s, %(languages)s, %(kinds)s, %(channels)s, %(cap)s, %(digest)s, %(quiet)s,
    %(timezone)s, %(messages_in)s, %(owner)s
)
on conflict (name) do update
set query = excluded.query, terms = excluded.terms, unless = excluded.unless, sources = excluded.sources,
    languages = excluded.languages, kinds = excluded.kinds, channels = excluded.channels, cap = excluded.cap,
    digest = excluded.digest, quiet = excluded.quiet, timezone = excluded.timezone, messages_in = excluded.messages_in,
    owner = excluded.owner

-- name: alerts_of_feed
-- The last alerts of a watch that are not quiet, newest first, with the present facts of their articles and the outlets that tell the same
-- story. removed_at: when the article was removed. `gone_at` tells only of the last removal; for an alert of an earlier removal, removed_at
-- is the time when load wrote the change.
select a.id, a.kind, coalesce(c.revision_kind, '') as revision_kind, a.lead_id, a.matches, a.created_at, a.source, x.title, x.url,
    x.language, x.published_at, x.published_precision,
    case when a.kind = 'removed' then least(x.gone_at, coalesce(c.at, a.created_at)) end as removed_at, (
        select coalesce(jsonb_agg(jsonb_build_object(
            'article_id', o.id, 'source', o.source, 'title', o.title, 'url', o.url
        ) order by j.id), '[]')
        from alerts j join articles o on o.id = j.article_id
        where j.lead_id = a.id and j.kind = 'new'
    ) as also_in
from (select * from alerts where watch = %(watch)s and quiet = '' order by id desc limit %(count)s) a
cross join lateral (select * from articles where id = a.article_id limit 1) x
left join lateral (select revision_kind, at from changes where id = a.change_id limit 1) c on true
order by a.id desc

-- name: all_synonyms
-- Every list of synonyms.
select name, spellings from synonyms order by name

-- name: all_watches
-- Every watch.
select name, query, terms, unless, sources, languages, kinds, channels, cap, digest, quiet, timezone, messages_in, owner,
    paused_at, case when muted_until > now() then muted_until end
    as muted_until, created_at
from watches order by name

-- name: close_feed
-- Delete the address of a watch's feed.
delete from watch_feeds where watch = %(watch)s

-- name: count_unmatched
-- How many changes are not matched yet. The count stops at `most`.
select count(*)::int as count from (select from changes where matched_at is null limit %(most)s) waiting

-- name: counts_of_stage
-- What a stage has counted so far.
select counts from runs where run = %(run)s and source = %(source)s and stage = %(stage)s

-- name: digest_of_watches
-- A hash of everything from which the QuerySet of all watches is made. It changes with the query or terms of any watch, and with any list
-- of synonyms.
select md5(concat(
    (select string_agg(md5(jsonb_build_array(name, query, terms, unless)::text), '' order by name) from watches), ' ',
    (select string_agg(md5(jsonb_build_array(name, spellings)::text), '' order by name) from synonyms)
)) as digest

-- name: history_of_transaction
-- The changes of watches and lists of synonyms that this transaction has made so far.
select at, who, name, before, after from watch_changes where at = now() and xmin = pg_current_xact_id()::xid order by id

-- name: history_of_watches
-- The changes of one watch, or of all watches, newest first.
select at, who, name, before, after
from watch_changes
where of_table = 'watches' and (%(watch)s = '' or name = %(watch)s)
order by id desc

-- name: keep_synonyms
-- Save a list of synonyms. It replaces the list of the same name.
insert into synonyms (name, spellings) values (%(list)s, %(spellings)s)
on conflict (name) do update set spellings = excluded.spellings

-- name: lock_alert_writing
-- Let only one alert stage at a time count the alerts of an hour and write messages. The lock ends with the transaction.
select pg_advisory_xact_lock(hashtextextended('alert cap', 0))

-- name: matched_changes
-- Mark these changes as matched.
update changes set matched_at = now(), matched_run = %(run)s where id = any(%(ids)s)

-- name: mute_watch
-- Mute a watch: for `span`, its matches are listed and not sent. A `span` of null ends the mute.
update watches set muted_until = now() + %(span)s::interval where name = %(watch)s returning muted_until

-- name: open_digests
-- Digests to these channels that no sender has begun to send, with the number of alerts in each. More alerts can be put into them.
select d.id, d.channel, d.due_at, d.language, d.timezone, (
    select count(*)::int from (select from delivered_alerts where delivery_id = d.id limit %(most)s) told
) as alerts
from deliveries d
where d.kind = 'digest' and d.state = 'waiting' and d.begun_at is null and d.channel = any(%(channels)s)
order by d.id
for update of d skip locked

-- name: open_feed
-- Give a watch's feed a new address. The address before it no longer works.
insert into watch_feeds (watch, digest) values (%(watch)s, %(digest)s)
on conflict (watch) do update set digest = excluded.digest, opened_at = now()

-- name: open_messages
-- Messages that no sender has begun to send and that tell of these articles, or of other articles of their stories. More alerts can be put
-- into them.
with told as materialized (
    select m.delivery_id, a.id as alert_id, a.kind, a.article_id, of.story_id, a.revision, a.repeat, a.lead_id, a.quiet
    from unnest(%(articles)s::bigint[], %(stories)s::bigint[]) as of (article_id, story_id)
    cross join lateral (
        select of.article_id
        union
        (select article_id from story_articles where story_id = of.story_id order by told_at, article_id limit %(most)s)
    ) member
    cross join lateral (select * from alerts where article_id = member.article_id offset 0) a
    cross join lateral (select delivery_id from delivered_alerts where alert_id = a.id offset 0) m
), opened as materialized (
    select id, channel, kind as delivery_kind from deliveries
    where id = any(array(select delivery_id from told)) and state = 'waiting' and begun_at is null
    for update skip locked
)
select o.id, o.channel, o.delivery_kind, t.alert_id, t.kind, t.article_id, t.story_id, t.revision, t.repeat, t.lead_id
from told t join opened o on o.id = t.delivery_id
where t.quiet = '' and t.kind <> 'health' order by o.id, t.alert_id

-- name: pause_watch
-- Pause a watch, or resume it.
update watches set paused_at = case when %(paused)s then coalesce(paused_at, now()) end where name = %(watch)s

-- name: remove_synonyms
-- Delete a list of synonyms.
delete from synonyms where name = %(list)s

-- name: remove_watch
-- Delete a watch.
delete from watches where name = %(watch)s

-- name: say_subjects
-- Give messages their subjects.
update deliveries d set subject = g.subject
from unnest(%(ids)s::bigint[], %(subjects)s::text[]) as g (id, subject)
where d.id = g.id

-- name: say_who
-- Set the person who makes the changes of this session.
select set_config('nightdesk.who', %(who)s, false)

-- name: single_alerts_of_hour
-- How many alerts of each watch were put into single messages in the last `within`. An alert counts once, however many channels it goes to.
select w.watch, count(*)::int as alerts
from unnest(%(watches)s::text[]) as w (watch)
cross join lateral (
    select id from alerts where watch = w.watch and created_at > now() - %(within)s and quiet = '' offset 0
) a
where exists (
    select from delivered_alerts m join deliveries d on d.id = m.delivery_id where m.alert_id = a.id and d.kind = 'single'
        and d.created_at > now() - %(within)s
)
group by w.watch

-- name: stories_told
-- For each pair of a watch and an article: the watch's first alert on the article's story (lead_id). own: whether the watch already has an
-- alert on this article itself that is not quiet.
select p.watch, p.article_id, p.story_id, told.lead_id, told.own
from unnest(%(watches)s::text[], %(articles)s::bigint[], %(stories)s::bigint[]) as p (watch, article_id, story_id)
cross join lateral (
    select min(coalesce(a.lead_id, a.id)) as lead_id, coalesce(bool_or(a.subject_id = p.article_id and a.quiet = ''), false) as own
    from (
        select p.article_id
        union
        (select article_id from story_articles where story_id = p.story_id order by told_at, article_id limit %(most)s)
    ) member
    cross join lateral (select * from alerts where watch = p.watch and subject_id = member.article_id offset 0) a
    where a.quiet in ('', 'also in')
) told
where told.lead_id is not null

-- name: tally_of_alert
-- What matching did in a run. If matching was repeated, all its tries count together.
select
    (select count(*)::int from changes where matched_run = %(run)s) as changes,
    (select count(*)::int from alerts where run = %(run)s and quiet = '' and kind <> 'health') as alerts,
    (select count(*)::int from alerts where run = %(run)s and quiet <> '') as quiet,
    (select count(*)::int from deliveries where run = %(run)s and kind <> 'message') as deliveries

-- name: told_by_messages
-- The alerts in these messages, with the columns from which the messages' subjects are made.
select m.delivery_id, d.kind as delivery_kind, d.due_at, d.language, a.watch, a.kind, a.subject_id as article_id, a.revision, a.repeat, a.quiet, a.lead_id,
    coalesce(s.story_id, a.subject_id) as story_id, coalesce(c.revision_kind, '') as revision_kind, coalesce(r.title, x.title, '') as title
from unnest(%(ids)s::bigint[]) as wanted (id)
cross join lateral (select * from deliveries where id = wanted.id limit 1) d
cross join lateral (select delivery_id, alert_id from delivered_alerts where delivery_id = wanted.id offset 0) m
cross join lateral (select * from alerts where id = m.alert_id limit 1) a
left join lateral (select story_id from story_articles where article_id = a.article_id limit 1) s on true
left join lateral (select title from articles where id = a.article_id limit 1) x on true
left join lateral (select title from revisions where article_id = a.article_id and revision = a.revision limit 1) r on true
left join lateral (select revision_kind from changes where id = a.change_id limit 1) c on true
order by m.delivery_id, a.id

-- name: unmatched_changes
-- The next unmatched changes, each with the text that it brought. The stories are divided into `of` shares, and only the share with the
-- number `share` is read. Another alert stage that runs at the same time skips these rows.
select c.id, c.at, c.article_id, c.revision, c.repeat, c.kind, c.revision_kind, c.quiet, c.source, a.language, a.authors, r.title, r.description,
    r.text, coalesce(m.story_id, c.article_id) as story_id
from changes c
join articles a on a.id = c.article_id
join revisions r on r.article_id = c.article_id and r.revision = c.revision
left join story_articles m on m.article_id = c.article_id
where c.matched_at is null and mod(coalesce(m.story_id, c.article_id), %(of)s) = %(share)s
order by c.id
limit %(count)s
for update of c skip locked

-- name: usual_words
-- The words of the newest articles, and in how many of these articles each word stands. A long article has several rows in article_words,
-- of which only the first counts. Words of only one article are left out.
with newest as (select words from article_words where part = 0 order by dated desc, article_id desc limit %(newest)s)
select word, count(*)::int as articles, (select count(*)::int from newest) as of
from newest, unnest(tsvector_to_array(words)) as word
where left(word, 1) not in ('=', '@')
group by word
having count(*) > 1

-- name: watch_of_feed
-- The watch whose feed has this address.
select watch from watch_feeds where digest = %(digest)s

-- name: watches_named
-- The watches of these names.
select name, query, terms, unless, sources, languages, kinds, channels, cap, digest, quiet, timezone, messages_in, owner,
    paused_at, case when muted_until > now() then muted_until end
    as muted_until
from watches
where name = any(%(names)s)

-- name: watches_told_of
-- The watches that have an alert on one of these articles. Quiet alerts do not count.
select distinct a.watch, a.article_id
from unnest(%(articles)s::bigint[]) as of (article_id)
cross join lateral (select * from alerts where article_id = of.article_id offset 0) a
where a.quiet = '' and a.kind <> 'health'
order by a.article_id, a.watch

-- name: watches_with_synonyms
-- The watches whose query has the name of a list of synonyms somewhere behind `syn:`. The caller then reads the query, which tells whether
-- it really uses the list.
select name, query from watches where query ilike %(pattern)s order by name

-- name: write_alert_deliveries
-- Write messages that tell of alerts into the outbox, one for each key. Returns only the new messages.
insert into deliveries (key, channel, watch, kind, run, language, timezone, due_at, next_at, waiting_since)
select v.key, v.channel, v.watch, v.kind, v.run, v.language, v.timezone, v.due_at::timestamptz, greatest(now(), v.due_at::timestamptz),
    greatest(now(), v.due_at::timestamptz)
from (values %s) as v (key, channel, watch, kind, run, language, timezone, due_at)
on conflict (key) do nothing
returning id, key

-- name: write_alerts
-- Write alerts, one for each watch, article, kind, revision and repeat. Returns only the new alerts. The subject of an alert is its
-- article: the article's number stays in subject_id after the article is erased.
insert into alerts (watch, kind, subject_id, article_id, revision, repeat, change_id, run, source, matches, quiet, lead_id) values %s
on conflict (watch, subject_id, kind, revision, repeat) do nothing
returning id, watch, kind, article_id, revision, repeat, quiet, lead_id

-- name: write_delivered_alerts
-- Write which alerts a message tells of.
insert into delivered_alerts (delivery_id, alert_id) values %s
on conflict do nothing
