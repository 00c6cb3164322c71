-- The statements of cli/, ordered by name. No two packages have a statement of the same name.

-- name: alerts_of_run
-- The alerts of a run, each with its article and the channels it went to.
select a.id, a.watch, a.kind, a.quiet, a.created_at, coalesce(r.title, r.url, a.message) as title, coalesce(r.source, '') as source,
    r.url, r.language,
    array(select distinct m ->> 'surface' from jsonb_array_elements(a.matches) m) as surfaces,
    array(
        select d.channel || ' (' || d.state || ')'
        from delivered_alerts da join deliveries d on d.id = da.delivery_id
        where da.alert_id = a.id
        order by d.channel
    ) as deliveries
from alerts a left join articles r on r.id = a.article_id
where a.run = %(run)s
order by (a.quiet <> ''), a.id

-- name: stage_times_of_run
-- How long each stage of a run took, from the start of its first source to the end of its last source.
select stage, extract(epoch from max(ended_at) - min(started_at))::float as seconds
from runs
where run = %(run)s
group by stage
order by min(started_at)
