-- What was told of the old source's health is over; what both were told of at the same moment is one row.
with doubled as (
    delete from health o
    using health n
    where o.source = %(old)s and n.source = %(new)s and n.kind = o.kind and n.since = o.since
)
update health set recovered_at = coalesce(recovered_at, now()) where source = %(old)s
