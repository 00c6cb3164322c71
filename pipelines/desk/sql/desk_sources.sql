-- For each source: the stages of a run, how many articles of the run are held, how many articles the source has in all, its newest article,
-- its health, and how many of its URLs are undecided. Without `run`, the source's last run is taken. A run with an only_url (for one page,
-- for a backfill or for an import) is the last run only if there is no other.
select name as source,
    last.run, last.started_at, last.ended_at, last.stages, coalesce(last.not_due, false) as not_due,
    coalesce(born.new, 0) as new,
    coalesce((select q.articles from quarantine q where q.source = name and q.run = last.run and q.state = 'held'), 0) as held,
    coalesce((select t.articles from source_totals t where t.source = name), 0) as articles,
    newest.first_fetched_at as newest_fetched_at,
    newest.published_at as newest_published_at,
    (select max(since) from health
        where health.source = name and kind = 'silent' and recovered_at is null
            and (newest.first_fetched_at is null or newest.first_fetched_at <= since)) as quiet_since,
    (select jsonb_build_object('state', state, 'since', since, 'reason', reason, 'figure', figure, 'low', low, 'high', high,
        'checked_at', checked_at) from source_states where source_states.source = name) as health,
    (select count(*) from urls where urls.source = name and state in ('discovered', 'fetched') and kind = 'article') as undecided
from unnest(%(sources)s::text[]) as name
left join lateral (
    select run, min(started_at) as started_at, max(ended_at) as ended_at,
        jsonb_agg(jsonb_build_object('stage', stage, 'state', state, 'message', message) order by started_at) as stages,
        bool_or(stage = 'crawl' and counts -> 'not due' is not null and counts -> 'lists' = '0') as not_due
    from runs
    -- With `>=` and `<=`, Postgres takes the source's newest row from the index. With `=`, it would search the rows of all sources.
    where runs.source = name and run = coalesce(%(run)s, (
        select night.run from runs night
        where night.source >= name and night.source <= name and not exists (
            select from runs asked
            where asked.run = night.run and asked.source = name and asked.stage = 'crawl' and asked.only_url <> ''
        ) and not exists (
            -- When a person releases a held run, load begins again. This load does not make an old run the last run.
            select from quarantine q
            where q.source = name and q.run = night.run and q.state = 'released' and night.stage = 'load' and night.ended_at >= q.decided_at
        )
        order by night.source desc, night.started_at desc
        limit 1
    ), (
        select page.run from runs page
        where page.source >= name and page.source <= name order by page.source desc, page.started_at desc limit 1
    ))
    group by run
) as last on true
left join lateral (
    select count(*) as new
    from articles
    where articles.source = name and first_run = last.run and first_fetched_at > last.started_at - %(ahead)s
) as born on true
left join lateral (
    select first_fetched_at, published_at
    from articles
    where articles.source = name
    order by first_fetched_at desc
    limit 1
) as newest on true
