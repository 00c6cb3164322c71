-- The newest deliveries and the newest unsent deliveries, each with its first alert. Unsent deliveries come first.
with unsent as (
    select * from deliveries where state <> 'sent' order by id desc limit %(count)s
), newest as (
    select * from deliveries order by id desc limit %(count)s
), shown as (
    select * from unsent union select * from newest
)
select shown.id, shown.watch, shown.kind as form, shown.channel, shown.state, shown.attempts, shown.subject, shown.created_at,
    coalesce(nullif(shown.error, ''), case when shown.state = 'waiting' then channels.error end, '') as error,
    case when channels.paused_at is null then greatest(shown.next_at, channels.rests_until) end as next_at,
    shown.sent_at, told.alerts, first.kind, first.message, first.article_id, first.source, first.title, first.language,
    coalesce(first.terms, '{}') as terms
from shown
left join channels on channels.name = shown.channel
left join lateral (
    select count(*) as alerts from delivered_alerts where delivery_id = shown.id
) as told on true
left join lateral (
    select alerts.kind, alerts.message, articles.id as article_id, articles.source, articles.title, articles.language,
        array(select distinct hit ->> 'surface' from jsonb_array_elements(alerts.matches) as hit) as terms
    from delivered_alerts
    join alerts on alerts.id = delivered_alerts.alert_id
    left join articles on articles.id = alerts.article_id
    where delivered_alerts.delivery_id = shown.id
    order by alerts.id
    limit 1
) as first on true
order by case shown.state when 'failed' then 0 when 'waiting' then 1 else 2 end, shown.id desc
limit %(count)s
