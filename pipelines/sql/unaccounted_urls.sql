-- URLs a run discovered, leased or fetched, of one source or of all, that have no end and that nothing will look at again.
select urls.id, urls.source, urls.url, urls.state, case
        when urls.leased_run = %(run)s then 'leased and never ended'
        when urls.state = 'fetched' then 'fetched and not decided by load'
        else 'discovered and never due' end as problem
from urls
where (%(source)s = '' or urls.source = %(source)s)
    and (
        (urls.leased_run = %(run)s and urls.leased_until is not null)
        or (
            (urls.state = 'fetched' or (urls.state = 'discovered' and urls.next_at is null))
            and (
                urls.discovered_run = %(run)s
                or exists (select from fetches where fetches.url_id = urls.id and fetches.run = %(run)s)
            )
        )
    )
order by urls.source, urls.id
