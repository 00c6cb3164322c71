-- Since when a message waits for its channel: from the day it was written, or was asked for again by hand.
alter table deliveries add column waiting_since timestamptz not null default now();
-- oldest code: 0010
