-- What a host's robots.txt says.
insert into hosts (host, robots_status, robots_body, robots_fetched_at)
values (%(host)s, %(status)s, %(body)s, now())
on conflict (host) do update
set robots_status = excluded.robots_status, robots_body = excluded.robots_body, robots_fetched_at = excluded.robots_fetched_at
