-- Feeds of watches at secret addresses, of which only a digest is kept; and what a watch told last, by an index.
-- oldest code: 0010
-- outside a transaction
create table if not exists watch_feeds (
    watch text primary key references watches on delete cascade,
    digest text not null unique,
    opened_at timestamptz not null default now()
);
-- An index that was left half made is made again.
drop index concurrently if exists alerts_of_watch;
create index concurrently alerts_of_watch on alerts (watch, id) where quiet = '';
