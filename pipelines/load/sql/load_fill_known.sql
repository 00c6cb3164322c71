-- Fill in what the database knows about each of these lines. Returns how many of them there are of each sort. known: the line's fetch is in
-- the ledger. stored: the line belongs to a stored article. elsewhere: the page names another address as its canonical URL. ns: the numbers of
-- the lines that are no rejection and belong to a stored article.
with known as (
    update lines l
    set article_id = a.id,
        first_fetched_at = a.first_fetched_at,
        url = u.url,
        url_key = u.url_key,
        variant_key = u.variant_key,
        undecided = u.code in ('undecided', 'held'),
        discovered_at = u.discovered_at,
        canonical_key = coalesce(l.canonical_key, u.url_key),
        past = coalesce((select p.why from past_runs p where p.run = l.run and p.source = u.source), ''),
        judged = exists (select from outcomes o where o.fetch_id = l.fetch_id),
        looks = looked.looks,
        latest = not looked.newer
    from fetches own join urls u on u.id = own.url_id left join articles a on a.url_id = u.id
        cross join lateral (
            select (count(*) filter (where f.outcome in ('fetched', 'unchanged')))::int as looks,
                coalesce(bool_or(
                    (f.fetched_at, f.id) > (own.fetched_at, own.id) and (f.outcome = 'fetched' or u.state <> 'fetched')
                ), false) as newer
            from fetches f where f.url_id = u.id
        ) looked
    where l.n between %(first)s and %(last)s and own.id = l.fetch_id and own.url_id = l.url_id and own.source = l.source
    returning l.n, l.url_id, l.article_id, l.canonical_key <> l.url_key as elsewhere, l.reason
)
select count(*)::int as known, count(article_id)::int as stored, (count(*) filter (where elsewhere))::int as elsewhere, array_agg(n) filter (where article_id is not null and reason = '') as ns
from known
