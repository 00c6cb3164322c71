-- Since when a message has waited for its channel: since it was written or due, or since a person resumed its channel or sent it again.
alter table deliveries add column waiting_since timestamptz not null default now();
-- oldest code: 0010
