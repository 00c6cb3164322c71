-- Claim due messages of a channel, if no living sender has claimed them. A failing channel is tried with one message only; a channel that
-- rests or is paused gets none.
update deliveries
set claimed_by = %(sender)s, begun_at = coalesce(begun_at, now())
where id in (
    select d.id
    from deliveries d
    where d.channel = %(channel)s and d.state = 'waiting' and d.next_at <= now()
        and (d.claimed_by is null or not exists (
            select from pg_locks l
            where l.locktype = 'advisory' and l.objsubid = 2 and l.classid = %(senders)s and l.objid::bigint = d.claimed_by
                and l.database = (select oid from pg_database where datname = current_database())
        ))
        and not exists (
            select from channels c where c.name = d.channel and (c.paused_at is not null or c.rests_until > now())
        )
    order by d.next_at, d.id
    limit case
        when exists (select from channels c where c.name = %(channel)s and c.failures >= %(patience)s) then 1
        else %(count)s
    end
    for update skip locked
)
returning id, key, channel, watch, kind, subject, body, attempts, taken, next_at, language, timezone
