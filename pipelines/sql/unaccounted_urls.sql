-- URLs a run discovered, leased or fetched that have no end and that nothing will look at again.
select distinct urls.id, urls.source, urls.url, urls.state, case
        when urls.leased_run = %(run)s then 'leased and never ended'
        when urls.state = 'fetched' then 'fetched and not decided by load'
        else 'discovered and never due' end as problem
from urls
left join fetches on fetches.url_id = urls.id and fetches.run = %(run)s
where (urls.discovered_run = %(run)s or urls.leased_run = %(run)s or fetches.run = %(run)s)
    and (urls.leased_run = %(run)s or urls.state = 'fetched' or (urls.state = 'discovered' and urls.next_at is null))
order by urls.source, urls.id
