-- The short statements of desk/, by name; a long one is a file of its own in sql/. A name is unique in all packages.

-- name: desk_act
-- Write down that somebody did something with a thing.
insert into actions (done_by, act, thing, name, detail)
values (%(who)s, %(act)s, %(thing)s, %(of)s, %(detail)s)

-- name: desk_actions
-- What was done with a thing, the newest first.
select done_at, done_by, act, detail
from actions
where thing = %(thing)s and name = %(of)s
order by id desc
limit %(count)s

-- name: desk_article
-- One article in full, with the watches that found it.
select id, source, url, canonical_url, title, description, text, authors, language, published_at, published_precision,
    published_from, modified_at, image, tags, section, removed, page_digest, extractor, words, fetched_at, first_run, first_fetched_at,
    revision, gone_at,
    array(select distinct watch from alerts where article_id = articles.id and kind <> 'health' order by watch) as watches
from articles
where id = %(id)s

-- name: desk_delivery_states
-- How many deliveries wait, failed or were sent lately.
select state, count(*) as deliveries
from deliveries
where created_at > %(now)s::timestamptz - %(within)s
group by state

-- name: desk_matched
-- What the watches matched, all told: how many alerts, how many of them are only listed and why, and which watches tell nobody.
select count(*)::int as alerts, count(*) filter (where quiet <> '')::int as quiet,
    coalesce(array_agg(distinct quiet) filter (where quiet <> ''), '{}') as reasons,
    (select count(*)::int from watches) as watches,
    (select coalesce(array_agg(name order by name), '{}') from watches where channels = '{}') as mute
from alerts
where kind <> 'health'

-- name: desk_messages
-- Whether a message of a watch was ever written.
select exists (select from deliveries where watch > '') as any

-- name: desk_revisions
-- Every revision of an article, newest first, with what each is to the one before it.
select r.revision, r.run, r.fetched_at, r.title, r.description, r.text, coalesce(c.revision_kind, '') as kind,
    coalesce(c.moved, '[]') as moved
from revisions r
left join changes c on c.article_id = r.article_id and c.revision = r.revision and c.kind = 'revised'
where r.article_id = %(id)s
order by r.revision desc
