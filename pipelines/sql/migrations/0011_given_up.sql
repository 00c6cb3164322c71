-- Since when a message has waited for its channel: since it was written, or since a person let it wait again.
alter table deliveries add column waiting_since timestamptz not null default now();
-- oldest code: 0010
