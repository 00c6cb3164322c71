-- This session has asked these hosts for the last time, so many seconds ago.
insert into hosts (host, asked_at)
select host, now() - make_interval(secs => ago) from (values %s) as left_now (host, ago) order by host
on conflict (host) do update set asked_at = excluded.asked_at
