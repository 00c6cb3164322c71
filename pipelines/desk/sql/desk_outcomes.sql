-- How the article URLs of these runs ended. For each URL, load's last verdict counts. If load has none, the crawl's decision counts. `runs`
-- and `sources` are pairs: each run with one of its sources.
with wanted as (
    select run, source from unnest(%(runs)s::text[], %(sources)s::text[]) as pair (run, source)
), verdicts as (
    select run, outcomes.source, url_id, outcome as state, case outcome when 'rejected' then reason else '' end as code, reason, 1 as rank, outcomes.id as latest
    from wanted join outcomes using (run, source)
    union all
    select run, fetches.source, url_id, outcome, code, reason, 2, fetches.id
    from wanted join fetches using (run, source)
    where outcome <> 'fetched'
    union all
    select wanted.run, urls.source, urls.id, state, code, reason, 3, 0
    from wanted join urls on urls.decided_run = wanted.run and urls.source = wanted.source
    where state not in ('discovered', 'fetched')
), ends as (
    select distinct on (url_id) run, source, url_id, state, code, reason, rank from verdicts order by url_id, rank, latest desc
), pages as (
    select ends.*, urls.discovered_run = ends.run as named,
        -- If load has no verdict on a duplicate, nobody read its page. The page is a copy only if its main URL has an article.
        ends.state = 'duplicate' and (ends.rank = 1 or exists (select from articles where articles.url_id = urls.alias_of)) as copy
    from ends join urls on urls.id = ends.url_id
    where urls.kind = 'article'
)
select source, state, code, reason, count(*) as urls,
    -- Pages that this run was the first to find and could not read. A URL of an earlier run is left out, because it was only looked at again.
    count(*) filter (
        where state in ('gone', 'blocked', 'failed') and named
            and not exists (select from articles where articles.url_id = pages.url_id)
    ) as unread,
    -- Pages that this run was the first to find, and how many of them are copies of known articles.
    count(*) filter (where named and (copy or state <> 'duplicate')) as first_found,
    count(*) filter (where named and copy) as copies
from pages
group by source, state, code, reason
order by source, count(*) desc, reason
