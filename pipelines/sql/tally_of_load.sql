-- What load did for a source in a run, however often it was run.
select coalesce(c.new, 0) as new, coalesce(c.revised, 0) as revised, coalesce(c.reread, 0) as reread,
    coalesce(c.removed, 0) as removed, coalesce(c.words, 0) as words, coalesce(c.cut, 0) as cut,
    o.unchanged, o.duplicate, o.rejected
from (
    select count(*) filter (where outcome = 'unchanged')::int as unchanged,
        count(*) filter (where outcome = 'duplicate')::int as duplicate,
        count(*) filter (where outcome = 'rejected')::int as rejected
    from outcomes
    where source = %(source)s and run = %(run)s
) o cross join (
    select count(*) filter (where c.kind = 'new')::int as new,
        count(*) filter (where c.kind = 'revised' and c.quiet <> 're-extraction')::int as revised,
        count(*) filter (where c.kind = 'revised' and c.quiet = 're-extraction')::int as reread,
        count(*) filter (where c.kind = 'removed')::int as removed,
        sum(a.words) filter (where c.kind <> 'removed')::int as words,
        sum(jsonb_array_length(a.removed)) filter (where c.kind <> 'removed')::int as cut
    from changes c join articles a on a.id = c.article_id
    where c.source = %(source)s and c.run = %(run)s
) c
