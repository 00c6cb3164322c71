-- Delete from the ledger URLs in a final state that have no article and no fetch. Only URLs in `ids` and URLs that these runs discovered
-- are examined. A short row of each deleted URL stays in retired_urls. dry: only count the URLs. gone: in a dry run, the fetches that would
-- be deleted before; a URL with only such fetches counts as one without a fetch.
with doomed as materialized (
    select u.id, u.source, u.url_key, u.state, u.code,
        (least(coalesce((u.entry ->> 'published_at')::timestamptz, u.discovered_at), u.discovered_at) at time zone 'utc')::date as day
    from urls u
    where u.source = %(source)s and (u.discovered_run = any(%(runs)s) or u.id = any(%(ids)s::bigint[])) and u.kind = 'article'
        and u.state in ('rejected', 'excluded', 'blocked', 'failed', 'gone') and u.code <> 'erased'
        and u.next_at is null and u.leased_until is null and u.alias_of is null
        and coalesce(u.decided_at, u.discovered_at) < %(before)s
        and not exists (select from fetches f where f.url_id = u.id and f.id <> all(%(gone)s::bigint[]))
        and not exists (select from outcomes o where o.url_id = u.id and o.fetch_id <> all(%(gone)s::bigint[]))
        and not exists (select from articles a where a.url_id = u.id)
        and not exists (select from urls alias where alias.alias_of = u.id)
    for update of u skip locked
), kept as (
    insert into retired_urls (source, url_key, day, state, code)
    select source, url_key, day, state, code from doomed where not %(dry)s
    on conflict (source, url_key) do update
    set day = excluded.day, state = excluded.state, code = excluded.code, retired_at = now()
), deleted as (
    delete from urls u using doomed where u.id = doomed.id and not %(dry)s
)
select count(*)::int as count from doomed
