-- Find articles whose page is gone since they were last seen. Mark them, write a change, and write the outcome. Sites lose pages for a
-- moment, so a 404 counts only if a look some time before found the page gone as well. repeat: how often the article was removed before
-- while it had this wording. If load is repeated, gone_at is set already, and nothing is written.
with gone as (
    select distinct on (a.id) a.id, a.source, a.url_id, a.revision, f.id as fetch_id, f.fetched_at, f.reason
    from fetches f join articles a on a.url_id = f.url_id
    where f.source = any(%(sources)s) and f.outcome = 'gone' and f.fetched_at > a.seen_at and a.gone_at is null
        and (f.status is distinct from 404 or exists (
            select from fetches before
            where before.url_id = f.url_id and before.outcome = 'gone' and before.fetched_at > a.seen_at
                and before.fetched_at < f.fetched_at - %(gone_apart)s
        ))
    order by a.id, f.fetched_at
), marked as (
    update articles a set gone_at = g.fetched_at from gone g where a.id = g.id
), told as (
    insert into changes (article_id, revision, kind, revision_kind, repeat, run, source)
    select id, revision, 'removed', 'removed', (
            select count(*) from changes c where c.article_id = gone.id and c.revision = gone.revision and c.kind = 'removed'
        ), %(run)s, source
    from gone order by fetched_at
    on conflict (article_id, revision, kind, repeat) do nothing
)
insert into outcomes (fetch_id, url_id, run, source, outcome, reason)
select fetch_id, url_id, %(run)s, source, 'gone', reason from gone
on conflict do nothing
