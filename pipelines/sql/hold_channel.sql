-- Messages that wait because their channel does.
update deliveries set error = %(error)s
where state = 'waiting' and next_at <= now() and channel = %(channel)s and error = ''
