-- Messages for the outbox, each once for its key, only those that are new come back.
insert into deliveries (key, channel, watch, kind, run, subject, body) values %s
on conflict (key) do nothing
returning id, key
