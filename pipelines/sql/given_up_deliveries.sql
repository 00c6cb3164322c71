-- The messages that were given up, newest first.
select id, channel, watch, kind as form, subject, attempts, error, created_at
from deliveries
where state = 'failed' and (%(channel)s = '' or channel = %(channel)s)
order by id desc
limit %(count)s
