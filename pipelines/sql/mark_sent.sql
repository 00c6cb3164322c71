-- A message was taken, and so its channel works.
with sent as (
    update deliveries
    set state = 'sent', attempts = attempts + 1, error = '', taken = '{}', claimed_by = null, sent_at = now()
    where id = %(id)s
    returning channel
)
update channels c
set failures = 0, failing_since = null, rests_until = null, error = ''
from sent
where c.name = sent.channel and (c.failures > 0 or c.failing_since is not null)
