-- How many pages of the last runs agreed with a source's template since it was learned, newest run first.
select run, coalesce((counts ->> 'template agrees')::int, 0) as agrees,
    coalesce((counts ->> 'template disagrees')::int, 0) as disagrees
from runs
where source = %(source)s and stage = 'extract' and ended_at >= %(learned_at)s
    and coalesce((counts ->> 'template agrees')::int, 0) + coalesce((counts ->> 'template disagrees')::int, 0) > 0
order by run desc
limit %(count)s
