-- The verdict on every fetch, once for each extractor that led to it.
insert into outcomes (fetch_id, url_id, run, source, outcome, reason, detail, extractor)
select l.fetch_id, l.url_id, %(run)s, %(source)s, l.verdict, l.why, l.detail, l.extractor
from lines l
where not exists (
    select from outcomes o
    where o.fetch_id = l.fetch_id and o.outcome = l.verdict and o.extractor = l.extractor
        and (o.reason = l.why or l.verdict <> 'rejected')
)
order by l.n
on conflict do nothing
