-- Lines whose fetch is not in this ledger.
select l.n, l.fetch_id, l.url_id
from lines l
where not exists (
    select from fetches f where f.id = l.fetch_id and f.url_id = l.url_id and f.source = %(source)s
)
order by l.n
