-- What a sender has in hand of these and did not come to is anybody's again.
update deliveries set claimed_by = null where id = any(%(ids)s) and state = 'waiting' and claimed_by = %(sender)s
