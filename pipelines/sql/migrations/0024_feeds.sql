-- Feeds of watches at secret addresses. Only a digest of each address is stored. And an index for the last alerts of a watch.
-- oldest code: 0010
-- outside a transaction
create table if not exists watch_feeds (
    watch text primary key references watches on delete cascade,
    digest text not null unique,
    opened_at timestamptz not null default now()
);
-- If this migration was killed before, the index may be half made.
drop index concurrently if exists alerts_of_watch;
create index concurrently alerts_of_watch on alerts (watch, id) where quiet = '';
