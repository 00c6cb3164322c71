-- Everything the ledger knows of a URL, in the order it happened, where it stands now last.
with known as (
    select * from urls
    where url_key = %(key)s or id in (select url_id from fetches where final_url = %(url)s)
), told as (
    select 1 as part, discovered_at as at, source, discovered_run as run, 'discovered: ' || kind as what, via as reason, '' as pointer
    from known
    union all
    select 2, fetches.fetched_at, fetches.source, fetches.run, 'crawl: ' || fetches.outcome,
        concat_ws(', ', nullif(fetches.reason, ''), nullif('status ' || fetches.status, fetches.reason), fetches.bytes || ' bytes'),
        coalesce(fetches.warc_file || ' at ' || fetches.warc_offset, '')
    from fetches join known on known.id = fetches.url_id
    union all
    select 3, outcomes.at, outcomes.source, outcomes.run, 'load: ' || outcomes.outcome,
        concat_ws(', ', nullif(outcomes.reason, ''), nullif(outcomes.detail, '')), ''
    from outcomes join known on known.id = outcomes.url_id
    union all
    select 4, coalesce(decided_at, fetched_at, discovered_at), source, coalesce(decided_run, leased_run, discovered_run),
        'now: ' || state, concat_ws(', ', nullif(reason, ''), 'next look ' || to_char(next_at, 'YYYY-MM-DD HH24:MI')), ''
    from known
)
select at, source, run, what, reason, pointer
from told
order by case part when 1 then 0 when 4 then 2 else 1 end, at, part
