-- When each stage of a run began and ended, and the seconds that its sources took one after the other.
select stage, min(started_at) as started_at, max(ended_at) as ended_at,
    extract(epoch from max(ended_at) - min(started_at))::float as seconds,
    coalesce(sum(extract(epoch from ended_at - started_at)), 0)::float as worked
from runs
where run = %(run)s
group by stage
order by min(started_at)
