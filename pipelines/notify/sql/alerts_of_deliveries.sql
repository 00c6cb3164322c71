-- The alerts in these messages, each with the wording of its revision and, for an edit, the wording before. Each row is looked up by its
-- key, because the planner knows little about rows that are new. With a join, the planner would read all alerts for a few messages.
-- removed_at: when the article was removed. `gone_at` tells only of the last removal; for an alert of an earlier removal, removed_at is the
-- time when load wrote the change.
select d.delivery_id, a.id, a.watch, a.kind, a.revision, a.repeat, a.quiet, a.lead_id, coalesce(s.story_id, a.subject_id) as story_id, a.message, a.matches, a.created_at, coalesce(r.title, x.title, '') as title, coalesce(x.url, '') as url,
    a.source, coalesce(x.language, '') as language, x.published_at, x.published_precision, x.id as article_id,
    case when a.kind = 'removed' then least(x.gone_at, coalesce(c.at, a.created_at)) end as removed_at,
    case when p.revision is not null then jsonb_build_object(
        'title', p.title, 'description', p.description, 'text', p.text
    ) end as before,
    case when p.revision is not null then jsonb_build_object(
        'title', r.title, 'description', r.description, 'text', r.text
    ) end as now,
    coalesce(c.revision_kind, '') as revision_kind, coalesce(c.moved, '[]') as moved
from unnest(%(ids)s::bigint[]) as wanted (id)
cross join lateral (select delivery_id, alert_id from delivered_alerts where delivery_id = wanted.id offset 0) d
cross join lateral (select * from alerts where id = d.alert_id limit 1) a
left join lateral (select story_id from story_articles where article_id = a.article_id limit 1) s on true
left join lateral (select * from articles where id = a.article_id limit 1) x on true
left join lateral (select * from revisions where article_id = a.article_id and revision = a.revision limit 1) r on true
left join lateral (
    select * from revisions where a.kind = 'revised' and article_id = a.article_id and revision = a.revision - 1 limit 1
) p on true
left join lateral (select * from changes where id = a.change_id limit 1) c on true
order by d.delivery_id, a.id
