-- Messages that wait because their channel has no address.
update deliveries set error = %(error)s where state = 'waiting' and channel = %(channel)s and error <> %(error)s
