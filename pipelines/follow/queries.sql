-- The short statements of follow/, ordered by name. A long statement has a file of its own in sql/. No two packages have a statement of the
-- same name.

-- name: left_of_source
-- How much of a source waits for a later stage: pages that load has not decided on, and changes that are not matched.
select (select count(*)::int from urls where source = %(source)s and kind = 'article' and state = 'fetched') as pages,
    (select count(*)::int from changes where source = %(source)s and matched_at is null) as changes

-- name: merge_aliases
-- When an article is merged away, its address becomes an alias of the article that stays. The aliases of its address become aliases of the
-- article that stays, too.
with moved as (
    select l.url_id as old, w.url_id as new
    from same s join articles l on l.id = s.loser join articles w on w.id = s.winner
), aliases as (
    update urls u set alias_of = m.new from moved m where u.alias_of = m.old
)
update urls u
set state = 'duplicate', code = 'alias', reason = 'alias: second URL', alias_of = m.new, next_at = null, due_for = '', due_by = null,
    decided_at = coalesce(u.decided_at, now())
from moved m
where u.id = m.old

-- name: merge_fetches
-- Let all fetches, outcomes and URLs that point to a URL row that is to be deleted point to the row that stays.
with f as (update fetches x set url_id = p.kept from pairs p where x.url_id = p.gone),
    o as (update outcomes x set url_id = p.kept from pairs p where x.url_id = p.gone)
update urls x
set alias_of = case when a.kept = x.id then null else coalesce(a.kept, x.alias_of) end, due_by = coalesce(d.kept, x.due_by)
from urls y
left join pairs a on a.gone = y.alias_of
left join pairs d on d.gone = y.due_by
where y.id = x.id and (a.kept is not null or d.kept is not null)

-- name: merge_gone
-- Delete the articles that were merged away.
delete from articles using same where articles.id = same.loser

-- name: merge_health
-- End all troubles of the old source. A trouble that both sources had since the same moment becomes one row.
with doubled as (
    delete from health o
    using health n
    where o.source = %(old)s and n.source = %(new)s and n.kind = o.kind and n.since = o.since
)
update health set recovered_at = coalesce(recovered_at, now()) where source = %(old)s

-- name: merge_hold
-- Lock the articles that a merge changes. The order is the one in which the jobs of upkeep lock older articles, so that no deadlock arises.
select count(*) from (
    select id from articles
    where id in (select id from articles where source = %(old)s union select winner from same)
    order by id desc
    for no key update
) held

-- name: merge_pairs
-- If both sources have a URL, one row stays. This is the row of the new source, unless only the row of the old source has an article.
create temporary table pairs on commit drop as
select case when mine.old then n.id else o.id end as gone, case when mine.old then o.id else n.id end as kept
from urls o
join urls n on n.source = %(new)s and n.url_key = o.url_key
cross join lateral (
    select exists (select from articles a where a.url_id = o.id) and not exists (select from articles a where a.url_id = n.id) as old
) mine
where o.source = %(old)s

-- name: merge_runs
-- If both sources had a stage in one run, one row stays, with the sums of both rows' counts.
with shared as (
    select n.run, n.stage,
        coalesce((
            select jsonb_object_agg(key, total)
            from (
                select key, sum(value::numeric) as total
                from (select * from jsonb_each_text(n.counts) union all select * from jsonb_each_text(o.counts)) counts
                group by key
            ) summed
        ), '{}') as counts
    from runs n join runs o on o.run = n.run and o.stage = n.stage and o.source = %(old)s
    where n.source = %(new)s
), gone as (
    delete from runs o using shared where o.source = %(old)s and o.run = shared.run and o.stage = shared.stage
)
update runs n set counts = shared.counts from shared where n.source = %(new)s and n.run = shared.run and n.stage = shared.stage

-- name: merge_stories
-- The stories of the articles that are about to be merged away.
select m.article_id, m.story_id from same s join story_articles m on m.article_id = s.loser

-- name: merge_templates
-- Delete the templates of the old source if the new source has templates of its own.
delete from templates where source = %(old)s and exists (select from templates n where n.source = %(new)s)

-- name: merge_told
-- Those of the articles that stay whose time of publication (told_at) the merge changed, so that it is no longer the one in their
-- signature.
select a.id, a.source, a.fetch_id, a.title_digest, a.text_digest, a.loaded_at, t.told_at
from (select distinct winner from same) s
join articles a on a.id = s.winner
cross join lateral (select told_at(a.first_fetched_at, a.published_at, a.published_precision) as told_at) t
join article_signatures g on g.article_id = a.id and g.told_at <> t.told_at
order by a.id

-- name: merge_urls
-- Delete the URL rows that are merged away. Returns, for each, the row that stays.
delete from urls using pairs where urls.id = pairs.gone returning pairs.gone, pairs.kept

-- name: move_begin
-- Note that a source's rows are being moved. Its files are moved next.
insert into moves (old, new, merged, urls) values (%(old)s, %(new)s, %(merged)s, %(urls)s)

-- name: move_end
-- Note that a source is moved completely.
delete from moves where old = %(old)s

-- name: rename_articles
-- Give the articles of one source to another source, with their words, changes and fetches.
with w as (update article_words set source = %(new)s where source = %(old)s),
    c as (update changes set source = %(new)s where source = %(old)s),
    f as (update fetches set source = %(new)s where source = %(old)s),
    o as (update outcomes set source = %(new)s where source = %(old)s)
update articles set source = %(new)s where source = %(old)s

-- name: source_has_rows
-- Whether the ledger has a URL or a run of a source.
select exists (select from urls where source = %(source)s) or exists (select from runs where source = %(source)s) as there

-- name: stages_at_work
-- The stages that any process is running for these sources, as the held locks show.
with running as materialized (
    select source, stage, hashtextextended(concat_ws(' ', 'stage', stage, source, run), 0) as held
    from runs
    where source = any(%(sources)s) and state = 'running'
)
select distinct source, stage from running where not pg_try_advisory_xact_lock(held)

-- name: watches_naming
-- The watches whose query names a source. A person wrote the query, so it is not rewritten.
select name from watches where query ~ ('(^|[^[:alnum:]-])source:"?' || %(source)s || '($|[^[:alnum:]-])') order by name
