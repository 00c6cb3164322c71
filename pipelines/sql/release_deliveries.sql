-- What a sender has in hand of a channel is anybody's again.
update deliveries set claimed_by = null where channel = %(channel)s and state = 'waiting' and claimed_by = %(sender)s
