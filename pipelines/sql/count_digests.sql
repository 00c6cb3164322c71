-- Say in the subject of a collected message how many alerts it tells of.
update deliveries d
set subject = d.watch || ': ' || t.alerts || ' more alerts'
from (
    select delivery_id, count(*) as alerts from delivered_alerts where delivery_id = any(%(ids)s) group by delivery_id
) t
where d.id = t.delivery_id
