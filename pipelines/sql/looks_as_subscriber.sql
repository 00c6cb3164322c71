-- The pages that a source's newest crawl with an answer for any article, or a refusal of a list, was given, and which of them extraction
-- called a paywall; crawls of one page left out.
with crawls as (
    select run, started_at
    from runs
    where source = %(source)s and stage = 'crawl' and only_url = '' and started_at <= %(now)s
    order by started_at desc
    limit %(count)s
), looks as (
    select crawls.run, crawls.started_at, urls.kind, fetches.id, fetches.url, fetches.status, fetches.code, fetches.reason, fetches.outcome
    from crawls
    join fetches on fetches.run = crawls.run and fetches.source = %(source)s
    join urls on urls.id = fetches.url_id
    where fetches.outcome in ('fetched', 'blocked') and (urls.kind = 'article' or fetches.outcome = 'blocked')
)
select run, started_at, kind, url, status, code, reason,
    exists (select from outcomes where fetch_id = looks.id and outcome = 'rejected' and reason = 'paywall') as paywall
from looks
where started_at = (select max(started_at) from looks)
order by id
