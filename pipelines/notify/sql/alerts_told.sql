-- The newest alerts with the messages that tell of them, one row for each message. An alert without a message has one row. An alert that
-- joined another alert has no row of its own: its outlet stands in the row of the other alert (also_in).
select a.id, a.created_at, a.watch, a.kind, coalesce(c.revision_kind, '') as revision_kind, a.source,
    coalesce(r.title, x.title, a.message) as title, coalesce(x.url, '') as url,
    coalesce(d.channel, '') as channel, case when d.id is null then 'listed' else d.state end as state, coalesce(d.attempts, 0) as attempts,
    d.sent_at, greatest(d.next_at, d.due_at) as next_at, d.due_at, coalesce(nullif(d.error, ''), a.quiet) as why, d.id as message,
    array(select distinct source from alerts where lead_id = a.id and kind = 'new' and source <> a.source order by source) as also_in,
    a.acked_at, a.acked_by, a.article_id, h.recovered_at as over_at,
    case when h.kind = 'drifting' then held_between(h.source, h.since, h.recovered_at) else '[]' end as held_runs
from alerts a
left join delivered_alerts m on m.alert_id = a.id
left join deliveries d on d.id = m.delivery_id
left join articles x on x.id = a.article_id
left join revisions r on r.article_id = a.article_id and r.revision = a.revision
left join changes c on c.id = a.change_id
left join health h on a.kind = 'health' and h.id = a.subject_id
where a.quiet <> 'also in'
    and (%(watch)s = '' or a.watch = %(watch)s)
    and (%(channel)s = '' or d.channel = %(channel)s)
    and (not %(unsent)s or a.id in (
        select t.alert_id from deliveries w join delivered_alerts t on t.delivery_id = w.id where w.state <> 'sent'
    ))
    and (not %(unsent)s or d.state in ('waiting', 'failed'))
    and (%(before)s::bigint is null or (a.created_at, a.id) < (select b.created_at, b.id from alerts b where b.id = %(before)s))
    and (%(acked)s::boolean is null or (a.acked_at is not null) = %(acked)s::boolean)
order by a.created_at desc, a.id desc, d.channel
limit %(count)s
