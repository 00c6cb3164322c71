-- Everything that the ledger knows of a URL and of the other addresses of its article, the earliest first. The present states come last.
with asked as (
    select id, alias_of from urls where url_key = %(key)s
    union
    select id, alias_of from urls where variant_key = %(variant)s
    union
    select u.id, u.alias_of from fetches f join urls u on u.id = f.url_id
    where f.final_url = %(url)s and f.final_url <> '' and f.final_url <> f.url
), ours as (
    select id from asked
    union
    select alias_of from asked where alias_of is not null
    union
    select u.id from asked join urls u on u.alias_of = coalesce(asked.alias_of, asked.id)
), known as (
    select u.*, m.url as main from ours join urls u on u.id = ours.id left join urls m on m.id = u.alias_of
), told as (
    select 1 as part, discovered_at as at, source, discovered_run as run, 'discovered: ' || kind as what,
        case when url_key = %(key)s then via else concat_ws(', ', url, nullif('named by ' || via, 'named by ')) end as reason,
        '' as pointer, id as turn
    from known
    union all
    select 2, fetches.fetched_at, fetches.source, fetches.run, 'crawl: ' || fetches.outcome,
        concat_ws(
            ', ', nullif(fetches.reason, ''), nullif('status ' || fetches.status, fetches.reason), fetches.bytes || ' bytes',
            case when fetches.url <> known.url then 'asked for as ' || fetches.url end,
            case when fetches.final_url not in ('', fetches.url) then 'answered from ' || fetches.final_url end
        ),
        coalesce(fetches.warc_file || ' at ' || fetches.warc_offset, ''), fetches.id
    from fetches join known on known.id = fetches.url_id
    union all
    select 3, outcomes.at, outcomes.source, outcomes.run, 'load: ' || outcomes.outcome,
        concat_ws(', ', nullif(outcomes.reason, ''), nullif(outcomes.detail, '')), '', outcomes.id
    from outcomes join known on known.id = outcomes.url_id
    union all
    select case when alias_of is null then 5 else 4 end, coalesce(decided_at, fetched_at, discovered_at), source,
        coalesce(decided_run, leased_run, discovered_run),
        case when alias_of is null then 'now: ' || state else 'now: alias' end,
        concat_ws(
            ', ', case when url_key <> %(key)s then url end, 'alias of ' || main, nullif(reason, ''),
            case due_for
                when 'planned' then 're-check due ' when 'modified' then 'its list says modified, look due '
                when 'vanished' then 'no longer in its list, look due ' when 'gone' then 'second look due '
                when 'retry' then 'next try ' else 'next look '
            end || to_char(next_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"')
        ), '', id
    from known
)
select at, source, run, what, reason, pointer
from told
order by case part when 1 then 0 when 4 then 2 when 5 then 3 else 1 end, at, part, turn
