-- Say in the subject of a collected message how many alerts it tells of.
update deliveries d
set subject = d.watch || ': ' || t.alerts || case t.alerts when 1 then ' more alert' else ' more alerts' end
from (
    select delivery_id, count(*) as alerts from delivered_alerts where delivery_id = any(%(ids)s) group by delivery_id
) t
where d.id = t.delivery_id
