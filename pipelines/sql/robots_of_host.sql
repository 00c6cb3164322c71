-- What a host's robots.txt said within the last day.
select robots_status as status, robots_body as body, robots_fetched_at as fetched_at
from hosts
where host = %(host)s and robots_fetched_at > now() - interval '1 day'
