-- Messages that were given up wait again, with all their tries; all of them where neither a channel nor numbers are named.
update deliveries
set state = 'waiting', attempts = 0, next_at = now(), waiting_since = now()
where state = 'failed'
    and (%(channel)s = '' or channel = %(channel)s)
    and (cardinality(%(ids)s::bigint[]) = 0 or id = any(%(ids)s::bigint[]))
returning id, channel
