-- What messages tell of: their alerts with the article as it was at that revision, and of an edit the revision before it.
select d.delivery_id, a.id, a.kind, a.message, a.matches, a.created_at, coalesce(r.title, x.title, '') as title, coalesce(x.url, '') as url,
    a.source, coalesce(x.language, '') as language, x.published_at, x.published_precision, x.id as article_id,
    case when a.kind = 'removed' then coalesce(x.gone_at, a.created_at) end as removed_at,
    case when p.revision is not null then jsonb_build_object(
        'title', p.title, 'description', p.description, 'text', p.text
    ) end as before,
    case when p.revision is not null then jsonb_build_object(
        'title', r.title, 'description', r.description, 'text', r.text
    ) end as now
from delivered_alerts d
join alerts a on a.id = d.alert_id
left join articles x on x.id = a.article_id
left join revisions r on r.article_id = a.article_id and r.revision = a.revision
left join revisions p on a.kind = 'revised' and p.article_id = a.article_id and p.revision = a.revision - 1
where d.delivery_id = any(%(ids)s)
order by d.delivery_id, a.id
