-- Write what a look at these URLs changes: state, reason, ETag and date, and when to look again. A URL whose `next_at` is null is looked at
-- again only for a new reason. An unchanged page keeps the state of the last look that fetched it, whatever failed in between.
update urls
set state = case
        when look.outcome = 'unchanged' and urls.state in ('fetched', 'rejected', 'duplicate') then urls.state
        when look.outcome = 'unchanged' and urls.kind = 'article' then coalesce(stood.state, 'unchanged')
        when look.outcome = 'fetched' and urls.kind <> 'article' then 'stored'
        else look.outcome end,
    code = case
        when look.outcome = 'unchanged' and urls.state in ('rejected', 'duplicate') then urls.code
        when look.outcome = 'unchanged' and urls.state <> 'fetched' and urls.kind = 'article' then coalesce(stood.code, look.code)
        else look.code end,
    reason = case
        when look.outcome = 'unchanged' and urls.state in ('rejected', 'duplicate') then urls.reason
        when look.outcome = 'unchanged' and urls.state <> 'fetched' and urls.kind = 'article' then coalesce(stood.reason, look.reason)
        else look.reason end,
    decided_at = case when look.outcome = 'fetched' and urls.kind = 'article' then null else now() end,
    decided_run = case when look.outcome = 'fetched' and urls.kind = 'article' then null else look.run end,
    fetched_at = case when look.outcome in ('fetched', 'unchanged') then look.fetched_at else urls.fetched_at end,
    etag = case when look.outcome in ('fetched', 'unchanged') then look.etag else urls.etag end,
    last_modified = case when look.outcome in ('fetched', 'unchanged') then look.last_modified else urls.last_modified end,
    digest = case when look.outcome in ('fetched', 'unchanged') then look.digest else urls.digest end,
    whole_at = case
        when look.outcome in ('fetched', 'unchanged') and look.status::int is distinct from 304 then look.fetched_at else urls.whole_at end,
    -- asks: a pause that the head of a feed asks for stays valid until the feed's bytes change.
    asks = case
        when urls.kind = 'article' then null
        when look.outcome = 'fetched' then look.asks::jsonb
        when look.outcome = 'unchanged' then coalesce(urls.asks, '{}') || look.asks::jsonb
        else urls.asks end,
    validators_lie = urls.validators_lie or (
        look.outcome = 'fetched' and urls.digest not in ('', look.digest)
        and case when look.etag <> '' then look.etag = urls.etag
            else urls.etag = '' and look.last_modified <> '' and look.last_modified = urls.last_modified end),
    attempts = case when look.outcome in ('fetched', 'unchanged') then 0 else tries.count end,
    leased_until = null,
    leased_run = null,
    -- due_by: the id of the list that made the URL due, because the list called the page modified or no longer names it.
    due_by = null,
    due_for = case
        when urls.due_for = 'past' then case when look.outcome in ('failed', 'blocked') then 'past' else '' end
        when look.outcome = 'gone' then 'gone'
        when look.outcome in ('failed', 'blocked') then 'retry'
        else '' end,
    next_at = case
        when look.outcome in ('failed', 'blocked') and tries.count < %(max_tries)s then now() + greatest(
            coalesce(look.rest::interval, case look.outcome
                when 'failed' then %(retry_pause)s * power(%(retry_growth)s, tries.count - 1)
                else %(blocked_pause)s * power(%(blocked_growth)s, tries.count - 1) end),
            case when tries.again then %(same_crawl_pause)s end)
        when look.outcome = 'gone' and urls.due_for <> 'past' and urls.attempts < %(max_gone_looks)s - 1 and not look.final then now() + %(gone_second_look)s
        end
from (values %s) as look (id, run, outcome, code, reason, fetched_at, etag, last_modified, digest, rest, final, status, asks)
cross join lateral (
    -- again: whether this is a second failure in one crawl. Both failures count as one try, and this crawl does not try the URL a third
    -- time.
    select one.again, one.attempts + (not one.again)::int as count
    from (
        select attempts, state in ('failed', 'blocked') and decided_run is not distinct from look.run as again
        from urls known where known.id = look.id
    ) one
) tries
left join lateral (
    select coalesce(o.outcome, 'fetched') as state, coalesce(o.reason, f.reason) as reason,
        case o.outcome when 'rejected' then o.reason when 'duplicate' then 'alias' else f.code end as code
    from (
        select id, code, reason from fetches
        where url_id = look.id and outcome = 'fetched' and warc_file is not null
        order by fetched_at desc, id desc
        limit 1
    ) f
    left join lateral (select outcome, reason from outcomes where fetch_id = f.id order by id desc limit 1) o on true
    where o.outcome is null or o.outcome = 'duplicate'
        or (o.outcome = 'rejected' and not exists (select from articles where url_id = look.id))
) stood on look.outcome = 'unchanged'
where urls.id = look.id
