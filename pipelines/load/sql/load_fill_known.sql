-- Fills in what the ledger and the articles know of each line: its article, whether load decided on it before (judged), whether it
-- is the latest look. Gives four counts of lines: those with an article (stored), those whose URL another line has too (several),
-- those whose page names another address as its canonical one (elsewhere), and those whose article came after the line (late).
with known as (
    update lines l
    set article_id = a.id,
        url = u.url,
        url_key = u.url_key,
        variant_key = u.variant_key,
        canonical_key = coalesce(l.canonical_key, u.url_key),
        past = coalesce((select p.why from past_runs p where p.run = l.run and p.source = u.source), ''),
        judged = exists (select from outcomes o where o.fetch_id = l.fetch_id),
        -- A later look that found the page unchanged leaves the URL fetched: then this line still decides on it.
        latest = not exists (
            select from fetches f
            where f.url_id = l.url_id and (f.fetched_at, f.id) > (l.fetched_at, l.fetch_id)
                and (f.outcome = 'fetched' or u.state <> 'fetched')
        )
    from urls u left join articles a on a.url_id = u.id
    where u.id = l.url_id
    returning l.url_id, l.article_id, l.canonical_key <> l.url_key as elsewhere, not l.whole and l.reason = '' as thin
)
select count(article_id)::int as stored, (count(*) - count(distinct url_id))::int as several,
    (count(*) filter (where elsewhere))::int as elsewhere, (count(article_id) filter (where thin))::int as late
from known
