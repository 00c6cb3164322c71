-- The short statements of load/, ordered by name. A long statement has a file of its own in sql/. No two packages have a statement of the
-- same name.

-- name: article_files_needed
-- Which of these runs must keep their article files. A file is kept if there is an alert or a hold on an article in it, if the run is held
-- in the quarantine, or if load has not decided yet on a page of the run.
select r.run
from unnest(%(runs)s::text[]) r (run)
where exists (select from quarantine q where q.source = %(source)s and q.run = r.run and q.state = 'held')
    or exists (
        select from fetches f join urls u on u.id = f.url_id
        where f.source = %(source)s and f.run = r.run and u.kind = 'article' and u.state = 'fetched'
    )
    or exists (
        select from fetches f join revision_rows w on w.fetch_id = f.id
        where f.source = %(source)s and f.run = r.run
            and (exists (select from alerts t where t.article_id = w.article_id)
                or exists (select from held_articles h where h.article_id = w.article_id))
    )

-- name: backfill_hold
-- How far upkeep's job `of` has come. Such a job brings articles that are older than a migration up to date. If the job is finished, no row
-- is returned. It is finished if a pass found nothing more to change, and this was at least `on_for` after the job began. The row is locked
-- until the transaction ends, so that two processes take turns.
select below, found from backfills
where name = %(of)s and (passed_at is null or passed_at < begun_at + %(on_for)s)
for update

-- name: backfill_note
-- Save how far upkeep's job `of` has come with older articles.
update backfills
set below = %(below)s, found = %(found)s, passed_at = case when %(passed)s then now() else passed_at end
where name = %(of)s

-- name: backfill_state
-- When a whole pass of upkeep's job `of` last found nothing more to change; null if no pass has.
select passed_at from backfills where name = %(of)s

-- name: drift_before
-- The newest stored articles of a source. They show what is usual for the source. Articles of this run are left out.
select words, published_at is not null as dated, title, text, fetched_at
from articles
where source = %(source)s and loaded_run <> %(run)s and first_run <> %(run)s
order by first_fetched_at desc
limit %(count)s

-- name: drift_lines
-- The lines of a load that are articles and that no load has judged before. They show whether the page design of their site has changed. A
-- source is left out if load decided earlier on any of its pages in this run, or if the run is no crawl of the source (a backfill or an
-- import). `materialized` makes Postgres find the sources once. Otherwise, if the planner expects few lines without a verdict, Postgres
-- finds the sources again for each line. This takes seconds for a file of 2,000 lines.
with undecided as materialized (
    select g.source from unnest(%(sources)s::text[]) as g (source)
    where not exists (select from lines l where l.source = g.source and l.run = %(run)s and l.judged)
        and not exists (select from past_runs p where p.run = %(run)s and p.source = g.source)
        and exists (select from runs r where r.source = g.source and r.run = %(run)s and r.stage = 'crawl')
)
select source, n
from lines
where reason = '' and not judged and source in (select source from undecided)
order by n

-- name: hold_run
-- Put this run of a source into the quarantine.
insert into quarantine (source, run, reason, drifts, articles, since)
select %(source)s, %(run)s, %(reason)s, %(drifts)s, count(*) filter (where reason = ''), min(fetched_at) from lines
where source = %(source)s
on conflict (source, run) do update
set reason = excluded.reason, drifts = excluded.drifts, articles = excluded.articles, since = excluded.since
where quarantine.state = 'held'

-- name: hold_urls
-- Mark the undecided URLs of this load as held by the quarantine.
update urls u set code = 'held', reason = %(reason)s
from lines l
where l.source = %(source)s and u.id = l.url_id and u.state = 'fetched' and not l.judged
    and not exists (select from fetches newer where newer.url_id = u.id and newer.outcome = 'fetched' and newer.id > l.fetch_id)

-- name: load_add_aliases
-- If a stored page states a plausible canonical URL (`akin`), this URL becomes an alias of the article. An alias is not fetched by itself.
-- So if the URL waited for its first fetch, it is no longer due.
insert into urls (
    source, url_key, variant_key, url, host, kind, state, code, reason, via, discovered_run, decided_run, decided_at, next_at, alias_of)
select distinct on (a.source, alias.url_key) a.source, alias.url_key, alias.variant_key, alias.url, alias.host, 'article', 'duplicate',
    'alias', 'alias: canonical', l.url, alias.run, alias.run, now(), null::timestamptz, a.url_id
from (values %s) as alias (n, url_key, variant_key, url, host, run)
join lines l on l.n = alias.n
join articles a on a.id = l.article_id
where l.akin and l.copy_of is null and l.verdict in ('stored', 'unchanged') and alias.url_key <> l.url_key
order by a.source, alias.url_key, l.n
on conflict (source, url_key) do update
set state = 'duplicate', code = 'alias', reason = excluded.reason, alias_of = excluded.alias_of, decided_run = excluded.decided_run,
    decided_at = now(), next_at = null, due_for = '', due_by = null
where urls.state = 'discovered' and urls.fetched_at is null and urls.leased_until is null and urls.kind = 'article'
    and urls.id <> excluded.alias_of

-- name: load_add_changes
-- Write one change for every new or revised article. quiet: why a change alerts nobody; empty if it may alert somebody. A page of an
-- earlier run that is loaded late is a replay, unless it was undecided or held until now. An article is old if it was published long before
-- a list first named it, however late its page was fetched. A date without a time of day stands for the end of its day, month or year.
insert into changes (article_id, revision, kind, revision_kind, moved, run, source, quiet)
select l.article_id, l.revision, case when l.revision = 1 then 'new' else 'revised' end, l.revision_kind, l.moved, %(run)s, l.source,
    case
        when l.past <> '' then l.past when s.first_run then 'first run'
        when l.judged or l.same_page then 're-extraction'
        when l.revision > 1 and s.flood then 'many at once'
        when %(run)s < s.newest_run and l.fetched_at < s.newest_look - %(replay_after)s and not l.undecided then 'replay'
        when l.revision = 1 and l.published_at < least(l.fetched_at, l.discovered_at) - %(old_after)s - case l.published_precision
            when 'day' then interval '1 day' when 'month' then interval '1 month' when 'year' then interval '1 year'
            else interval '0' end then 'old'
        else ''
    end
from lines l join loaded_sources s on s.source = l.source
where l.fresh and l.changed and (l.revision = 1 or not exists (
    select from changes c where c.article_id = l.article_id and c.revision = l.revision and c.kind = 'revised' and c.repeat = 0
))
order by l.fetched_at, l.n

-- name: load_add_outcomes
-- Write the verdict on every fetch. A fetch that load judged before gets another row only if its outcome, its extractor, or the reason of
-- its rejection has changed. A fetch that several lines have gets one row for each verdict.
insert into outcomes (fetch_id, url_id, run, source, outcome, reason, detail, extractor)
select distinct on (l.fetch_id, l.verdict, l.why, l.extractor) l.fetch_id, l.url_id, %(run)s, l.source, l.verdict, l.why, l.detail,
    l.extractor
from lines l
where not l.judged or not exists (
    select from outcomes o
    where o.fetch_id = l.fetch_id and o.outcome = l.verdict and o.extractor = l.extractor
        and (o.reason = l.why or l.verdict <> 'rejected')
)
order by l.fetch_id, l.verdict, l.why, l.extractor, l.n

-- name: load_add_restored_changes
-- Write a change for each article that is seen again after it was gone. A look that is older than the removal brings nothing back, even if
-- it is loaded later.
insert into changes (article_id, revision, kind, revision_kind, repeat, run, source)
select distinct on (a.id) a.id, a.revision, 'restored', 'restored', (
        select count(*) from changes c where c.article_id = a.id and c.revision = a.revision and c.kind = 'restored'
    ), %(run)s, l.source
from lines l join articles a on a.id = l.article_id
where l.fresh and a.gone_at < l.fetched_at
on conflict (article_id, revision, kind, repeat) do nothing

-- name: load_add_revisions
-- Add a row for every new wording. The newest wording of an article is stored in `articles`, so its row here has no words; the view
-- `revisions` joins both. Other programs read the view, and only Nightdesk uses the table `revision_rows`.
insert into revision_rows (
    article_id, revision, run, fetch_id, fetched_at, title, description, text, title_digest, text_digest, page_digest, extractor
)
select article_id, revision, run, fetch_id, fetched_at, case when newest then null else title end,
    case when newest then null else description end, case when newest then null else text end, title_digest, text_digest,
    page_digest, extractor
from (
    select *, revision = max(revision) over (partition by article_id) as newest from lines where fresh and changed
) made

-- name: load_add_wordings
-- Fill in the wordings of the lines that may be compared with other wordings.
update lines l
set whole = true, canonical_url = w.canonical_url, title = w.title, description = w.description, text = w.text, authors = w.authors,
    language = w.language, published_from = w.published_from, modified_at = w.modified_at, image = w.image, tags = w.tags,
    section = w.section, removed = w.removed
from wordings w
where w.n = l.n

-- name: load_analyze_lines
-- Tell the planner how many lines there are. Otherwise Postgres compares each of ten thousand lines with all others.
analyze lines (n, source, fetch_id, url_id, url_key, variant_key, canonical_key, title_digest, text_digest, akin, reason, article_id, copy_of, verdict)

-- name: load_ask_flood
-- Mark a source (flood) if too many of its known articles seem edited in this run. The likely cause is then a new layout or another
-- extractor. An article does not count if a list says that it was modified since we last saw it, because then an edit is expected.
with looked as (
    select f.source, f.url_id
    from (select distinct source, run from lines) of
        join fetches f on f.run = of.run and f.source = of.source
        join articles a on a.url_id = f.url_id join urls u on u.id = f.url_id
    where f.outcome in ('fetched', 'unchanged') and a.first_fetched_at < f.fetched_at
        and coalesce((u.entry ->> 'modified_at')::timestamptz <= a.seen_at, true)
    group by f.source, f.url_id
), edited as (
    select distinct l.source, l.url_id
    from lines l join looked on looked.url_id = l.url_id
    where l.fresh and l.changed and l.revision > 1 and not l.judged and not l.same_page
)
update loaded_sources s set flood = true
where (select count(*) from edited e where e.source = s.source)
    >= greatest(%(least)s, %(share)s * (select count(*) from looked k where k.source = s.source))

-- name: load_count_owed
-- How many pages of a source that this run fetched still wait for load's verdict.
select count(*)::int as owed
from fetches f
where f.source = %(source)s and f.run = %(run)s and f.outcome = 'fetched'
    and not exists (select from outcomes o where o.fetch_id = f.id)
    and exists (select from urls u where u.id = f.url_id and u.kind = 'article')

-- name: load_create_sources
-- A table of the sources of the lines. first_run: no other run of the source was loaded before. newest_run: the newest loaded run.
-- newest_look: when the newest article was first fetched. flood: too many known articles seem edited in this run (load_ask_flood).
create temporary table if not exists loaded_sources (
    source text not null, first_run boolean not null, newest_run text not null, newest_look timestamptz, flood boolean not null default false
) on commit delete rows

-- name: load_create_wordings
-- A table that holds the wordings of those lines that may be compared with another wording, until load_add_wordings copies the wordings
-- into `lines`.
create temporary table if not exists wordings (
    n integer not null, canonical_url text, title text, description text, text text, authors text[], language text, published_from text,
    modified_at timestamptz, image text, tags text[], section text, removed jsonb
) with (toast_tuple_target = 8160) on commit delete rows

-- name: load_drop_false_canonicals
-- Clear `akin` of pages with a false canonical URL. A canonical URL is false if too many pages with different titles state it: a broken
-- site prints one address on every page.
with claims as (
    select source, canonical_key, title_digest from lines where reason = ''
    union
    select a.source, a.canonical_key, a.title_digest
    from (select distinct source, canonical_key from lines where reason = '') l
        join articles a on a.source = l.source and a.canonical_key = l.canonical_key
), broken as (
    select source, canonical_key from claims group by source, canonical_key having count(*) > %(max_titles)s
)
update lines l set akin = false
from broken b
where l.source = b.source and l.canonical_key = b.canonical_key and l.canonical_key <> l.url_key

-- name: load_find_earlier_loads
-- Note what was loaded from each source before this transaction: whether no other run was loaded (first_run), the newest loaded run, and
-- when the newest article was first fetched. For first_run, backfills and imports do not count as another run.
insert into loaded_sources (source, first_run, newest_run, newest_look)
select g.source, not exists (
        select from changes c where c.source = g.source and c.run <> %(run)s and c.quiet not in ('imported', 'backfill')
    ),
    coalesce((select max(c.run) from changes c where c.source = g.source), ''),
    (select max(a.first_fetched_at) from articles a where a.source = g.source)
from unnest(%(sources)s::text[]) as g (source)

-- name: load_find_edited_texts
-- The new revisions of this load, each with the wording before it. Pages that were only read again are left out, and so are sources with
-- too many edits.
select n, title_before, text_before, title, text
from (
    select l.n, l.title, l.text, l.revision, l.judged or l.same_page as reread,
        lag(l.title, 1, a.title) over ordered as title_before, lag(l.text, 1, a.text) over ordered as text_before
    from lines l join loaded_sources s on s.source = l.source left join articles a on a.id = l.article_id
    where l.fresh and l.changed and not s.flood
    window ordered as (partition by l.url_id order by l.revision)
) made
where revision > 1 and not reread

-- name: load_find_edits
-- Lines whose title or text differs from the stored article, with both wordings. The caller then finds those that differ only in counters,
-- quotes, dashes, or the time of an update.
select l.n, a.id as article, a.text as text_before, l.text, a.title as title_before, l.title
from lines l join articles a on a.id = l.article_id
where l.reason = '' and not l.judged and (l.text_digest <> a.text_digest or l.title_digest <> a.title_digest)

-- name: load_find_reread_pages
-- Mark the lines whose fetch has already made a revision. Extract has read the pages of these lines again.
update lines l
set verdict = 'stored', revision = r.revision,
    changed = (r.text_digest, r.title_digest) is distinct from (l.text_digest, l.title_digest)
from revision_rows r
where r.fetch_id = l.fetch_id and l.reason = ''

-- name: load_find_strangers
-- The lines whose fetch is not in this ledger.
select n from lines where url_key is null order by n

-- name: load_judge_newer_lines
-- Judge the lines that are newer than the stored article. Such a line makes a revision if its text or title differs from the wording before
-- it.
with fresh as (
    select l.n, l.url_id, l.fetched_at, l.text_digest, l.title_digest, l.page_digest, coalesce(a.revision, 0) as stored,
        lag(l.text_digest, 1, a.text_digest) over ordered as before_text,
        lag(l.title_digest, 1, a.title_digest) over ordered as before_title,
        lag(l.page_digest, 1, a.page_digest) over ordered as before_page
    from lines l left join articles a on a.id = l.article_id
    where l.reason = '' and l.copy_of is null and l.verdict is null and (a.id is null or l.fetched_at > a.seen_at)
    window ordered as (partition by l.url_id order by l.fetched_at, l.n)
), compared as (
    select *, (text_digest, title_digest) is distinct from (before_text, before_title) as changed from fresh
), judged as (
    select *, stored + count(*) filter (where changed) over (partition by url_id order by fetched_at, n) as revision from compared
)
update lines l
set fresh = true, changed = j.changed, revision = j.revision, same_page = l.page_digest is not distinct from j.before_page,
    verdict = case when j.changed then 'stored' else 'unchanged' end
from judged j
where j.n = l.n

-- name: load_judge_remaining_lines
-- Judge all other lines, which store nothing: rejections, second URLs, and looks that are not newer than the stored article.
update lines
set verdict = case when reason <> '' then 'rejected' when copy_of is not null then 'duplicate' else 'unchanged' end,
    why = case when reason <> '' then reason when copy_of is not null then 'second URL' else 'not newer than what is stored' end
where verdict is null

-- name: load_keep_stored_texts
-- Give these lines the stored text, because their own text differs from it only in counters, quotes, dashes, or the time of an update.
update lines l
set text = a.text, text_digest = a.text_digest, words = a.words
from articles a
where a.id = l.article_id and l.n = any(%(numbers)s)

-- name: load_keep_stored_titles
-- Give these lines the stored title, because their own title differs from it only in quotes or dashes.
update lines l
set title = a.title, title_digest = a.title_digest
from articles a
where a.id = l.article_id and l.n = any(%(numbers)s)

-- name: load_lock
-- Wait until no other load of this source runs, and lock the source. load_unlock or the end of the session frees the lock.
select pg_advisory_lock(hashtextextended('load ' || %(source)s, 0))

-- name: load_lock_decision
-- Lock the decision on this held run, unless somebody else is deciding on it now. The lock ends with the transaction.
select pg_try_advisory_xact_lock(hashtextextended('decide ' || %(source)s || ' ' || %(run)s, 0)) as locked

-- name: load_lock_until_commit
-- Wait until no other load of this source runs, and lock the source until the transaction ends.
select pg_advisory_xact_lock(hashtextextended('load ' || %(source)s, 0))

-- name: load_number_articles
-- Give new articles their numbers, in the order in which their pages were fetched. All lines of an article's URL get its number. Returns
-- the numbers, and the other values that the articles' rows need.
with made as (
    select n, url_id, fetched_at, nextval((select pg_get_serial_sequence('articles', 'id')::regclass)) as id
    from (
        select n, url_id, fetched_at from lines
        where fresh and changed and revision = 1 and article_id is null
        order by fetched_at, n
    ) l
), given as (
    update lines l set article_id = made.id, first_fetched_at = made.fetched_at
    from made
    where made.url_id = l.url_id and l.article_id is null
    returning l.n, l.article_id, l.url, l.canonical_key, l.n = made.n as is_first
)
select array_agg(n order by article_id) as ns, array_agg(article_id order by article_id) as ids,
    array_agg(url order by article_id) as urls, array_agg(canonical_key order by article_id) as keys, now() as loaded_at
from given
where is_first

-- name: load_number_new_lines
-- A short form of load_judge_newer_lines and load_number_articles. It is for a load in which no line belongs to a stored article and no two
-- lines have the same URL. Each line that is neither a rejection nor a second URL is then a new article.
with made as (
    select n, nextval((select pg_get_serial_sequence('articles', 'id')::regclass)) as id
    from (select n from lines where reason = '' and copy_of is null order by fetched_at, n) l
), given as (
    update lines l set fresh = true, changed = true, revision = 1, verdict = 'stored', article_id = made.id,
        first_fetched_at = l.fetched_at
    from made
    where made.n = l.n
    returning l.n, l.article_id, l.url, l.canonical_key
)
select array_agg(n order by article_id) as ns, array_agg(article_id order by article_id) as ids,
    array_agg(url order by article_id) as urls, array_agg(canonical_key order by article_id) as keys, now() as loaded_at
from given

-- name: load_patience
-- For this transaction, set how long it waits for a lock, how much memory it has to merge waiting words into the search index, and what the
-- planner takes a lookup by index to cost.
select set_config('lock_timeout', %(wait)s, true), set_config('work_mem', %(memory)s, true),
    set_config('random_page_cost', %(lookup)s, true)

-- name: load_reread_articles
-- A stored page was read again. If it is the page of the article's newest revision, its new title, text and facts replace those of the
-- article.
update articles a
set canonical_url = l.canonical_url, canonical_key = l.canonical_key, title = l.title, description = l.description,
    text = l.text, authors = l.authors, language = l.language, published_at = l.published_at,
    published_precision = l.published_precision, published_from = l.published_from, modified_at = l.modified_at,
    image = l.image, tags = l.tags, section = l.section, removed = l.removed, page_digest = l.page_digest,
    title_digest = l.title_digest, text_digest = l.text_digest, extractor = l.extractor, words = l.words,
    loaded_run = %(run)s, loaded_at = now()
from lines l
where a.id = l.article_id and a.fetch_id = l.fetch_id and l.verdict = 'stored' and not l.fresh
    and (a.canonical_url, a.title, a.description, a.text, a.authors, a.language, a.published_at, a.published_precision,
        a.published_from, a.modified_at, a.image, a.tags, a.section, a.removed, a.page_digest, a.extractor)
        is distinct from
        (l.canonical_url, l.title, l.description, l.text, l.authors, l.language, l.published_at, l.published_precision,
        l.published_from, l.modified_at, l.image, l.tags, l.section, l.removed, l.page_digest, l.extractor)

-- name: load_reread_changes
-- If a text changed only because its page was read again, write a change that alerts nobody.
insert into changes (article_id, revision, kind, run, source, quiet)
select l.article_id, l.revision, 'revised', %(run)s, l.source, 're-extraction'
from lines l
where l.verdict = 'stored' and not l.fresh and l.changed
on conflict (article_id, revision, kind, repeat) do nothing

-- name: load_reread_revisions
-- A stored page was read again. Its new title and text replace those of its revision. In this table the newest revision has no title and
-- text, because the article's row has them.
update revision_rows r
set title = case when r.text is null then null else l.title end, description = case when r.text is null then null else l.description end,
    text = case when r.text is null then null else l.text end, title_digest = l.title_digest, text_digest = l.text_digest,
    page_digest = l.page_digest, extractor = l.extractor, text_retired_at = null
from lines l
where l.fetch_id = r.fetch_id and l.verdict = 'stored' and not l.fresh
    and (coalesce(r.title, l.title), coalesce(r.description, l.description), coalesce(r.text, l.text), r.title_digest, r.text_digest,
        r.extractor, r.page_digest)
        is distinct from (l.title, l.description, l.text, l.title_digest, l.text_digest, l.extractor, l.page_digest)

-- name: load_set_revision_kinds
-- Write the kind of edit of each of these lines, and the numbers and names that changed (moved).
update lines l
set revision_kind = given.kind, moved = given.moved::jsonb
from (values %s) as given (n, kind, moved)
where l.n = given.n

-- name: load_try_locks
-- Lock each of these sources that no other session has locked. This session keeps the locks until load_unlock.
select source, pg_try_advisory_lock(hashtextextended('load ' || source, 0)) as ours from unnest(%(sources)s::text[]) as g (source)

-- name: load_unindexed
-- The articles that this transaction wrote from lines whose wording is filled in (`whole`). Their words go into the search index. n: the
-- number of a line that has the same words as the article and has index rows from extract; null if there is no such line.
select a.id, a.source, a.language, a.loaded_at,
    least(coalesce(a.published_at, a.first_fetched_at), a.first_fetched_at) as dated,
    min(l.n) filter (
        where l.n = any(%(indexed)s::int[])
            and (l.title, l.description, l.text, l.authors) = (a.title, a.description, a.text, a.authors)
    ) as n
from lines l join articles a on a.id = l.article_id
where l.whole and a.loaded_at = now()
group by a.id
order by a.id

-- name: load_unlock
-- Release the locks of these sources, so that the next load may begin.
select pg_advisory_unlock(hashtextextended('load ' || source, 0)) from unnest(%(sources)s::text[]) as g (source)

-- name: load_update_articles
-- Write the newest revision of this load into its article. A trigger (keep_wording) then writes the article's earlier wording into the row
-- of its revision.
update articles a
set canonical_url = l.canonical_url, canonical_key = l.canonical_key, title = l.title, description = l.description,
    text = l.text, authors = l.authors, language = l.language, published_at = l.published_at,
    published_precision = l.published_precision, published_from = l.published_from, modified_at = l.modified_at,
    image = l.image, tags = l.tags, section = l.section, removed = l.removed, page_digest = l.page_digest,
    title_digest = l.title_digest, text_digest = l.text_digest, extractor = l.extractor, words = l.words,
    fetch_id = l.fetch_id, fetched_at = l.fetched_at, revision = l.revision, loaded_run = %(run)s, loaded_at = now()
from (
    select distinct on (article_id) * from lines where fresh and changed and revision > 1 order by article_id, revision desc
) l
where a.id = l.article_id and l.revision > a.revision

-- name: load_update_last_seen
-- Write when and at which address each article was last seen. An article that is seen after it was gone is no longer gone.
update articles a set seen_at = l.seen_at, gone_at = case when a.gone_at > l.seen_at then a.gone_at end, url = l.url
from (select article_id, url, max(fetched_at) as seen_at from lines where fresh group by article_id, url) l
where a.id = l.article_id and (a.seen_at < l.seen_at or a.gone_at < l.seen_at)

-- name: quarantine_of_run
-- The rows of this run in the quarantine, for these sources.
select id, source, run, state, reason, drifts, articles, since, held_at, decided_at, decided_by from quarantine
where source = any(%(sources)s) and run = %(run)s

-- name: quarantined
-- The held runs, newest first. With `every`, also the runs that were released or rejected.
select id, source, run, state, reason, drifts, articles, since, held_at, decided_at, decided_by from quarantine
where state = 'held' or %(every)s
order by run desc, source

-- name: reject_run
-- Mark a held run as rejected. The run's load then counts the articles as "held and rejected" instead of "held".
with loads as (
    update runs set counts = counts - 'held' || jsonb_build_object('held and rejected', counts -> 'held')
    where source = %(source)s and run = %(run)s and stage = 'load' and counts ? 'held'
)
update quarantine set state = 'rejected', decided_at = now(), decided_by = %(who)s
where source = %(source)s and run = %(run)s and state = 'held'

-- name: reject_urls
-- A person rejected a held run. Set its held URLs to rejected, and write the outcome of each fetch. The URLs are looked at again later.
with held as (
    select f.id as fetch_id, f.url_id
    from fetches f join urls u on u.id = f.url_id
    where f.id = any(%(fetches)s) and u.source = %(source)s and u.state = 'fetched' and u.code = 'held'
), ended as (
    insert into outcomes (fetch_id, url_id, run, source, outcome, reason)
    select fetch_id, url_id, %(run)s, %(source)s, 'rejected', 'held' from held
    on conflict do nothing
)
update urls u
set state = 'rejected', reason = 'rejected from the quarantine', decided_at = now(), decided_run = %(run)s,
    next_at = now() + %(after)s, due_for = 'planned'
from (select distinct url_id from held) h
where u.id = h.url_id

-- name: rejected_urls
-- How many URLs were rejected when a person rejected this held run.
select count(distinct url_id) as urls from outcomes
where run = %(run)s and source = %(source)s and outcome = 'rejected' and reason = 'held'

-- name: release_run
-- Mark held runs as released.
update quarantine set state = 'released', decided_at = now(), decided_by = %(who)s
where source = any(%(sources)s) and run = %(run)s and state = 'held'

-- name: released_since
-- When the first page of the last released run of a source was fetched. Only articles from then on show what is usual for the source.
select max(since) as since from quarantine where source = %(source)s and state = 'released'

-- name: retirable_fetches
-- The fetches of these runs that retention may delete from the ledger. Load has decided on their URLs, they made no article or revision, no
-- alert or hold refers to the article of their URL, and their raw files are gone. there: the raw files of these runs that still exist.
select f.id, f.run, f.url_id
from fetches f join urls u on u.id = f.url_id
where f.source = %(source)s and f.run = any(%(runs)s) and (f.warc_file is null or f.warc_file <> all(%(there)s::text[]))
    and not (u.kind = 'article' and u.state = 'fetched')
    and not exists (select from revision_rows r where r.fetch_id = f.id)
    and not exists (select from articles a where a.fetch_id = f.id)
    and not exists (
        select from articles a
        where a.url_id = f.url_id and (
            exists (select from alerts w where w.article_id = a.id)
            or exists (select from held_articles h where h.article_id = a.id))
    )

-- name: retirable_runs
-- The runs that began before `before` and whose ledger retention may delete. A held run is left out. A run is also left out if its ledger
-- is already deleted completely, or if retention tried to delete it less than `again` ago.
select r.source, r.run from runs r
where r.stage = 'crawl' and r.source <> '' and r.started_at < %(before)s
    and not exists (
        select from retirements t
        where t.source = r.source and t.run = r.run and t.what = 'ledger' and (t.complete or t.retired_at > now() - %(again)s)
    )
    and not exists (select from quarantine q where q.source = r.source and q.run = r.run and q.state = 'held')
order by r.source, r.run

-- name: retirable_wordings
-- How many wordings retention may delete. They are old enough, they are not the newest of their article, and no alert or hold refers to the
-- article.
select count(*)::int as count
from revision_rows r join articles a on a.id = r.article_id
where r.fetched_at < %(latest)s::timestamptz and r.text is not null and r.text_retired_at is null and r.revision <> a.revision
    and r.fetched_at < coalesce((%(own)s::jsonb ->> a.source)::timestamptz, %(usual)s::timestamptz)
    and not exists (select from alerts w where w.article_id = r.article_id)
    and not exists (select from held_articles h where h.article_id = r.article_id)

-- name: retire_fetches
-- Delete fetches from the ledger, with load's outcomes on them.
with undecided as (
    delete from outcomes where fetch_id = any(%(ids)s::bigint[])
)
delete from fetches where id = any(%(ids)s::bigint[])

-- name: retire_files
-- The raw files to which the fetches of a source's runs point.
select distinct run, warc_file as file from fetches where source = %(source)s and run = any(%(runs)s) and warc_file is not null

-- name: retire_notes
-- Note how much retention deleted of each of these runs, and why.
insert into retirements (source, run, what, why, count, complete)
select %(source)s, n.run, %(what)s, %(why)s, n.count, n.complete
from jsonb_to_recordset(%(notes)s) n (run text, count integer, complete boolean)
on conflict (source, run, what) do update
set retired_at = now(), why = excluded.why, count = retirements.count + excluded.count, complete = excluded.complete

-- name: retire_wordings
-- Delete the next `count` wordings that retention may delete (retirable_wordings). Their rows stay with the title, but without description
-- and text.
with doomed as materialized (
    select r.article_id, r.revision
    from revision_rows r join articles a on a.id = r.article_id
    where r.fetched_at >= %(after)s::timestamptz and r.fetched_at < %(latest)s::timestamptz
        and r.text is not null and r.text_retired_at is null and r.revision <> a.revision
        and r.fetched_at < coalesce((%(own)s::jsonb ->> a.source)::timestamptz, %(usual)s::timestamptz)
        and not exists (select from alerts w where w.article_id = r.article_id)
        and not exists (select from held_articles h where h.article_id = r.article_id)
    order by r.fetched_at
    limit %(count)s
    for update of r skip locked
)
update revision_rows r set description = '', text = '', text_retired_at = now()
from doomed
where r.article_id = doomed.article_id and r.revision = doomed.revision
returning r.fetched_at

-- name: signature_buckets_keep
-- Put articles into the buckets that their signatures name, and into the bucket for articles with exactly the same text.
insert into signature_buckets (period, bucket, article_id)
select s.period, b, s.article_id from article_signatures s cross join unnest(s.buckets) b where s.article_id = any(%(ids)s)
union all
select %(ever)s, s.exact, s.article_id from article_signatures s where s.article_id = any(%(ids)s)
order by 1, 2, 3
on conflict do nothing

-- name: signatures_drop
-- Delete the signatures of articles before new ones are stored. Their buckets are deleted with them.
delete from article_signatures where article_id = any(%(ids)s)

-- name: stories_join
-- Put articles into their stories.
insert into story_articles (article_id, story_id, told_at)
select s.article_id, g.story_id, s.told_at
from unnest(%(ids)s::bigint[], %(stories)s::bigint[]) as g (article_id, story_id)
join article_signatures s on s.article_id = g.article_id
on conflict (article_id) do update set story_id = excluded.story_id where story_articles.story_id <> excluded.story_id

-- name: stories_loaded
-- The articles that this transaction wrote, to be put into stories. told_at: when the outlet published the article. A date without a time
-- of day counts as the end of its day, month or year, but never as later than our first fetch.
select a.id, a.source, a.fetch_id, a.title_digest, a.text_digest, a.loaded_at,
    told_at(a.first_fetched_at, a.published_at, a.published_precision)
from articles a
where a.id in (select article_id from lines) and a.loaded_at = now()
order by a.id

-- name: stories_lock
-- Let only one load at a time put its articles into stories. Two loads at the same time would not see each other's articles, although both
-- may bring the same text.
select pg_advisory_xact_lock(hashtextextended('stories', 0))

-- name: stories_loosen
-- Take these articles out of their stories. If a story has at most `most` articles, its other articles are taken out too. The caller then
-- puts all of them into stories again.
with leaving as (
    select article_id, story_id from story_articles where article_id = any(%(ids)s)
), small as (
    select story_id from story_articles
    where story_id in (select story_id from leaving)
    group by story_id having count(*) <= %(most)s
)
delete from story_articles
where article_id = any(%(ids)s) or story_id in (select story_id from small)
returning article_id

-- name: stories_merge
-- Merge stories that turned out to be the same story.
update story_articles m set story_id = g.new
from unnest(%(old)s::bigint[], %(new)s::bigint[]) as g (old, new)
where m.story_id = g.old

-- name: stories_renumber
-- If the article that gave a story its number has left the story, the story gets the lowest number of its other articles.
update story_articles m set story_id = (select min(o.article_id) from story_articles o where o.story_id = m.story_id)
where m.story_id = any(%(ids)s)

-- name: stories_share
-- Store how much of each article's text is in the first article of its story.
update story_articles m set first_id = g.first_id, share = g.share
from unnest(%(ids)s::bigint[], %(firsts)s::bigint[], %(shares)s::real[]) as g (article_id, first_id, share)
where m.article_id = g.article_id

-- name: stories_told_anew
-- These articles have a new wording. Set their told_at again. How much of a text is in the story's first article (share) was measured with
-- the old wording, so first_id becomes null: stories_unshared then finds the article, and its share is measured again.
update story_articles m set told_at = s.told_at, first_id = null
from story_articles own, article_signatures s
where own.article_id = any(%(ids)s) and m.story_id = own.story_id
    and (m.article_id = own.article_id or m.first_id = own.article_id) and s.article_id = m.article_id
returning m.story_id

-- name: stories_unshared
-- The articles of these stories for which it is not known how much of their text is in the first article of their story.
select m.article_id, s.signature, f.article_id as first_id, fs.signature as first_signature
from unnest(%(stories)s::bigint[]) as of (story_id)
cross join lateral (
    select o.article_id from story_articles o where o.story_id = of.story_id order by o.told_at, o.article_id limit 1
) f
join story_articles m on m.story_id = of.story_id and m.first_id is distinct from f.article_id
join article_signatures s on s.article_id = m.article_id
join article_signatures fs on fs.article_id = f.article_id

-- name: stories_unsigned
-- The next articles whose present text was not compared with other articles yet, newest first. Upkeep compares them.
select a.id, a.source, a.fetch_id, a.title_digest, a.text_digest, a.loaded_at,
    told_at(a.first_fetched_at, a.published_at, a.published_precision)
from articles a
where (%(below)s::bigint is null or a.id < %(below)s)
    and not exists (select from article_signatures s where s.article_id = a.id and s.loaded_at = a.loaded_at)
order by a.id desc
limit %(count)s
for no key update of a

-- name: story_articles_of
-- The story and the signature of each of these articles. An article without a signature has no row.
select a.id, a.source, coalesce(m.story_id, a.id) as story_id, s.signature
from articles a
join article_signatures s on s.article_id = a.id
left join story_articles m on m.article_id = a.id
where a.id = any(%(ids)s)

-- name: story_mates
-- For each of these articles, the other articles of its story that were published first, at most `most` of them, with their signatures.
select own.article_id as of_id, o.article_id as id, s.exact, s.signature
from story_articles own
cross join lateral (
    select m.article_id from story_articles m
    where m.story_id = own.story_id and m.article_id <> own.article_id
    order by m.told_at, m.article_id limit %(most)s
) o
join article_signatures s on s.article_id = o.article_id
where own.article_id = any(%(ids)s)

-- name: story_texts
-- The texts of these articles, which have no signature yet.
select id, text from articles where id = any(%(ids)s)

-- name: wordings_once
-- Delete the words in the row of the newest revision of each of these articles, if the article has the same words.
update revision_rows r
set title = null, description = null, text = null
from articles a
where a.id = any(%(ids)s) and r.article_id = a.id and r.revision = a.revision
    and (r.title, r.description, r.text) = (a.title, a.description, a.text)

-- name: wordings_twice
-- The next articles whose newest revision repeats the article's words in its row, newest first. Upkeep deletes the repeated words. The rows
-- of the articles are locked until the transaction ends.
select a.id
from articles a join revision_rows r on r.article_id = a.id and r.revision = a.revision
where (%(below)s::bigint is null or a.id < %(below)s) and r.text is not null
    and (r.title, r.description, r.text) = (a.title, a.description, a.text)
order by a.id desc
limit %(count)s
for no key update of a

-- name: words_add
-- Store words of which another load may have stored some meanwhile. Every load stores words in the same order, so that two loads cannot end in
-- a deadlock. words: the words, separated by blanks.
insert into known_words (word)
select given.word from string_to_table(%(words)s, ' ') as given (word)
order by given.word
on conflict do nothing

-- name: words_drop
-- Take articles out of the search index, before their new words go in.
delete from article_words where article_id = any(%(ids)s)

-- name: words_forget
-- Delete known words: those of `words` that no article has, except perhaps the article `id`. Each shape of index rows has an index of its
-- own, so there are three searches.
delete from known_words k
using unnest(%(words)s::text[], %(sought)s::text[]) as given (word, sought)
left join lateral (
    select true as there from article_words a where a.shape = 0 and a.words @@ given.sought::tsquery and a.article_id <> %(id)s limit 1
) exact on true
left join lateral (
    select true as there from article_words a where a.shape = 1 and a.words @@ given.sought::tsquery and a.article_id <> %(id)s limit 1
) joined on true
left join lateral (
    select true as there from article_words a where a.shape >= 2 and a.words @@ given.sought::tsquery and a.article_id <> %(id)s limit 1
) long on true
where k.word = given.word and exact.there is null and joined.there is null and long.there is null

-- name: words_forget_begin
-- Let no load add words until this transaction ends: this statement waits for loads that are adding words, and later loads wait for this
-- transaction. Let Postgres use the search index only by bitmaps: it cannot know how rare a word is, and might else read all articles.
select pg_advisory_xact_lock(hashtextextended('known words', 0)), set_config('enable_seqscan', 'off', true),
    set_config('enable_indexscan', 'off', true), set_config('enable_indexonlyscan', 'off', true)

-- name: words_forgotten
-- Tell all processes that known words are deleted, by the next number of a sequence. Others could see this number before this transaction
-- ends, but until then the lock of words_forget_begin keeps every load from asking for it (words_hold).
select nextval('words_forgotten')

-- name: words_hold
-- Let no known word be deleted until this transaction ends.
select pg_advisory_xact_lock_shared(hashtextextended('known words', 0))

-- name: words_kept_at
-- Four values that stay equal as long as no known word is lost: the start of the server, the database, the file of the table, and how often
-- words were deleted. If one of them changes, a process forgets which words it remembers as known.
select pg_postmaster_start_time() as started, oid as database, pg_relation_filenode('known_words') as file,
    (select last_value + is_called::int from words_forgotten) as forgotten
from pg_database where datname = current_database()

-- name: words_merge
-- Merge the pending lists of the search indexes into the indexes. Returns how many pages of the database these lists took.
select gin_clean_pending_list('article_words_exact') + gin_clean_pending_list('article_words_joined')
    + gin_clean_pending_list('article_words_long') as pages

-- name: words_of_articles
-- The fields of these articles that go into the search index.
select id, title, description, text, authors from articles where id = any(%(ids)s)

-- name: words_rare
-- The words of an article's index rows, and those of `words`, without the words that occur in the newest index rows of other articles.
-- sample: how many of these newest rows are read.
with own as (
    select unnest(tsvector_to_array(words)) as word from article_words where article_id = %(id)s
    union
    select unnest(%(words)s::text[])
), newest as (
    select words from article_words where article_id <> %(id)s order by dated desc, article_id desc limit %(sample)s
)
select o.word
from own o
where o.word not in (select unnest(tsvector_to_array(words)) from newest)
order by o.word

-- name: words_unindexed
-- The next articles whose present text is not in the search index, newest first. Upkeep adds it to the index.
select a.id, a.source, a.language, a.title, a.description, a.text, a.authors, a.loaded_at,
    least(coalesce(a.published_at, a.first_fetched_at), a.first_fetched_at) as dated
from articles a
where (%(below)s::bigint is null or a.id < %(below)s)
    and not exists (select from article_words w where w.article_id = a.id and w.loaded_at = a.loaded_at)
order by a.id desc
limit %(count)s
for no key update of a

-- name: words_unknown
-- Which of these words no article had so far, in the order in which they are stored. Words are separated by blanks, before and after.
select coalesce(string_agg(given.word, ' ' order by given.word), '') as words
from string_to_table(%(words)s, ' ') as given (word)
where not exists (select from known_words k where k.word = given.word)
