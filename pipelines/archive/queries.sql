-- The short statements of archive/, ordered by name. A long statement has a file of its own in sql/. No two packages have a statement of
-- the same name.

-- name: again_looks
-- The next stored pages of a source, in the order of their fetches, each with the wording that was read from it. newest: whether this
-- wording is the article's present one.
select f.id as fetch_id, a.url_id, f.run, f.url, f.fetched_at, f.digest, f.warc_file, f.warc_offset, f.warc_length, a.id as article_id,
    r.revision, a.fetch_id = f.id as newest, r.title, r.description, r.text, r.extractor, r.page_digest, a.canonical_url, a.authors,
    a.language, a.published_at, a.published_precision, a.published_from, a.modified_at, a.image, a.tags, a.section, a.removed, a.url as stored_url
from fetches f
join revisions r on r.fetch_id = f.id
join articles a on a.id = r.article_id
where f.source = %(source)s and f.outcome = 'fetched' and f.warc_file is not null and f.id > %(after)s
    and (%(since)s::timestamptz is null or f.fetched_at >= %(since)s)
    and (%(until)s::timestamptz is null or f.fetched_at < %(until)s)
    and (%(fetches)s::bigint[] is null or f.id = any(%(fetches)s)) and r.text_retired_at is null
order by f.id
limit %(count)s

-- name: again_state
-- What `extract --again --apply` changes besides the wordings: the load run and load time of the articles of these fetches, and the states
-- of the articles' URLs.
select a.id, a.loaded_run, a.loaded_at, u.id as url_id, u.state, u.code, u.reason, u.alias_of, u.looks, u.next_at, u.due_for,
    u.due_by, u.decided_at, u.decided_run
from articles a join urls u on u.id = a.url_id
where a.id in (select r.article_id from revisions r where r.fetch_id = any(%(fetches)s))
order by a.id

-- name: article_of_url
-- The article of an address. The address may be the one where the article was found, its canonical one, or an alias.
select a.id from articles a
where a.id in (
    select id from articles where url = %(url)s
    union all
    select id from articles where canonical_url = %(url)s
    union all
    select known.id from urls u join articles known on known.url_id = coalesce(u.alias_of, u.id) where u.url = %(url)s
)
order by a.id
limit 1

-- name: articles_before
-- Which of these articles come before a given place, or at it, in the order of their dates, newest first. The place is the date and number
-- of an article.
select a.id
from articles a
where a.id = any(%(ids)s)
    and (least(coalesce(a.published_at, a.first_fetched_at), a.first_fetched_at), a.id) >= (%(dated)s, %(number)s)
order by 1

-- name: articles_of_story
-- The articles of a story.
select article_id from story_articles where story_id = %(id)s order by article_id

-- name: changes_of_articles
-- The changes of these articles since a moment, oldest first.
select article_id, kind, at, quiet from changes where article_id = any(%(ids)s) and at >= %(since)s order by id

-- name: coverage_crawls
-- For each source, the days (UTC) on which a crawl began that is now done or stopped. Crawls for one page, for a backfill or for an import
-- are left out.
select source, (started_at at time zone 'utc')::date as day
from runs
where stage = 'crawl' and state in ('done', 'stopped') and only_url = '' and source <> ''
group by 1, 2
order by source collate "C"

-- name: coverage_days
-- How the article URLs of each source ended, by day. The day is when the article was published or, if that is not known, when a list first
-- named the URL. archived: whether the archive has an article of this URL. retired: whether retention deleted its row from the ledger.
select source, day, state, code, archived, retired, count(*)::int as addresses
from (
    select u.source, (least(coalesce(a.published_at, (u.entry ->> 'published_at')::timestamptz, u.discovered_at), u.discovered_at)
            at time zone 'utc')::date as day,
        u.state, case when u.state = 'rejected' then u.code else '' end as code, a.id is not null as archived, false as retired
    from urls u left join articles a on a.url_id = u.id
    where u.kind = 'article'
    union all
    select r.source, r.day, r.state, case when r.state = 'rejected' then r.code else '' end, false, true
    from retired_urls r
    where not exists (select from urls u where u.source = r.source and u.url_key = r.url_key)
) named
where (%(since)s::date is null or day >= %(since)s) and (%(until)s::date is null or day < %(until)s)
group by source, day, state, code, archived, retired
order by source collate "C", day

-- name: coverage_extractors
-- Which extractors read the articles of each source that are dated within these days, and how many articles each one read.
select source, extractor, count(*)::int as articles
from nightdesk.articles
where (%(since)s::timestamptz is null or dated >= %(since)s) and (%(until)s::timestamptz is null or dated < %(until)s)
group by source, extractor
order by source collate "C", count(*) desc, extractor

-- name: coverage_sources
-- Every source that the ledger or the archive knows, by name. Each source costs a step in two indexes, however many rows it has.
with recursive known (source) as (
    select least((select min(source) from urls), (select min(source) from runs where source > ''))
    union all
    select least((select min(u.source) from urls u where u.source > k.source), (select min(r.source) from runs r where r.source > k.source))
    from known k where k.source is not null
)
select source from known where source is not null
order by source collate "C"

-- name: erase_addresses
-- Note the keys of an article's addresses as erased. From now on the ledger accepts none of these addresses.
insert into erased (source, url_key, variant_key, article_id)
select u.source, u.url_key, u.variant_key, %(id)s from urls u where u.id = %(url_id)s or u.alias_of = %(url_id)s
on conflict (source, url_key) do nothing

-- name: erase_alerts
-- Delete the alerts of an article, with the words that matched.
delete from alerts where article_id = %(id)s

-- name: erase_article
-- The article with this number, how many wordings and alerts it has, and the lowest number of a hold on it.
select a.id, a.source, a.url_id, a.language, (select count(*)::int from revisions r where r.article_id = a.id) as wordings,
    (select count(*)::int from alerts w where w.article_id = a.id) as alerts,
    (select min(h.hold_id) from held_articles h where h.article_id = a.id) as held
from articles a
where a.id = %(id)s

-- name: erase_begun
-- Whether an article is erased completely, or null if nobody has begun to erase it.
select bool_and(done_at is not null) as over from erased where article_id = %(id)s

-- name: erase_end
-- Note that an article is erased.
update erased set done_at = now() where article_id = %(id)s

-- name: erase_fetches
-- Delete the fetches of these addresses. Load's outcomes on them were deleted before.
delete from fetches where url_id = any(%(urls)s)

-- name: erase_leads
-- Other alerts may have joined an alert of this article (lead_id). The oldest of these other alerts takes the place of the article's alert,
-- and the rest of them join the oldest.
with heirs as (
    select j.lead_id, min(j.id) as id from alerts a join alerts j on j.lead_id = a.id
    where a.article_id = %(id)s and j.article_id is distinct from %(id)s and j.quiet in ('', 'also in')
    group by j.lead_id
)
update alerts a set lead_id = nullif(h.id, a.id), quiet = case when a.id = h.id then '' else a.quiet end
from heirs h where a.lead_id = h.lead_id

-- name: erase_list_fetch
-- Note that these answers of lists are deleted from the raw store, because they told of the erased article.
update fetches set warc_file = null, warc_offset = null, warc_length = null, digest = '', code = 'erased', reason = 'erased on request'
where id = any(%(ids)s)

-- name: erase_lists
-- The answers of a source's lists since shortly before an article was discovered. Some of these answers may tell of the article.
-- marked: an earlier erasure began to erase this answer and was killed. The answer may be gone from the raw file already.
select f.id, f.url, f.warc_file, f.warc_offset, f.warc_length, f.code = 'erased' as marked
from fetches f join urls u on u.id = f.url_id
where f.source = %(source)s and u.kind <> 'article' and f.warc_file is not null
    and f.fetched_at >= (select min(o.discovered_at) from urls o where o.id = any(%(urls)s)) - %(before)s
order by f.warc_file, f.warc_offset

-- name: erase_looks
-- All fetches of these addresses.
select f.url, f.final_url, f.warc_file, f.warc_offset from fetches f where f.url_id = any(%(urls)s)

-- name: erase_mark_lists
-- Note which answers of lists are about to be erased.
update fetches set code = 'erased', reason = 'erased on request' where id = any(%(ids)s)

-- name: erase_messages
-- Delete the messages that tell only of this article. If a message tells of other things too, delete its words. Returns the
-- messages of the second kind that are not sent yet.
with told as (
    select distinct d.delivery_id from delivered_alerts d join alerts a on a.id = d.alert_id where a.article_id = %(id)s
), dropped as (
    delete from deliveries
    where id in (select delivery_id from told) and not exists (
        select from delivered_alerts d join alerts a on a.id = d.alert_id
        where d.delivery_id = deliveries.id and a.article_id is distinct from %(id)s
    )
    returning id
), emptied as (
    update deliveries set subject = '', body = ''
    where id in (select delivery_id from told) and id not in (select id from dropped)
    returning id, state
)
select id from emptied where state = 'waiting'

-- name: erase_outcomes
-- Delete load's outcomes on these addresses.
delete from outcomes where url_id = any(%(urls)s)

-- name: erase_retired
-- Delete the short rows that retention left for these addresses.
delete from retired_urls r using urls u where u.id = any(%(urls)s) and r.source = u.source and r.url_key = u.url_key

-- name: erase_rows
-- Delete the article, with its wordings, changes, words in the index, signature and place in its story.
delete from articles where id = %(id)s

-- name: erase_urls
-- The rows of an article's address and of its aliases.
select u.id, u.url from urls u where u.id = %(url_id)s or u.alias_of = %(url_id)s

-- name: erase_urls_end
-- The rows of an erased article's addresses stay in the ledger, as excluded. The trigger refuse_erased clears their columns that tell of
-- the article.
update urls set state = 'excluded' where id = any(%(urls)s)

-- name: erase_wordings
-- The words of every revision of an article that are still kept.
select title, description, text from revisions where article_id = %(id)s

-- name: export_lines
-- The articles with these numbers as JSON, one in a line. The quote and the delimiter of COPY are control characters here. JSON escapes
-- these characters, so COPY never quotes a line.
copy (
    select row_to_json(told)
    from (select {columns} from nightdesk.articles where id = any(%(ids)s) order by id) told
) to stdout (format csv, quote e'\x01', delimiter e'\x02')

-- name: export_moments
-- Until the transaction ends, write times in UTC and as ISO 8601, whatever the settings of the database say.
select set_config('timezone', 'UTC', true), set_config('datestyle', 'ISO', true)

-- name: export_rows
-- The articles with these numbers as CSV. An empty text is quoted; an unknown value is empty and not quoted.
copy (select {columns} from nightdesk.articles where id = any(%(ids)s) order by id) to stdout (format csv)

-- name: files_of_ledger
-- Every raw file that the ledger points to. Each file costs one step in the index, however many pages are in the file.
with recursive named (file) as (
    select min(warc_file) from fetches
    union all
    select (select min(f.warc_file) from fetches f where f.warc_file > n.file) from named n where n.file is not null
)
select file from named where file is not null

-- name: hold_articles
-- Add these articles to a hold.
insert into held_articles (hold_id, article_id)
select %(hold)s, a.id from articles a where a.id = any(%(ids)s::bigint[])
on conflict do nothing

-- name: hold_known
-- An existing hold that was asked for in the same words, with the same reason.
select id from holds where asked = %(asked)s and why = %(why)s order by id limit 1

-- name: hold_lacking
-- The lowest of these numbers that the hold lacks, because no article has the number.
select asked.id from unnest(%(ids)s::bigint[]) as asked (id)
where not exists (select from held_articles h where h.hold_id = %(hold)s and h.article_id = asked.id)
order by 1
limit 1

-- name: hold_list
-- Every hold, with how many articles it holds.
select h.id, h.asked, h.why, h.held_at, (select count(*)::int from held_articles a where a.hold_id = h.id) as articles
from holds h
order by h.id

-- name: hold_make
-- Make a new hold. Its articles are added by hold_articles.
insert into holds (asked, why) values (%(asked)s, %(why)s) returning id

-- name: hold_release
-- Release a hold.
delete from holds where id = %(id)s

-- name: lock_holds
-- Wait until no other session makes a hold for a file of evidence. The lock ends with the transaction.
select pg_advisory_xact_lock(hashtextextended('hold', 0))

-- name: page_of_revision
-- Where the raw store has the page of an article's revision.
select f.url, f.final_url, f.fetched_at, coalesce(f.digest, '') as digest, f.warc_file, f.warc_offset, f.warc_length
from revisions r join fetches f on f.id = r.fetch_id
where r.article_id = %(id)s and r.revision = %(revision)s and f.warc_file is not null

-- name: pages_elsewhere
-- The ledger's pages in a WARC file that is not part of the raw store. If a source or a run is given, these are only its pages.
select warc_offset as offset, url, digest from fetches
where warc_file = %(file)s and (%(source)s = '' or source = %(source)s) and (%(run)s = '' or run = %(run)s)
order by warc_offset

-- name: pages_of_file
-- The pages that the ledger has in a raw file.
select warc_offset as offset, url, digest from fetches where warc_file = %(file)s order by warc_offset

-- name: past_begin
-- Begin a backfill or an import of a source, or go on with it.
insert into past_runs (run, source, why, origin) values (%(run)s, %(source)s, %(why)s, %(origin)s)
on conflict (run, source) do nothing

-- name: past_end
-- Note that a backfill or an import of a source is over.
update past_runs set ended_at = now() where run = %(run)s and source = %(source)s

-- name: past_known
-- What the ledger has of each of these keys of a source: the row of the article, when it was last fetched, whether the next crawl will ask
-- for it (due), and whether it was erased.
select k.url_key, m.id, m.fetched_at, coalesce(m.state = 'discovered' and m.next_at is not null, false) as due,
    exists (select from erased e where e.source = %(source)s and e.url_key = k.url_key) as erased
from unnest(%(keys)s::text[]) as k (url_key)
left join urls u on u.source = %(source)s and u.url_key = k.url_key
left join urls m on m.id = coalesce(u.alias_of, u.id)

-- name: past_of_run
-- Whether the run with this key is a backfill or an import.
select from past_runs where run = %(run)s limit 1

-- name: past_open
-- The unfinished backfills or imports, oldest first, and whether each one imports a WARC file.
select run, source, origin, starts_with(origin, 'file:') as of_file from past_runs where why = %(why)s and ended_at is null order by run, source

-- name: past_robots
-- A host's stored robots.txt. The caller reads the names of sitemaps from it.
select robots_body from hosts where split_part(host, ':', 1) = %(host)s or split_part(split_part(host, '/', 3), ':', 1) = %(host)s

-- name: past_urls
-- Add imported addresses that the ledger does not have. No crawl asks for them by itself.
insert into urls (source, url_key, variant_key, url, host, kind, discovered_run, via, next_at)
select source, url_key, variant_key, url, host, 'article', run, via, null
from (values %s) as brought (source, url_key, variant_key, url, host, run, via)
on conflict (source, url_key) do nothing

-- name: provenance_of_article
-- Where each revision of an article comes from, newest first.
select r.revision, r.run, r.fetched_at, f.url, f.final_url, f.status, f.bytes, f.warc_file, f.warc_offset, f.warc_length,
    r.page_digest as page_sha256, r.text_digest as normal_form_sha256, r.extractor, r.text, r.text_retired_at
from revisions r
join fetches f on f.id = r.fetch_id
where r.article_id = %(id)s
order by r.revision desc

-- name: published_article
-- An article as other programs read it, with the parts that were cut from its page.
select a.*, t.removed as cut
from nightdesk.articles a join articles t on t.id = a.id
where a.id = %(id)s

-- name: published_sources
-- How the last run of each of these sources went, and when its newest article was first fetched.
select name as source,
    (select max(a.first_fetched_at) from articles a where a.source = name) as newest_article_at,
    last.run as last_run, last.started_at as last_started_at, last.state as last_state, last.message as last_message
from unnest(%(sources)s::text[]) as name
left join lateral (
    select r.run, r.started_at, r.state, r.message from runs r
    where r.source >= name and r.source <= name
    order by r.source desc, r.started_at desc limit 1
) last on true

-- name: published_story
-- The next articles of a story after a given place, in the order of publication.
select s.story_id, s.article_id, s.source, s.told_at, s.place, s.share, a.url, a.title, a.language, a.gone_at
from nightdesk.stories s join articles a on a.id = s.article_id
where s.story_id = %(id)s and s.place > %(after)s
order by s.place
limit %(count)s

-- name: published_urls
-- The ledger's rows of an address, of its possible other forms, and of the aliases of the same article.
with asked as (
    select id, alias_of from urls where url_key = %(key)s
    union
    select id, alias_of from urls where variant_key = %(variant)s
), known as (
    select id from asked
    union
    select alias_of from asked where alias_of is not null
    union
    select u.id from asked join urls u on u.alias_of = coalesce(asked.alias_of, asked.id)
)
select l.* from known join nightdesk.ledger l on l.id = known.id order by l.id

-- name: published_versions
-- The newest versions of an article, each with the fetch that it comes from. If `before` is given, they are older than `before`.
select * from nightdesk.revisions
where article_id = %(id)s and (%(before)s::integer is null or revision < %(before)s)
order by revision desc
limit %(count)s

-- name: search_articles
-- The articles with these numbers, with what a search compares and shows.
select a.id, a.source, a.url, a.title, a.description, a.text, a.authors, a.language, a.published_at, a.first_fetched_at, a.revision,
    a.revision > 1 or a.first_revision < 1 as revised, a.gone_at, least(coalesce(a.published_at, a.first_fetched_at), a.first_fetched_at) as dated,
    array(select distinct c.revision_kind from changes c where c.article_id = a.id and c.revision_kind <> '') as kinds
from articles a
where a.id = any(%(ids)s)

-- name: search_bitmaps
-- Set for this transaction how Postgres uses indexes. With `walk` on, it may read rows in the order of an index. With `walk` off, it first
-- collects the places of all rows from the indexes, and then reads the rows.
select set_config('enable_indexscan', %(walk)s, true)

-- name: search_estimate
-- How many articles the index will name for a query, as Postgres estimates from its statistics.
explain (format json) select from article_words where shape = 0 and words @@ %(of_exact)s::tsquery

-- name: search_kind_estimate
-- How many changes of a kind there are, as Postgres estimates from its statistics.
explain (format json) select from changes where revision_kind = %(kind)s and revision_kind <> ''

-- name: search_known
-- How many rows the index has, by Postgres' statistics. A long article has several rows.
select greatest(reltuples, 1) as articles from pg_class where oid = 'article_words'::regclass

-- name: search_latest
-- The next articles, newest first, for a query that names no word to find. The query may still exclude words, so
-- an article needs a look at its text unless it is `sure`.
-- last_dated, last_id: the last article of the previous page of results.
select w.article_id, w.dated, %(exact)s and w.shape = 0 as sure
from article_words w
where w.part = 0
    and (%(of_exact)s::text is null or w.shape <> 0 or w.words @@ %(of_exact)s::tsquery)
    and (%(source)s::text is null or w.source = %(source)s)
    and (%(sources)s::text[] is null or w.source = any(%(sources)s))
    and not w.source = any(%(not_sources)s::text[])
    and (%(languages)s::text[] is null or w.language = any(%(languages)s))
    and (%(since)s::timestamptz is null or w.dated >= %(since)s)
    and (%(until)s::timestamptz is null or w.dated < %(until)s)
    and (%(last_dated)s::timestamptz is null or (w.dated, w.article_id) < (%(last_dated)s, %(last_id)s::bigint))
    and (%(revised)s::boolean is null or exists (select from articles a where a.id = w.article_id and (a.revision > 1 or a.first_revision < 1)))
    and (%(removed)s::boolean is null or exists (select from articles a where a.id = w.article_id and a.gone_at is not null))
    and (%(kind)s::text is null or w.article_id in (select c.article_id from changes c where c.revision_kind = %(kind)s))
order by w.dated desc, w.article_id desc
limit %(count)s

-- name: search_limits
-- Set what one search may cost: it must use the index, its memory is enough for a bitmap of ten million articles, and it ends after
-- `patience`.
select set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true), set_config('work_mem', '32MB', true),
    set_config('statement_timeout', %(patience)s, true)

-- name: search_newest_part
-- The moment after which a given share of all articles is dated, by Postgres' statistics. If `last_dated` is given, the share is counted
-- back from it. There is no row if the statistics know no such moment, because the share is too large or many articles have the same date.
select dated
from (
    select dated, row_number() over (order by dated desc) - 1 as newer, bounds - 1 as parts
    from pg_stats cross join unnest(histogram_bounds::text::timestamptz[]) as dated
        cross join cardinality(histogram_bounds::text::timestamptz[]) as bounds
    where schemaname = current_schema() and tablename = 'article_words' and attname = 'dated'
        and (%(last_dated)s::timestamptz is null or dated <= %(last_dated)s)
) bound
where newer > parts * %(share)s
order by newer
limit 1

-- name: search_placed
-- These articles have the words of a query. Find those in which the words also stand beside each other as the query asks. If the index does
-- not know the places of an article's words, the article stays in.
select w.article_id, %(exact)s and w.shape = 0 as sure
from article_words w
where w.article_id = any(%(ids)s)
    and case w.shape
        when 0 then w.words @@ %(of_exact)s::tsquery
        when 1 then w.words @@ %(of_joined)s::tsquery
        else true
    end

-- name: search_ranked
-- The best of these articles, best first. weights: how much a word of each field counts, the text's first and the title's last. Many
-- mentions and a recent date raise the rank. The rank of an article is halved when it is `half_age` seconds old. A row without the places
-- of its words has a low rank.
-- last_rank, last_dated, last_id: the last article of the previous page of results; only articles behind it in the ranking are returned.
select article_id, dated, rank
from (
    select w.article_id, w.dated, max(case when w.shape < 2 then ts_rank(%(weights)s::float4[], w.words, %(of_joined)s::tsquery, 1) else 0.01 end)
        / (1 + greatest(extract(epoch from %(now)s - w.dated), 0) / %(half_age)s)::float8 as rank
    from article_words w
    where w.article_id = any(%(ids)s)
    group by w.article_id, w.dated
) ranked
where %(last_rank)s::float8 is null or (rank, dated, article_id) < (%(last_rank)s::float8, %(last_dated)s::timestamptz, %(last_id)s::bigint)
order by rank desc, dated desc, article_id desc
limit %(count)s

-- name: search_state_estimate
-- How many articles are revised, removed or both, as Postgres estimates from its statistics.
explain (format json) select from articles
where (%(revised)s::boolean is null or revision > 1 or first_revision < 1) and (%(removed)s::boolean is null or gone_at is not null)

-- name: search_window_end
-- The last article that `search_window` reads. There is no row if it reads all articles that are left.
select w.article_id, w.dated
from article_words w
where (%(source)s::text is null or w.source = %(source)s)
    and (%(sources)s::text[] is null or w.source = any(%(sources)s))
    and not w.source = any(%(not_sources)s::text[])
    and (%(languages)s::text[] is null or w.language = any(%(languages)s))
    and (%(since)s::timestamptz is null or w.dated >= %(since)s)
    and (%(until)s::timestamptz is null or w.dated < %(until)s)
    and (%(last_dated)s::timestamptz is null or (w.dated, w.article_id) < (%(last_dated)s, %(last_id)s::bigint))
    and (%(revised)s::boolean is null or exists (select from articles a where a.id = w.article_id and (a.revision > 1 or a.first_revision < 1)))
    and (%(removed)s::boolean is null or exists (select from articles a where a.id = w.article_id and a.gone_at is not null))
    and (%(kind)s::text is null or w.article_id in (select c.article_id from changes c where c.revision_kind = %(kind)s))
order by w.dated desc, w.article_id desc
offset %(window)s - 1 limit 1

-- name: texts_of_article
-- The title and text of every revision of an article.
select revision, title, text, text_retired_at from revisions where article_id = %(id)s

-- name: undo_aliases
-- Delete the aliases that these runs added and that were never fetched.
delete from urls u
where u.source = %(source)s and u.discovered_run = any(%(runs)s) and u.code = 'alias'
    and not exists (select from fetches f where f.url_id = u.id)

-- name: undo_articles
-- Restore the load run and load time of articles, and the load time in the search index.
with given as (
    select * from jsonb_to_recordset(%(rows)s) as given (id bigint, loaded_run text, loaded_at timestamptz)
), indexed as (
    update article_words w set loaded_at = given.loaded_at from given where w.article_id = given.id
)
update articles a set loaded_run = given.loaded_run, loaded_at = given.loaded_at from given where a.id = given.id

-- name: undo_changes
-- Delete the changes that these runs wrote when a re-extraction was applied.
delete from changes where source = %(source)s and run = any(%(runs)s) and quiet = 're-extraction'

-- name: undo_outcomes
-- Delete the outcomes of these runs.
delete from outcomes where source = %(source)s and run = any(%(runs)s)

-- name: undo_urls
-- Restore URLs to their former states.
update urls u
set state = given.state, code = given.code, reason = given.reason, alias_of = given.alias_of, looks = given.looks,
    next_at = given.next_at, due_for = given.due_for, due_by = given.due_by, decided_at = given.decided_at,
    decided_run = given.decided_run
from jsonb_to_recordset(%(rows)s) as given (
    url_id bigint, state text, code text, reason text, alias_of bigint, looks integer, next_at timestamptz, due_for text, due_by bigint,
    decided_at timestamptz, decided_run text
)
where u.id = given.url_id

-- name: walk_end
-- The number of the newest article: a walk through the archive ends there.
select coalesce(max(id), 0) as number from articles

-- name: words_with_part
-- Known words that contain a part, at most `most` of them.
select word from known_words where position(%(part)s in word) > 0 limit %(most)s
