-- For each crawl of a source in a span of time, the oldest first: what it found, by the counts of its stages. These crawls are left out:
-- those that still run, those that found the source busy, those with an only_url (for one page, for a backfill or for an import), those for
-- which no list of the source was due, and recent ones whose pages wait to be loaded. A crawl that fetched nothing has nothing to load, so
-- it is not left out.
select run, at, heard, coalesce(new, 0) as new, coalesce(pages, 0) as pages, coalesce(articles, 0) as articles, coalesce(walls, 0) as walls,
    coalesce(held, 0) as held, behind, code
from (
    select run,
        min(started_at) filter (where stage = 'crawl') as at,
        bool_or(stage = 'crawl' and state in ('done', 'stopped')) as heard,
        bool_or(stage = 'crawl' and counts ? 'feed behind') as behind,
        max(code) filter (where stage = 'crawl') as code,
        max((counts ->> 'fetched')::int) filter (where stage = 'crawl') as fetched,
        max((counts ->> 'pages')::int) filter (where stage = 'extract') as pages,
        max((counts ->> 'articles')::int) filter (where stage = 'extract') as articles,
        max((
            select sum(of_reason.value::int) from jsonb_each_text(counts) of_reason where of_reason.key = any(%(walls)s)
        )) filter (where stage = 'extract' and counts ->> 'articles' = '0') as walls,
        bool_or(stage = 'load' and state = 'done') as loaded,
        max((counts ->> 'held')::int) filter (where stage = 'load') as held,
        case when bool_or(stage = 'load') then max((counts ->> 'new')::int) filter (where stage = 'load')
            -- In older rows the crawl did not count what it fetched, so the new articles are counted in `changes`.
            when not bool_or(stage = 'crawl' and counts ? 'fetched') then (
                select count(*)::int from changes where changes.source = %(source)s and changes.run = of_source.run and changes.kind = 'new')
        end as new
    from runs of_source
    where source >= %(source)s and source <= %(source)s and started_at > %(now)s::timestamptz - %(within)s and started_at <= %(now)s
        and only_url = '' and state <> 'busy' and not (stage = 'crawl' and (state = 'running' or counts ? 'not due' and counts -> 'lists' = '0'))
    group by run
) looks
where at is not null
    and (loaded or not heard or coalesce(fetched, 0) = 0 or at <= %(now)s::timestamptz - %(patience)s)
order by at
