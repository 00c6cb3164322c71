-- What the newest crawls of a source that came to their end said of its feeds; those for one page left out.
select run, started_at, message, counts -> 'feed behind' is not null as behind
from runs
where source = %(source)s and stage = 'crawl' and state = 'done' and only_url = '' and started_at <= %(now)s
order by started_at desc
limit %(count)s
