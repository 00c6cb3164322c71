-- What a host's robots.txt says, and since when it says so.
insert into hosts (host, robots_status, robots_body, robots_fetched_at, robots_changed_at)
values (%(host)s, %(status)s, %(body)s, now(), now())
on conflict (host) do update
set robots_status = excluded.robots_status, robots_body = excluded.robots_body, robots_fetched_at = excluded.robots_fetched_at,
    robots_changed_at = case
        when (hosts.robots_status < 300, hosts.robots_body) is distinct from (excluded.robots_status < 300, excluded.robots_body)
            then now() else hosts.robots_changed_at end
