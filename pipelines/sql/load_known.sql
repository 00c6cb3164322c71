-- What the ledger and the articles know of each line: its article, whether it was judged, whether a later fetch decides.
update lines l
set article_id = a.id,
    url = u.url,
    url_key = u.url_key,
    variant_key = u.variant_key,
    canonical_key = coalesce(l.canonical_key, u.url_key),
    judged = exists (select from outcomes o where o.fetch_id = l.fetch_id),
    latest = not exists (
        select from fetches f
        where f.url_id = l.url_id and (f.fetched_at, f.id) > (l.fetched_at, l.fetch_id)
            and (f.outcome = 'fetched' or u.state <> 'fetched')
    )
from urls u left join articles a on a.url_id = u.id
where u.id = l.url_id
