-- Try nothing on a channel until it is resumed.
insert into channels (name, paused_at) values (%(channel)s, now())
on conflict (name) do update set paused_at = coalesce(channels.paused_at, now())
