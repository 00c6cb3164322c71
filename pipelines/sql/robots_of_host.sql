-- What a host's robots.txt said in the last two days, and how many seconds ago: a day it holds, a day more where it cannot be had.
select robots_status as status, robots_body as body, robots_fetched_at as fetched_at,
    extract(epoch from now() - robots_fetched_at)::float as age
from hosts
where host = %(host)s and robots_fetched_at > now() - interval '2 days'
