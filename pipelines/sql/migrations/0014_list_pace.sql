-- What a list says of when to ask it again: by its headers, and in the head of a feed (crawl/rhythm.py).
-- oldest code: 0010
alter table urls add column asks jsonb;
