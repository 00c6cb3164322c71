-- Collected messages that nobody has begun to send: more can be put into them.
select id, watch, channel
from deliveries
where kind = 'digest' and state = 'waiting' and begun_at is null and watch = any(%(watches)s)
for update skip locked
