-- How long each stage of a run took, from its first source's start to its last one's end.
select stage, extract(epoch from max(ended_at) - min(started_at))::float as seconds
from runs
where run = %(run)s
group by stage
order by min(started_at)
