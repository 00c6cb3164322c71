-- How an attempt to send a message ended.
update deliveries
set state = %(state)s, attempts = attempts + %(tried)s, error = %(error)s,
    next_at = case when %(state)s = 'waiting' then now() + make_interval(secs => %(wait)s) else next_at end,
    sent_at = case when %(state)s = 'sent' then now() end
where id = %(id)s
