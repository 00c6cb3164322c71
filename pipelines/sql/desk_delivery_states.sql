-- How many deliveries wait, failed or were sent lately.
select state, count(*) as deliveries
from deliveries
where created_at > %(now)s::timestamptz - %(within)s
group by state
