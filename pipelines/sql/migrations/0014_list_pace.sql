-- When a list wants to be asked again, as its HTTP headers and the head of the feed say (crawl/rhythm.py).
-- oldest code: 0010
alter table urls add column asks jsonb;
