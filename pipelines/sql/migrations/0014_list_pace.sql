-- When a list wants to be asked again, by its headers and by the head of a feed (crawl/rhythm.py).
-- oldest code: 0010
alter table urls add column asks jsonb;
