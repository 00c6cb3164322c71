-- The short statements of crawl/, ordered by name. A long statement has a file of its own in sql/. No two packages have a statement of the
-- same name.

-- name: articles_of_run
-- How often a run has asked a source for article pages.
select count(*) as count
from fetches join urls on urls.id = fetches.url_id
where fetches.run = %(run)s and fetches.source = %(source)s and urls.kind = 'article'

-- name: become_aliases
-- These URLs turned out to be other addresses of an article. Mark them as aliases, which are not fetched by themselves.
update urls
set state = 'duplicate', code = 'alias', reason = alias.reason, alias_of = alias.main, looks = urls.looks + 1, decided_run = alias.run, decided_at = now(), next_at = null,
    leased_until = null, leased_run = null, due_for = '', due_by = null
from (values %s) as alias (id, main, reason, run)
where urls.id = alias.id and alias.id <> alias.main

-- name: busy_stage
-- Record that a stage did not begin because another process has the source. If the stage has a record for this run and source, the record
-- stays.
insert into runs (run, source, stage, state, message, ended_at)
values (%(run)s, %(source)s, %(stage)s, 'busy', %(message)s, now())
on conflict (run, source, stage) do nothing

-- name: claim_modified
-- A list says that these pages were modified after we fetched them. Store the list's entry in the row of the address that the list named,
-- and make the article of this address due now.
with claimed as (
    select * from (values %s) as claim (named, main, list, entry)
), said as (
    update urls set entry = claimed.entry::jsonb from claimed where urls.id = claimed.named and claimed.named <> claimed.main
)
update urls
set next_at = now(), due_for = 'modified', due_by = claimed.list::bigint,
    entry = case when claimed.named = claimed.main then claimed.entry::jsonb else urls.entry end
from claimed
where urls.id = claimed.main

-- name: credit_lists
-- For each list, count how many of the pages that it called modified had changed (other bytes, or gone), and how many had not.
update urls
set lastmod_true = urls.lastmod_true + counted.held, lastmod_false = urls.lastmod_false + counted.failed
from (
    select page.due_by as list, count(*) filter (where look.outcome <> 'unchanged') as held,
        count(*) filter (where look.outcome = 'unchanged') as failed
    from (values %s) as look (id, outcome) join urls page on page.id = look.id
    where page.due_for = 'modified' and look.outcome in ('fetched', 'unchanged', 'gone')
    group by page.due_by
) counted
where urls.id = counted.list

-- name: decided_lines
-- What became of each of these fetches. outcomes: what load decided on it. kept: whether there is an article of its URL, or a revision that
-- it made. held: whether this run of its source is held in the quarantine, or was rejected from it.
select f.id as fetch_id,
    exists (select from quarantine q where q.source = f.source and q.run = %(run)s and q.state <> 'released') as held, array(select o.outcome from outcomes o where o.fetch_id = f.id order by o.id) as outcomes,
    exists (select from articles a join outcomes o on o.url_id = a.url_id where o.fetch_id = f.id)
        or exists (select from revisions r where r.fetch_id = f.id) as kept
from fetches f
where f.id = any(%(fetches)s)

-- name: discover_urls
-- Add URLs that a list named for the first time. Each is due at once, excluded for a reason, or an alias.
insert into urls (
    source, url_key, variant_key, url, host, kind, state, code, reason, via, entry, discovered_run, decided_run, decided_at, next_at, alias_of)
select source, url_key, variant_key, url, host, kind, state, code, reason, via, entry::jsonb, discovered_run,
    case when state <> 'discovered' then discovered_run end, case when state <> 'discovered' then now() end,
    case when due then now() end, alias_of::bigint
from (values %s) as named (source, url_key, variant_key, url, host, kind, state, code, reason, via, entry, discovered_run, due, alias_of)
on conflict (source, url_key) do nothing
returning id, url_key, variant_key, state

-- name: doubted_lists
-- Feeds and sitemaps whose dates of change proved false at least `least` times, and more often false than true.
select url from urls
where source = %(source)s and kind in ('feed', 'sitemap') and lastmod_false >= %(least)s and lastmod_false > lastmod_true
order by id

-- name: due_listings
-- Make these feeds, sitemaps and sections of a source due now. The caller leaves out lists whose time has not come. A list that comes back
-- into the source's file is read in full.
insert into urls (source, url_key, url, host, kind, discovered_run)
values %s
on conflict (source, url_key) do update
set next_at = now(), kind = excluded.kind, url = excluded.url, via = '', alias_of = null, missed_at = null,
    digest = case when urls.missed_at is null then urls.digest else '' end,
    etag = case when urls.missed_at is null then urls.etag else '' end,
    last_modified = case when urls.missed_at is null then urls.last_modified else '' end

-- name: due_looks
-- Make looks due now if they are planned for a time within `look_ahead` from now, because the next crawl may be a night away. Pages that
-- were fetched less than `apart` ago are left out.
update urls set next_at = now()
where source = %(source)s and kind = 'article' and due_for = 'planned' and next_at between now() and now() + %(look_ahead)s
    and fetched_at < now() - %(apart)s

-- name: due_sitemaps
-- For each sitemap index that is due, make some of its sitemaps due: sitemaps without a date, the sitemap with the newest date, and
-- sitemaps that were last fetched more than `whole_after` ago. The sitemap with the newest date is read even if its date is old, because
-- some sites do not update the dates.
with recursive not_due as (
    select url from urls where source = %(source)s and url_key = any(%(not_due)s)
    union
    select further.url from urls further join not_due on further.via = not_due.url
    where further.source = %(source)s and further.kind = 'sitemap'
)
update urls set next_at = now()
where source = %(source)s and kind = 'sitemap' and via <> '' and state in ('stored', 'unchanged', 'failed', 'blocked')
    and missed_at is null and via not in (select url from not_due)
    and (
        entry ->> 'modified_at' is null
        or fetched_at < now() - %(whole_after)s
        or (entry ->> 'modified_at')::timestamptz = (
            select max((other.entry ->> 'modified_at')::timestamptz) from urls other
            where other.source = urls.source and other.via = urls.via and other.kind = 'sitemap'
        )
    )

-- name: ends_of_run
-- How many of the URLs that a run discovered are in each state now. If `source` is empty, the URLs of all sources are counted.
select source, kind, state, code, count(*) as urls
from urls
where discovered_run = %(run)s and (%(source)s = '' or source = %(source)s)
group by source, kind, state, code
order by source, kind, count(*) desc, state, code

-- name: excluded_of_run
-- How many URLs a run excluded, by source and rule. The rule is the reason without the site or address to which it was applied.
select source, case
        when code in ('other site', 'robots.txt') then code
        when code in ('guard', 'guard network', 'guard redirect') then 'guard'
        else reason end as rule,
    count(*) as count
from urls
where decided_run = %(run)s and state = 'excluded'
group by 1, 2
order by 1, 3 desc, 2

-- name: fetched_pages
-- The article pages that a run fetched. decided_in: the runs in which load decided on the page. later: whether load decided on a later look
-- at the same URL.
select f.id as fetch_id, f.url, coalesce(decided.runs, '{}') as decided_in, exists (
        select from outcomes o where o.url_id = f.url_id and o.fetch_id > f.id
    ) as later
from fetches f
join urls u on u.id = f.url_id
left join lateral (select array_agg(distinct o.run) as runs from outcomes o where o.fetch_id = f.id) decided on true
where f.source = %(source)s and f.run = %(run)s and f.outcome = 'fetched' and f.warc_file is not null and u.kind = 'article'
order by f.id

-- name: fetches_elsewhere
-- The fetches of a source's run that point into a WARC file outside the raw store.
select warc_offset as offset, url, digest from fetches
where warc_file = %(file)s and source = %(source)s and run = %(run)s
order by warc_offset

-- name: fetches_of_file
-- Every fetch that points into a raw file, whichever source the fetch belongs to now.
select warc_offset as offset, url, outcome, source from fetches where warc_file = %(file)s order by warc_offset

-- name: files_of_run
-- The raw files that hold the pages that a run fetched from a source.
select distinct warc_file as file from fetches where source = %(source)s and run = %(run)s and warc_file is not null

-- name: forgive_lists
-- Some of these lists had false dates of change. If such a list was just asked for in full, because the site last sent it in full more than
-- `whole_after` ago, it gets another chance: halve its counts of true and of false dates.
update urls
set lastmod_true = urls.lastmod_true / 2, lastmod_false = urls.lastmod_false / 2
from (values %s) as look (id, status)
where urls.id = look.id and urls.lastmod_false > 0 and urls.whole_at < now() - %(whole_after)s and look.status::int <> 304

-- name: free_hosts
-- End this session's turn at these hosts.
select pg_advisory_unlock(hashtextextended('host ' || host, 0)) from unnest(%(hosts)s::text[]) as host

-- name: keep_robots
-- Store what a host's robots.txt says, and when it last changed.
insert into hosts (host, robots_status, robots_body, robots_fetched_at, robots_changed_at)
values (%(host)s, %(status)s, %(body)s, now(), now())
on conflict (host) do update
set robots_status = excluded.robots_status, robots_body = excluded.robots_body, robots_fetched_at = excluded.robots_fetched_at,
    robots_changed_at = case
        when (hosts.robots_status < 300, hosts.robots_body) is distinct from (excluded.robots_status < 300, excluded.robots_body)
            then now() else hosts.robots_changed_at end

-- name: kept_out_of_source
-- For each pattern of a source's file: how many articles it keeps out, and at most `shown` of their URLs. There are rows only if every
-- article of the source is excluded.
select count(*) as count, (array_agg(url order by id desc))[1:%(shown)s] as urls
from urls
where source = %(source)s and kind = 'article' and code in ('allow', 'deny')
    and not exists (
        select from urls other where other.source = %(source)s and other.kind = 'article' and other.state <> 'excluded')
group by code, reason
order by count(*) desc

-- name: known_guids
-- The stored articles to which a feed of the source gave one of these guids. Articles that a crawl is fetching now are left out.
select id, url, url_key, variant_key, host, entry ->> 'guid' as guid, coalesce(entry ->> 'title', '') as title
from urls
where source = %(source)s and kind = 'article' and alias_of is null and leased_until is null
    and state in ('stored', 'unchanged') and entry ->> 'guid' = any(%(guids)s)

-- name: known_of_file
-- Where the last page that the ledger knows of ends in a raw file, in bytes from the beginning of the file.
select coalesce(max(warc_offset + warc_length), 0) as known from fetches where warc_file = %(file)s

-- name: known_urls
-- What the ledger knows about the URLs with these keys, and about the articles with one of these variant keys. The row of an alias also has
-- the state of its article (columns with main_).
select u.id, u.url_key, u.url, u.kind, u.state, u.code, u.variant_key, u.fetched_at, u.looks, u.leased_until is not null as leased, u.discovered_run,
    u.entry ->> 'modified_at' as modified_at, u.alias_of, coalesce(m.id, u.id) as main_id, coalesce(m.state, u.state) as main_state,
    coalesce(m.fetched_at, u.fetched_at) as main_fetched_at, coalesce(m.next_at, u.next_at) as main_next_at,
    coalesce(m.next_at, u.next_at) <= now() as main_due,
    -- rested: the URL was refused or failed, no crawl asks for it any more, and its pause is over. If a list names it now, it is tried
    -- again. The first pause is `revive_after`, and each further failure doubles it, but at most `max_revive_doublings` times.
    u.next_at is null and u.decided_run is distinct from %(run)s
        and (u.state in ('failed', 'blocked')
            or (u.state = 'gone' and u.fetched_at is null and u.code <> 'gone for good')
            or (u.state = 'excluded' and u.code = any(%(not_ours)s)))
        and u.decided_at < now() - %(revive_after)s
            * power(2, least(greatest(
                u.attempts - case u.state when 'excluded' then 1 when 'gone' then %(max_gone_looks)s else %(max_tries)s end, 0
            ), %(max_revive_doublings)s)) as rested
from urls u left join urls m on m.id = u.alias_of
where u.source = %(source)s
    and (u.url_key = any(%(keys)s) or (u.variant_key = any(%(variants)s) and u.kind = 'article'))
order by u.id

-- name: leave_hosts
-- Store when this session last asked each of these hosts. `ago`: how many seconds ago that was.
insert into hosts (host, asked_at)
select host, now() - make_interval(secs => ago) from (values %s) as left_now (host, ago) order by host
on conflict (host) do update set asked_at = excluded.asked_at

-- name: leave_lists
-- Stop asking for lists that are no longer in the source's file, and for lists that only such lists named.
update urls
set next_at = null, missed_at = now(), state = case when state = 'discovered' then 'excluded' else state end,
    code = case when state = 'discovered' then 'list left' else code end,
    reason = case when state = 'discovered' then 'its list is no longer in the source file' else reason end
where id in (
    with recursive gone as (
        select id, url from urls
        where source = %(source)s and kind <> 'article' and via = '' and url_key <> all(%(keys)s) and missed_at is null
        union
        select further.id, further.url from urls further join gone on further.via = gone.url
        where further.source = %(source)s and further.kind <> 'article'
    )
    select id from gone
)

-- name: left_by_host
-- How many URLs of these sources are due, by host.
select source, host, count(*) as count from urls
where source = any(%(sources)s) and (next_at <= now() or (state = 'discovered' and next_at is not null))
    and (due_for = 'past') = %(past)s
group by source, host

-- name: lend_entries
-- A further list names an article that was not fetched yet. If the first list said little of the article (its `entry`), take what is
-- missing from the further list. If the first list gave a date, the further list's precision is not taken, because it tells how exact the
-- further list's own date is.
update urls u
set entry = (
        case when u.entry -> 'published_at' is not null then lent.entry::jsonb - 'published_precision' else lent.entry::jsonb end
        || coalesce(u.entry, '{}')
    )
from (values %s) as lent (id, entry)
where u.id = lent.id and u.fetched_at is null and u.kind = 'article'

-- name: lend_of_aliases
-- If an article's `entry` lacks fields, take them from the entries of its aliases, as lend_entries takes them from a further list.
update urls u
set entry = (
        case when u.entry -> 'published_at' is not null then lent.entry - 'published_precision' else lent.entry end
        || coalesce(u.entry, '{}')
    )
from urls lent
where lent.id = any(%(aliases)s) and u.id = lent.alias_of and u.fetched_at is null and lent.entry is not null

-- name: list_of_source
-- A feed, sitemap or section in the ledger, and how many of its dates of change proved true and false.
select id, kind, url, via, lastmod_true, lastmod_false from urls where source = %(source)s and url_key = %(key)s

-- name: lists_had
-- The lists of a source that may have to wait: when each was fetched, and how long it asks us to wait (asks). Lists that are due anyway,
-- and lists that this run has asked for already, are left out.
select url_key, fetched_at, asks from urls
where source = %(source)s and url_key = any(%(keys)s) and kind <> 'article' and via = '' and missed_at is null
    and state in ('stored', 'unchanged') and next_at is null and fetched_at is not null and decided_run is distinct from %(run)s

-- name: lists_that_named
-- Which of these lists were the first to name an article, in another run than this one.
select via from urls
where source = %(source)s and kind = 'article' and via = any(%(urls)s) and discovered_run <> %(run)s
group by via order by via

-- name: main_of_key
-- The row of an address. If the address is an alias, this is the row of its article.
select m.id, m.kind, m.state, m.url
from urls u join urls m on m.id = coalesce(u.alias_of, u.id)
where u.source = %(source)s and u.url_key = %(key)s

-- name: mark_one_page
-- Mark a run that does not crawl all lists of its source. `url` says what the run is for: one URL that a person asked for, a backfill
-- (backfill:DAYS), or an import (import:NAME).
update runs set only_url = %(url)s where run = %(run)s and source = %(source)s and stage = %(stage)s

-- name: mark_variants
-- Store the variant keys of these URLs.
update urls set variant_key = marked.variant_key from (values %s) as marked (id, variant_key) where urls.id = marked.id

-- name: move_url
-- Give an article its new address. The next fetch asks for the whole page.
update urls
set url = %(url)s, url_key = %(key)s, variant_key = %(variant)s, host = %(host)s, entry = %(entry)s, via = %(via)s,
    etag = '', last_modified = '', digest = '', missed_at = null, next_at = now(), due_for = 'modified', due_by = null
where id = %(id)s

-- name: moves_begun
-- The unfinished renames and merges of these sources.
select old, new, merged, urls from moves where old = any(%(sources)s) or new = any(%(sources)s)

-- name: named_sitemaps
-- A sitemap index was read again. Stop asking for sitemaps that the index no longer names, and ask again for sitemaps that it names again.
update urls
set missed_at = case when url_key = any(%(keys)s) then null else now() end,
    next_at = case when url_key = any(%(keys)s) then now() end,
    via = case when url_key = any(%(keys)s) then %(via)s else via end
where source = %(source)s and kind = 'sitemap' and via <> ''
    and case when url_key = any(%(keys)s) then missed_at is not null
        else via = %(via)s and missed_at is null and state <> 'discovered' end

-- name: newest_articles
-- When the newest articles of a source were published or, if that is not known, first fetched.
select least(coalesce(published_at, first_fetched_at), %(now)s) as at
from articles where source = %(source)s order by first_fetched_at desc limit %(count)s

-- name: next_section_page
-- Add the next page of a section, which the page before it names. The next page is due now, unless this run has fetched it.
insert into urls (source, url_key, url, host, kind, via, discovered_run)
values (%(source)s, %(key)s, %(url)s, %(host)s, 'section', %(via)s, %(run)s)
on conflict (source, url_key) do update
set next_at = now(), attempts = 0
where urls.kind = 'section' and urls.via <> '' and urls.decided_run is distinct from %(run)s

-- name: note_aliases
-- Add other addresses of known articles as aliases. An alias is not fetched by itself, so an address that waited for its first fetch is no
-- longer due.
insert into urls (
    source, url_key, variant_key, url, host, kind, state, code, reason, via, discovered_run, decided_run, decided_at, next_at, alias_of)
select alias.source, url_key, variant_key, url, host, 'article', 'duplicate', 'alias', reason, '', run, run, now(), null, main
from (values %s) as alias (source, url_key, variant_key, url, host, main, reason, run)
on conflict (source, url_key) do update
set state = 'duplicate', code = 'alias', reason = excluded.reason, alias_of = excluded.alias_of, decided_run = excluded.decided_run, decided_at = now(),
    next_at = null, due_for = '', due_by = null
where urls.state = 'discovered' and urls.fetched_at is null and urls.leased_until is null and urls.kind = 'article'
    and urls.id <> excluded.alias_of

-- name: pages_of_section
-- How many further pages of a section (all but its first page) are due or were fetched in this run.
select count(*) as count
from urls
where source = %(source)s and kind = 'section' and via = %(via)s
    and (next_at <= now() or exists (select from fetches f where f.url_id = urls.id and f.run = %(run)s))

-- name: past_asked
-- Add past articles that a person asked for. They are due, but no night's crawl leases them.
insert into urls (source, url_key, variant_key, url, host, kind, discovered_run, via, due_for)
select source, url_key, variant_key, url, host, 'article', run, via, 'past'
from (values %s) as asked (source, url_key, variant_key, url, host, run, via)
on conflict (source, url_key) do nothing
returning id

-- name: past_lists
-- Make lists due that are read for a backfill, once in each run. They have rows of their own, so that the nights' rows of the same lists
-- stay as they are.
insert into urls (source, url_key, url, host, kind, via, discovered_run, due_for)
select source, 'past ' || key, url, host, kind, via, run, 'past'
from (values %s) as asked (source, key, url, host, kind, via, run)
on conflict (source, url_key) do update
set next_at = now(), due_for = 'past', attempts = 0, digest = '', etag = '', last_modified = ''
where urls.decided_run is distinct from excluded.discovered_run

-- name: past_months
-- For each month of a source's past: how many article addresses the ledger has (named), how many of them are in the archive (had), and how
-- many were left out as too old (open). Addresses without a date count if one of these runs discovered them.
select coalesce(to_char(dated.at at time zone 'utc', 'YYYY-MM'), '') as month, count(*)::int as named,
    count(*) filter (where state in ('stored', 'unchanged', 'duplicate'))::int as had,
    count(*) filter (where code = 'too old')::int as open
from urls cross join lateral (
    select coalesce(entry ->> 'published_at', entry ->> 'modified_at')::timestamptz as at
) dated
where source = %(source)s and kind = 'article'
    and (dated.at between %(since)s and %(until)s or (dated.at is null and discovered_run = any(%(runs)s)))
group by 1
order by 1

-- name: past_wanted
-- Make articles due that were left out as too old, the newest first. Their date lies between `since` and `until`, or it is not known and
-- one of these runs discovered them.
update urls
set state = 'discovered', code = '', reason = '', decided_at = null, decided_run = null, next_at = now(), due_for = 'past'
where id in (
    select id
    from urls cross join lateral (
        select coalesce(entry ->> 'published_at', entry ->> 'modified_at')::timestamptz as at
    ) dated
    where source = %(source)s and kind = 'article' and state = 'excluded' and code = 'too old'
        and (dated.at between %(since)s and %(until)s or (dated.at is null and discovered_run = any(%(runs)s)))
        -- An article is left out if the archive has it under another form of the address.
        and not exists (
            select from urls had
            where had.source = urls.source and had.variant_key = urls.variant_key and had.kind = 'article'
                and had.state in ('stored', 'unchanged'))
    order by dated.at desc nulls last, id
    limit %(most)s
)

-- name: readmit_by_robots
-- Make URLs due that a robots.txt kept out, if the robots.txt has changed since. It may allow them now. URLs that are older than `days`
-- days stay excluded.
update urls
set state = 'discovered', code = '', reason = '', decided_at = null, decided_run = null, next_at = now(), due_for = '', due_by = null
from hosts
where urls.source = %(source)s and urls.state = 'excluded' and urls.code = 'robots.txt'
    and split_part(hosts.host, ':', 1) = urls.host and hosts.robots_changed_at > urls.decided_at
    and coalesce((urls.entry ->> 'published_at')::timestamptz, (urls.entry ->> 'modified_at')::timestamptz, urls.discovered_at)
        > now() - make_interval(days => %(days)s)

-- name: readmit_urls
-- Readmit URLs that a list named again. Either the rules now allow them, or they are aliases of a page that turned out to be no article.
update urls
set state = 'discovered', code = '', reason = '', decided_at = null, decided_run = null, alias_of = null, attempts = 0, next_at = now(),
    due_for = '', due_by = null,
    -- An article that our own rule left out counts as discovered now. If its site refused the article, the time of its discovery stays.
    discovered_at = case when state = 'excluded' and code <> all(%(not_ours)s) then now() else discovered_at end
where id = any(%(ids)s) and state in ('excluded', 'duplicate')

-- name: record_fetches
-- Add one row per attempt to fetch. A fetch whose raw record is known already is not added again.
insert into fetches (
    run, source, url_id, url, final_url, fetched_at, status, outcome, code, reason, digest, bytes, ms, warc_file, warc_offset, warc_length)
values %s
on conflict (warc_file, warc_offset) do nothing
returning id, url_id, warc_file, warc_offset

-- name: refused_by_guard
-- URLs of a source that the guard refused, if their pause is over and they are not older than `days` days. The first pause is
-- `revive_after`, and each further refusal doubles it, but at most `max_revive_doublings` times.
select id, url from urls
where source = %(source)s and state = 'excluded' and code = any(%(guarded)s)
    and decided_at < now() - %(revive_after)s * power(2, least(greatest(attempts - 1, 0), %(max_revive_doublings)s))
    and coalesce((entry ->> 'published_at')::timestamptz, (entry ->> 'modified_at')::timestamptz, discovered_at)
        > now() - make_interval(days => %(days)s)

-- name: release_leases
-- Release leases whose crawl ended or was killed. The crawl of a night releases only leases of nights, and the crawl of a backfill only
-- leases of backfills.
update urls set leased_until = null, leased_run = null
where source = %(source)s and next_at is not null and leased_until is not null and (due_for = 'past') = %(past)s

-- name: rest_host
-- A host asked for a rest, or does not answer. None of its URLs is leased until the rest is over.
insert into hosts (host, cooldown_until, cooldown_reason)
values (%(host)s, now() + %(rest)s, %(reason)s)
on conflict (host) do update
set cooldown_until = greatest(hosts.cooldown_until, excluded.cooldown_until), cooldown_reason = excluded.cooldown_reason

-- name: retired_keys
-- Which of these keys retention has deleted from the ledger of this source.
select url_key from retired_urls where source = %(source)s and url_key = any(%(keys)s)

-- name: retired_of_run
-- What retention deleted of a run, by source.
select source, what, retired_at, why, count from retirements where run = %(run)s order by source, what

-- name: retired_url
-- The short row that retention leaves when it deletes an address from the ledger.
select source, day, state, code, retired_at from retired_urls where source = any(%(sources)s) and url_key = %(key)s

-- name: robots_of_host
-- A host's stored robots.txt and its age in seconds. There is no row if the stored copy is older than `stands`.
select robots_status as status, robots_body as body, robots_fetched_at as fetched_at,
    extract(epoch from now() - robots_fetched_at)::float as age
from hosts
where host = %(host)s and robots_fetched_at > now() - %(stands)s

-- name: rows_of_keys
-- Which of these keys of a source the ledger has. A list that is read for a backfill has a key with a prefix; the prefix is left out here.
select replace(url_key, %(prefix)s, '') as url_key from urls
where source = %(source)s and (url_key = any(%(keys)s) or url_key = any(%(past_keys)s))

-- name: rule_out_urls
-- Exclude URLs that wait for their first look and that the rules of the source's file now keep out.
update urls
set state = 'excluded', code = ruled.code, reason = ruled.reason, decided_at = now(), next_at = null, due_for = '', due_by = null
from (values %s) as ruled (id, code, reason)
where urls.id = ruled.id

-- name: rules_of_source
-- Articles that the source's own patterns kept out in the last `days` days, and unfetched articles that the patterns may keep out now.
select id, url, state from urls
where source = %(source)s and kind = 'article' and state = 'excluded' and code in ('allow', 'deny')
    and decided_at > now() - make_interval(days => %(days)s)
union all
select id, url, state from urls
where source = %(source)s and kind = 'article' and state in ('discovered', 'failed', 'blocked') and fetched_at is null
    and next_at is not null and alias_of is null and due_for not in ('asked', 'past')

-- name: session_silence
-- After how many idle seconds the server ends this session; 0 means never.
select extract(epoch from current_setting('idle_session_timeout')::interval)::float8 as seconds

-- name: sitemaps_of_run
-- How often a run has asked a source for sitemaps. Only sitemaps that an index named are counted.
select count(*) as count
from fetches join urls on urls.id = fetches.url_id
where fetches.run = %(run)s and fetches.source = %(source)s and urls.kind = 'sitemap' and urls.via <> ''

-- name: strangers_led_to
-- At most `count` different addresses of a source that were redirected to this address.
select distinct url
from fetches
where source = %(source)s and final_url = %(target)s and final_url <> '' and final_url <> url
limit %(count)s

-- name: take_hosts
-- Take the turn at each of these hosts where no other session has the turn. The turn ends with the session at the latest.
select host from unnest(%(hosts)s::text[]) as host
where pg_try_advisory_lock(hashtextextended('host ' || host, 0))

-- name: try_again
-- These URLs were given up: their tries were used up, robots.txt or the guard refused them, or they led to another site. Now a list names
-- them again, and their pause is over. Give each URL one more try.
update urls
set state = case when state in ('excluded', 'gone') then 'discovered' else state end, next_at = now(), due_for = 'retry', due_by = null
where id = any(%(ids)s)

-- name: turn_of_hosts
-- This session has just taken the turn at these hosts. For each host: how long ago it was last asked, and how long it still rests. During a
-- turn, the time of the last request is unknown (infinity). If the time was unknown when this turn began, the process with the last turn
-- was killed or is still writing the time. The host then counts as asked just now (0).
with before as (
    select host, case when asked_at < 'infinity' then extract(epoch from now() - asked_at) when asked_at is not null then 0 end as ago,
        extract(epoch from cooldown_until - now()) as rest
    from hosts where host = any(%(hosts)s)
), taken as (
    insert into hosts (host, asked_at)
    select host, 'infinity' from unnest(%(hosts)s::text[]) as host order by host
    on conflict (host) do update set asked_at = 'infinity'
    returning host
)
select taken.host, coalesce(before.ago, 'infinity')::float as ago, greatest(before.rest, 0)::float as rest
from taken left join before using (host)

-- name: unaccounted_urls
-- URLs that a run discovered, leased or fetched, and that are left over: they have no final state, and no later crawl or load will look at
-- them. If `sources` is empty, the URLs of all sources are checked.
with open as (
    select id from urls
    where leased_until is not null and leased_run = %(run)s and (%(sources)s::text[] = '{}' or source = any(%(sources)s::text[]))
    union
    select id from urls
    where ((state = 'fetched' and code <> 'held') or (state = 'discovered' and next_at is null)) and (%(sources)s::text[] = '{}' or source = any(%(sources)s::text[]))
        and (
            discovered_run = %(run)s
            or exists (select from fetches where fetches.url_id = urls.id and fetches.run = %(run)s)
        )
)
select urls.id, urls.source, urls.url, urls.state, case
        when urls.leased_run = %(run)s then 'leased and never ended'
        when urls.state = 'fetched' then 'fetched and not decided by load'
        else 'discovered and never due' end as problem
from urls
where urls.id in (select id from open)
order by urls.source, urls.id

-- name: unmarked_variants
-- Articles whose ledger rows have no variant key, because they are older than variant keys. An erased article is left out, because it has
-- no address any more from which a key could be made.
select id, url from urls
where source = %(source)s and kind = 'article' and variant_key is null and code <> 'erased' order by id limit %(count)s

-- name: unwant_hosts
-- This session no longer waits for its turn at hosts.
select pg_advisory_unlock_shared(hashtextextended('host wanted ' || host, 0)) from unnest(%(hosts)s::text[]) as host

-- name: url_of_look
-- What the ledger has of a URL that was just fetched.
select via, entry, alias_of, fetched_at from urls where id = %(id)s

-- name: urls_of_run
-- The URLs that a run discovered, of one source or of all, with their present states. They are in the order of their ids, and begin after
-- the id `after`.
-- The condition on the run is no plain equality: with an equality, Postgres would walk along the index of ids through the URLs of all runs.
select id, source, discovered_run as run, kind, url, state, code, reason, via, discovered_at, decided_run, decided_at
from urls
where (discovered_run, id) > (%(run)s, %(after)s) and discovered_run <= %(run)s and (%(source)s = '' or source = %(source)s)
order by discovered_run, id
limit %(count)s

-- name: vanished_urls
-- Make articles due for one look if a list no longer names them, although the list still has older entries. An article that was fetched
-- less than `apart` ago is left out.
update urls
set next_at = now(), due_for = 'vanished', due_by = %(list)s, missed_at = now()
where id in (
    select id from urls
    where source = %(source)s and via = %(via)s and kind = 'article' and state in ('stored', 'unchanged')
        and alias_of is null and missed_at is null and (next_at is null or next_at > now())
        -- This condition only keeps the search short. The date of an article lies at most `ahead` after its discovery. So if an article is
        -- dated after the oldest entry, it was discovered no earlier than `ahead` before that entry's date.
        and discovered_at > %(oldest)s::timestamptz - %(ahead)s
        and coalesce(entry ->> 'published_at', entry ->> 'modified_at')::timestamptz > %(oldest)s
        and id <> all(%(still_named)s)
        and fetched_at < now() - %(apart)s
    order by coalesce(entry ->> 'published_at', entry ->> 'modified_at')::timestamptz desc, id
    limit %(most)s
)

-- name: waiting_urls
-- How many URLs of a source are due. With `sitemaps`, only sitemaps that an index named are counted.
select count(*) as count from urls where source = %(source)s and (next_at <= now() or (state = 'discovered' and next_at is not null))
    and (not %(sitemaps)s or (kind = 'sitemap' and via <> '')) and (due_for = 'past') = %(past)s

-- name: want_hosts
-- Record, by a shared lock, that this session waits for its turn at these hosts. Returns the hosts for which this worked.
select host from unnest(%(hosts)s::text[]) as host
where pg_try_advisory_lock_shared(hashtextextended('host wanted ' || host, 0))

-- name: want_main
-- A person asked for an address that is an alias. Its article is due now, whatever was decided before.
update urls
set next_at = now(), attempts = 0, digest = '', etag = '', last_modified = '', due_for = 'asked', due_by = null
where id = (select alias_of from urls where source = %(source)s and url_key = %(key)s and alias_of is not null)

-- name: want_urls
-- A person asked for these URLs. They are due now, whatever was decided before.
insert into urls (source, url_key, variant_key, url, host, kind, discovered_run)
values %s
on conflict (source, url_key) do update
set next_at = now(), attempts = 0, digest = '', etag = '', last_modified = '', due_for = 'asked', due_by = null, state = case
    when urls.state = 'excluded' then 'discovered' else urls.state end

-- name: wanted_hosts
-- Hosts at which another session waits for its turn.
select host from unnest(%(hosts)s::text[]) as host
where not pg_try_advisory_xact_lock(hashtextextended('host wanted ' || host, 0))
