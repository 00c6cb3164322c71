-- A host asked for rest, or does not answer: none of its URLs is leased until it is over.
insert into hosts (host, cooldown_until, cooldown_reason)
values (%(host)s, now() + %(rest)s, %(reason)s)
on conflict (host) do update
set cooldown_until = greatest(hosts.cooldown_until, excluded.cooldown_until), cooldown_reason = excluded.cooldown_reason
