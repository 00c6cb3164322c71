-- This run found some pages unchanged. Note that the articles of these pages were seen, and plan the next looks at them.
with looked as (
    select a.id, a.url_id, a.first_fetched_at, max(f.fetched_at) as fetched_at
    from fetches f join articles a on a.url_id = f.url_id
    where f.run = %(run)s and f.source = any(%(sources)s) and f.outcome = 'unchanged'
    group by a.id
), told as (
    insert into changes (article_id, revision, kind, revision_kind, repeat, run, source)
    select a.id, a.revision, 'restored', 'restored', (
            select count(*) from changes c where c.article_id = a.id and c.revision = a.revision and c.kind = 'restored'
        ), %(run)s, a.source
    from looked l join articles a on a.id = l.id
    where a.gone_at < l.fetched_at
    on conflict (article_id, revision, kind, repeat) do nothing
), seen as (
    update articles a set seen_at = greatest(a.seen_at, l.fetched_at), gone_at = case when a.gone_at > l.fetched_at then a.gone_at end
    from looked l
    where a.id = l.id and (a.seen_at < l.fetched_at or a.gone_at < l.fetched_at)
)
update urls u
set looks = (select count(*) from fetches f where f.url_id = u.id and f.outcome in ('fetched', 'unchanged')),
    due_for = 'planned',
    next_at = (
        select min(l.first_fetched_at + step)
        from unnest(%(looks_after)s) step
        where l.first_fetched_at + %(early_share)s * step > l.fetched_at
    )
from looked l
where u.id = l.url_id and u.next_at is null and u.state in ('stored', 'unchanged')
    and not exists (select from fetches f where f.url_id = u.id and f.fetched_at > l.fetched_at)
