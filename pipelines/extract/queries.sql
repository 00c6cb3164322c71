-- The statements of extract/, ordered by name. No two packages have a statement of the same name.

-- name: fetches_to_extract
-- The article pages to extract for a source and run: all that the run fetched and, with `others`, the undecided pages of other runs. Pages
-- of runs with a later key are left out, because such a run may still be going on. But pages of a run whose key is a time in the future are
-- included. Held pages are left out as well: they wait in the article file of their own run.
with wanted as (
    select id from fetches where source = %(source)s and run = %(run)s
    union
    select f.id
    from urls u join fetches f on f.url_id = u.id
    where %(others)s and u.source = %(source)s and u.state = 'fetched' and u.code <> 'held' and u.kind = 'article'
        and (f.run < %(run)s or f.run > to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24MISS'))
        and not exists (select from outcomes o where o.fetch_id = f.id)
)
select f.id as fetch_id, f.url_id, f.run, f.url, f.fetched_at, f.digest, f.warc_file, f.warc_offset, f.warc_length
from wanted w
join fetches f on f.id = w.id
join urls u on u.id = f.url_id
where f.source = %(source)s and f.outcome = 'fetched' and f.warc_file is not null and u.kind = 'article'
order by f.id

-- name: fetches_to_read_again
-- The stored pages of articles that these fetches look at again, if another extractor than `extractor` read the stored pages. We can see
-- whether the site changed the article only if the same extractor reads both pages.
select distinct on (f.id) f.id as fetch_id, f.url_id, f.run, f.url, f.fetched_at, f.digest, f.warc_file, f.warc_offset, f.warc_length,
    a.title_digest, a.text_digest
from fetches newer
join articles a on a.url_id = newer.url_id
join fetches f on f.id = a.fetch_id
where newer.id = any(%(fetches)s::bigint[]) and newer.fetched_at > a.seen_at
    and a.source = %(source)s and a.extractor <> %(extractor)s
    and f.warc_file is not null and f.id <> all(%(fetches)s::bigint[])
order by f.id

-- name: note_undecided
-- Note on URLs why their fetched pages could not be extracted so far.
update urls u
set code = 'undecided', reason = 'undecided: ' || look.why
from (values %s) as look (fetch_id, why) join fetches f on f.id = look.fetch_id
where u.id = f.url_id and u.state = 'fetched'

-- name: refetch_lost
-- Ask again for these pages, whose raw records are lost, if they were fetched so long ago that nobody will bring the records back. The
-- whole page is asked for, even if it has not changed.
update urls u
set next_at = now(), attempts = 0, etag = '', last_modified = '', digest = '', due_for = '', due_by = null
from fetches f
where f.id = any(%(fetches)s::bigint[]) and f.fetched_at < now() - %(lost_after)s
    and u.id = f.url_id and u.state = 'fetched' and u.next_at is null and u.leased_until is null
