-- Take one waiting message for as long as this transaction lasts.
select id, key, channel, watch, kind, subject, body, attempts, created_at
from deliveries
where id = %(id)s and state = 'waiting' and next_at <= now()
for update skip locked
