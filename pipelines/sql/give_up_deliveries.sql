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
