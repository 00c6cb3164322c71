-- Which alerts a message tells of.
insert into delivered_alerts (delivery_id, alert_id) values %s
on conflict do nothing
