-- What messages tell of: their alerts with the article as it was at that revision.
select d.delivery_id, a.id, a.kind, a.message, a.matches, a.created_at, coalesce(r.title, x.title, '') as title, coalesce(x.url, '') as url,
    a.source, coalesce(x.language, '') as language, x.published_at, x.published_precision
from delivered_alerts d
join alerts a on a.id = d.alert_id
left join articles x on x.id = a.article_id
left join revisions r on r.article_id = a.article_id and r.revision = a.revision
where d.delivery_id = any(%(ids)s)
order by d.delivery_id, a.id
