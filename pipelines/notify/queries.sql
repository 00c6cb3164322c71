-- The short statements of notify/, ordered by name. A long statement has a file of its own in sql/. No two packages have a statement of the
-- same name.

-- name: ack_alerts
-- Note who has seen these alerts and the alerts that joined them (lead_id). Without `seen`, note that nobody has seen them.
update alerts
set acked_at = case when %(seen)s then coalesce(acked_at, now()) end,
    acked_by = case when %(seen)s then coalesce(nullif(acked_by, ''), %(who)s) else '' end
where id = any(%(alerts)s) or lead_id = any(%(alerts)s)
returning id

-- name: become_sender
-- Try to make this session the sender with this number, until cease_sender or the end of the session. got: whether it is the sender now; if
-- not, another session is. The session's commits do not wait for the disk.
select pg_try_advisory_lock(%(senders)s, %(sender)s) as got, set_config('synchronous_commit', 'off', false)

-- name: cease_sender
-- This session is no longer a sender. Its commits wait for the disk again.
select pg_advisory_unlock(%(senders)s, %(sender)s), set_config('synchronous_commit', 'on', false)

-- name: channels_due
-- The channels that have due messages, and how many. Channels that are paused or at rest are left out.
select d.channel, count(*)::int as due
from deliveries d
where d.state = 'waiting' and d.next_at <= now() and not exists (
    select from channels c where c.name = d.channel and (c.paused_at is not null or c.rests_until > now())
)
group by d.channel
order by d.channel

-- name: give_up_deliveries
-- Give up messages that have waited for `seconds` or longer, if their channel has taken no message in all that time. These messages get the
-- channel's error. Messages of a paused channel keep waiting until somebody resumes it.
with given_up as (
    update deliveries d
    set state = 'failed', failed_at = now(), claimed_by = null, error = c.error
    from channels c
    where c.name = d.channel and c.paused_at is null and c.failing_since < now() - make_interval(secs => %(seconds)s)
        and d.state = 'waiting' and d.waiting_since < now() - make_interval(secs => %(seconds)s)
    returning d.channel, c.error, c.failing_since
)
select channel, error, failing_since, count(*)::int as messages from given_up group by channel, error, failing_since order by channel

-- name: given_up_deliveries
-- The messages that were given up, the last given up first.
select id, channel, watch, kind as form, subject, attempts, error, created_at, failed_at
from deliveries
where state = 'failed' and (%(channel)s = '' or channel = %(channel)s)
order by coalesce(failed_at, created_at) desc, id desc
limit %(count)s

-- name: given_up_of_alerts
-- The messages that tell of these alerts and were given up.
select m.alert_id, m.delivery_id
from delivered_alerts m join deliveries d on d.id = m.delivery_id
where m.alert_id = any(%(alerts)s) and d.state = 'failed' and (%(channel)s = '' or d.channel = %(channel)s)

-- name: mark_channel_down
-- A channel has no address. Write this error on the channel and on the messages that wait for it. Returns since when the channel fails, and
-- whether that is more than `long` seconds ago.
with held as (
    update deliveries set error = %(error)s where state = 'waiting' and channel = %(channel)s and error <> %(error)s
)
insert into channels as c (name, failing_since, error) values (%(channel)s, now(), %(error)s)
on conflict (name) do update set failing_since = coalesce(c.failing_since, now()), error = excluded.error
returning failing_since, failing_since < now() - make_interval(secs => %(long)s) as long

-- name: mark_sent
-- A channel took these messages. Mark the messages as sent, and the channel as working. paused: somebody has paused the channel meanwhile.
with sent as (
    update deliveries
    set state = 'sent', attempts = attempts + 1, error = '', taken = '{}', claimed_by = null, sent_at = now(), failed_at = null
    where id = any(%(ids)s)
    returning channel
), works as (
    update channels c
    set failures = 0, failing_since = null, rests_until = null, error = ''
    where c.name in (select channel from sent) and (c.failures > 0 or c.failing_since is not null)
)
select exists (select from channels c where c.name in (select channel from sent) and c.paused_at is not null) as paused

-- name: mark_unwanted
-- Note that a channel answered, but refused a message or took it for some recipients only. The message is tried again later, or given up
-- after `most` tries. The channel's failures are forgotten, because it works. Returns the message's new state, and whether the channel
-- rests, which it does only if it is paused.
with tried as (
    update deliveries
    set attempts = attempts + 1, error = %(error)s, taken = %(taken)s, claimed_by = null,
        state = case when attempts + 1 >= %(most)s then 'failed' else 'waiting' end,
        failed_at = case when attempts + 1 >= %(most)s then now() end,
        next_at = now() + make_interval(secs => %(wait)s)
    where id = %(id)s
    returning channel, state
), works as (
    update channels c
    set failures = 0, failing_since = null, rests_until = null, error = ''
    from tried
    where c.name = tried.channel and (c.failures > 0 or c.failing_since is not null)
)
select state, exists (select from channels c where c.name = tried.channel and c.paused_at is not null) as rests from tried

-- name: pause_channel
-- Pause a channel: nothing is sent to it until it is resumed.
insert into channels (name, paused_at) values (%(channel)s, now())
on conflict (name) do update set paused_at = coalesce(channels.paused_at, now())

-- name: release_deliveries
-- Release the messages that this sender claimed and did not send. Any sender may then claim them.
update deliveries set claimed_by = null where id = any(%(ids)s) and state = 'waiting' and claimed_by = %(sender)s

-- name: resend_deliveries
-- Messages that were given up wait again. Their tries are counted from 0, and their last error is forgotten. If neither a channel nor
-- numbers are given, all messages that were given up wait again.
update deliveries
set state = 'waiting', failed_at = null, attempts = 0, error = '', next_at = now(), waiting_since = now()
where state = 'failed'
    and (%(channel)s = '' or channel = %(channel)s)
    and (cardinality(%(ids)s::bigint[]) = 0 or id = any(%(ids)s::bigint[]))
returning id, channel

-- name: resume_channel
-- Resume a channel and forget its failures. The messages that wait for it are due now; digests keep a later due time.
with resumed as (
    update channels set paused_at = null, failures = 0, failing_since = null, rests_until = null, error = ''
    where name = %(channel)s
)
update deliveries set next_at = greatest(now(), due_at), waiting_since = greatest(now(), due_at)
where state = 'waiting' and channel = %(channel)s

-- name: waiting_deliveries
-- How many messages are not sent yet, by channel and by the reason why they wait.
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
-- Write messages whose text is ready into the outbox, one for each key. Returns only the new messages.
insert into deliveries (key, channel, watch, kind, run, subject, body) values %s
on conflict (key) do nothing
returning id, key
