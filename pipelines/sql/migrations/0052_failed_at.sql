-- failed_at: when a message was given up. It is null in the other states, and for messages that older code gave up: those count by
-- created_at. The indexes serve the counts of messages that were given up or sent lately, which no longer ask when a message was written.
-- oldest code: 0051
-- outside a transaction
alter table deliveries add column if not exists failed_at timestamptz;
drop index concurrently if exists deliveries_failed;
create index concurrently deliveries_failed on deliveries ((coalesce(failed_at, created_at))) where state = 'failed';
drop index concurrently if exists deliveries_sent;
create index concurrently deliveries_sent on deliveries (sent_at) where state = 'sent';
drop index concurrently if exists deliveries_created;
