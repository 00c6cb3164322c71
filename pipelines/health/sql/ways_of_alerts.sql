-- When each stage worked on the articles of which a run alerted somebody, from the list that first named them to the sent messages.
select u.id as url_id, u.url, u.source, u.via, u.discovered_at, u.discovered_run, f.id as fetch_id, f.run as fetched_run, f.fetched_at,
    f.ms, c.run, told.watches,
    extracted.started_at as extract_began, extracted.ended_at as extract_ended,
    loaded.started_at as load_began, loaded.ended_at as load_ended,
    matched.started_at as alert_began, c.matched_at as alert_ended,
    coalesce((
        select jsonb_agg(jsonb_build_object('channel', d.channel, 'created_at', d.created_at, 'sent_at', d.sent_at) order by d.id)
        from delivered_alerts m join deliveries d on d.id = m.delivery_id
        where m.alert_id = any(told.alerts) and d.sent_at is not null
    ), '[]') as sent
from (
    select change_id, array_agg(id) as alerts, array_agg(distinct watch) as watches
    from alerts
    where run = %(run)s and quiet = '' and change_id is not null and article_id is not null
    group by change_id order by change_id limit %(most)s
) told
join changes c on c.id = told.change_id
join articles a on a.id = c.article_id
join urls u on u.id = a.url_id
join revisions r on r.article_id = c.article_id and r.revision = c.revision
join fetches f on f.id = r.fetch_id
left join runs extracted on extracted.run = c.run and extracted.source = c.source and extracted.stage = 'extract'
left join runs loaded on loaded.run = c.run and loaded.source = c.source and loaded.stage = 'load'
left join runs matched on matched.run = c.matched_run and matched.source = '' and matched.stage = 'alert'
order by told.change_id
