-- How many deliveries wait, failed or were sent in the last seven days.
select state, count(*) as deliveries
from deliveries
where created_at > %(now)s::timestamptz - interval '7 days'
group by state
