-- What a host's robots.txt said within the time that it may stand, and how many seconds ago.
select robots_status as status, robots_body as body, robots_fetched_at as fetched_at,
    extract(epoch from now() - robots_fetched_at)::float as age
from hosts
where host = %(host)s and robots_fetched_at > now() - %(stands)s
