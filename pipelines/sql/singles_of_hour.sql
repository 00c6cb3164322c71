-- How many single messages each watch had lately: alerts, whatever number of channels each went to.
select d.watch, count(distinct da.alert_id)::int as singles
from deliveries d join delivered_alerts da on da.delivery_id = d.id
where d.kind = 'single' and d.watch = any(%(watches)s) and d.created_at > now() - %(within)s
group by d.watch
