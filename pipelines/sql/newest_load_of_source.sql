-- The newest run of a source that was crawled and loaded to the end: how many new articles it gave; one for one page left out.
select load.run, load.started_at, coalesce((load.counts ->> 'new')::int, 0) as new
from runs load
join runs crawl on crawl.run = load.run and crawl.source = load.source and crawl.stage = 'crawl'
where load.source = %(source)s and load.stage = 'load' and load.state = 'done' and crawl.state = 'done' and crawl.only_url = ''
    and load.started_at <= %(now)s
order by load.started_at desc
limit 1
