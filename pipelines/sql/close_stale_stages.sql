-- Crawls of this source that say they run though nobody holds the source: they were killed.
update runs
set state = 'failed', message = 'The crawl was killed before it could say how it ended.', ended_at = now()
where source = %(source)s and stage = 'crawl' and state = 'running' and run <> %(run)s
