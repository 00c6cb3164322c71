-- The short statements of notify/, by name; a long one is a file of its own in sql/. A name is unique in all packages.

-- name: ack_alerts
-- Say of alerts, and of those that joined them, who has seen them, or that nobody has.
update alerts
set acked_at = case when %(seen)s then coalesce(acked_at, now()) end,
    acked_by = case when %(seen)s then coalesce(nullif(acked_by, ''), %(who)s) else '' end
where id = any(%(alerts)s) or lead_id = any(%(alerts)s)
returning id

-- name: become_sender
-- Be a sender with this number for as long as the session lasts; what it marks may be on disk a moment later.
select pg_try_advisory_lock(%(senders)s, %(sender)s) as got, set_config('synchronous_commit', 'off', false)

-- name: cease_sender
-- Be no sender any more.
select pg_advisory_unlock(%(senders)s, %(sender)s), set_config('synchronous_commit', 'on', false)

-- name: channels_due
-- The channels that have messages that are due, how many, and that are neither paused nor at rest.
select d.channel, count(*)::int as due
from deliveries d
where d.state = 'waiting' and d.next_at <= now() and not exists (
    select from channels c where c.name = d.channel and (c.paused_at is not null or c.rests_until > now())
)
group by d.channel
order by d.channel

-- name: give_up_deliveries
-- Messages that have waited for so long on a channel that took nothing all that time: given up, with what kept them. Those of a paused
-- channel wait for whoever paused it.
with given_up as (
    update deliveries d
    set state = 'failed', claimed_by = null, error = c.error
    from channels c
    where c.name = d.channel and c.paused_at is null and c.failing_since < now() - make_interval(secs => %(seconds)s)
        and d.state = 'waiting' and d.waiting_since < now() - make_interval(secs => %(seconds)s)
    returning d.channel, c.error, c.failing_since
)
select channel, error, failing_since, count(*)::int as messages from given_up group by channel, error, failing_since order by channel

-- name: given_up_deliveries
-- The messages that were given up, newest first.
select id, channel, watch, kind as form, subject, attempts, error, created_at
from deliveries
where state = 'failed' and (%(channel)s = '' or channel = %(channel)s)
order by id desc
limit %(count)s

-- name: given_up_of_alerts
-- The messages of alerts that were given up.
select m.alert_id, m.delivery_id
from delivered_alerts m join deliveries d on d.id = m.delivery_id
where m.alert_id = any(%(alerts)s) and d.state = 'failed' and (%(channel)s = '' or d.channel = %(channel)s)

-- name: mark_channel_down
-- A channel has no address: what waits for it says so, and so does the channel; since when it takes nothing, and whether that is long.
with held as (
    update deliveries set error = %(error)s where state = 'waiting' and channel = %(channel)s and error <> %(error)s
)
insert into channels as c (name, failing_since, error) values (%(channel)s, now(), %(error)s)
on conflict (name) do update set failing_since = coalesce(c.failing_since, now()), error = excluded.error
returning failing_since, failing_since < now() - make_interval(secs => %(long)s) as long

-- name: mark_sent
-- Messages of a channel were taken, and so it works.
with sent as (
    update deliveries
    set state = 'sent', attempts = attempts + 1, error = '', taken = '{}', claimed_by = null, sent_at = now()
    where id = any(%(ids)s)
    returning channel
)
update channels c
set failures = 0, failing_since = null, rests_until = null, error = ''
where c.name in (select channel from sent) and (c.failures > 0 or c.failing_since is not null)

-- name: mark_unwanted
-- A message was not taken, or not by all, by a channel that works; how the message stands now.
with tried as (
    update deliveries
    set attempts = attempts + 1, error = %(error)s, taken = %(taken)s, claimed_by = null,
        state = case when attempts + 1 >= %(most)s then 'failed' else 'waiting' end,
        next_at = now() + make_interval(secs => %(wait)s)
    where id = %(id)s
    returning channel, state
), works as (
    update channels c
    set failures = 0, failing_since = null, rests_until = null, error = ''
    from tried
    where c.name = tried.channel and (c.failures > 0 or c.failing_since is not null)
)
select state from tried

-- name: pause_channel
-- Try nothing on a channel until it is resumed.
insert into channels (name, paused_at) values (%(channel)s, now())
on conflict (name) do update set paused_at = coalesce(channels.paused_at, now())

-- name: release_deliveries
-- What a sender has in hand of these and did not come to is anybody's again.
update deliveries set claimed_by = null where id = any(%(ids)s) and state = 'waiting' and claimed_by = %(sender)s

-- name: resend_deliveries
-- Messages that were given up wait again, with all their tries; all of them where neither a channel nor numbers are named.
update deliveries
set state = 'waiting', attempts = 0, next_at = now(), waiting_since = now()
where state = 'failed'
    and (%(channel)s = '' or channel = %(channel)s)
    and (cardinality(%(ids)s::bigint[]) = 0 or id = any(%(ids)s::bigint[]))
returning id, channel

-- name: resume_channel
-- Try a channel again, at once, whatever it did before.
with resumed as (
    update channels set paused_at = null, failures = 0, failing_since = null, rests_until = null, error = ''
    where name = %(channel)s
)
update deliveries set next_at = greatest(now(), due_at), waiting_since = greatest(now(), due_at)
where state = 'waiting' and channel = %(channel)s

-- name: waiting_deliveries
-- How many messages are not sent yet, by channel and by what keeps them waiting.
select channel, error, count(*)::int as waiting
from (
    select d.channel, case
        when c.paused_at is not null then 'Channel ' || d.channel || ' is paused: `nightdesk notify resume ' || d.channel || '` ends that.'
        when c.rests_until > now() then c.error
        else d.error
    end as error
    from deliveries d left join channels c on c.name = d.channel
    where d.state = 'waiting'
) as waiting
group by channel, error
order by channel, error

-- name: write_text_delivery
-- A message whose text is written already, into the outbox; once for its key, and only a new one comes back.
insert into deliveries (key, channel, watch, kind, run, subject, body) values %s
on conflict (key) do nothing
returning id, key
