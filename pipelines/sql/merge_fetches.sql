-- Whatever points at a URL row that goes points at the one that stays.
with f as (update fetches x set url_id = p.kept from pairs p where x.url_id = p.gone),
    o as (update outcomes x set url_id = p.kept from pairs p where x.url_id = p.gone)
update urls x
set alias_of = case when a.kept = x.id then null else coalesce(a.kept, x.alias_of) end, due_by = coalesce(d.kept, x.due_by)
from urls y
left join pairs a on a.gone = y.alias_of
left join pairs d on d.gone = y.due_by
where y.id = x.id and (a.kept is not null or d.kept is not null)
