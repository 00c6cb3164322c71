-- How many fetched pages of a source load still owes a verdict, for this run.
select count(*)::int as owed
from fetches f
where f.source = %(source)s and f.run = %(run)s and f.outcome = 'fetched'
    and not exists (select from outcomes o where o.fetch_id = f.id)
    and exists (select from urls u where u.id = f.url_id and u.kind = 'article')
