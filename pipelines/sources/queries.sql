-- The statements of sources/, by name. A name is unique in all packages.

-- name: last_crawls
-- When each source's last crawl began, one that found the source busy crawled nothing.
select source, max(started_at) as started_at
from runs
where stage = 'crawl' and state <> 'busy'
group by source
