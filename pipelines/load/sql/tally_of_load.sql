-- What load did for these sources in a run. If load was repeated, all its tries count together. flooded: the number of edits that load took
-- for the work of a new layout or another extractor.
with decided as (
    select source, count(*) filter (where outcome = 'unchanged')::int as unchanged,
        count(*) filter (where outcome = 'duplicate')::int as duplicate,
        count(*) filter (where outcome = 'rejected')::int as rejected
    from outcomes
    where source = any(%(sources)s) and run = %(run)s
    group by source
), made as (
    select c.source, count(*) filter (where c.kind = 'new')::int as new,
        count(*) filter (where c.kind = 'revised' and c.quiet <> 're-extraction')::int as revised,
        count(*) filter (where c.kind = 'revised' and c.quiet = 're-extraction')::int as reread,
        count(*) filter (where c.kind = 'removed')::int as removed, count(*) filter (where c.kind = 'restored')::int as restored,
        sum(a.words) filter (where c.kind in ('new', 'revised'))::int as words,
        sum(jsonb_array_length(a.removed)) filter (where c.kind in ('new', 'revised'))::int as cut,
        count(*) filter (where c.quiet = 'many at once')::int as flooded
    from changes c join articles a on a.id = c.article_id
    where c.source = any(%(sources)s) and c.run = %(run)s
    group by c.source
)
select source, coalesce(new, 0) as new, coalesce(revised, 0) as revised, coalesce(reread, 0) as reread, coalesce(removed, 0) as removed,
    coalesce(restored, 0) as restored, coalesce(words, 0) as words, coalesce(cut, 0) as cut, coalesce(unchanged, 0) as unchanged,
    coalesce(duplicate, 0) as duplicate, coalesce(rejected, 0) as rejected, coalesce(flooded, 0) as flooded
from unnest(%(sources)s::text[]) as g (source) left join made using (source) left join decided using (source)
