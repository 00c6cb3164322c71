-- A source's last sign of life, when it was first and last crawled, and what its last run said of each stage; a run for one page
-- of it does not count.
select
    (select max(at) from changes where source = %(source)s and kind = 'new' and at <= %(now)s) as yielded_at,
    (select min(started_at) from runs where source = %(source)s and stage = 'crawl' and only_url = '') as first_crawl,
    last.started_at as last_crawl, last.run,
    (select jsonb_agg(jsonb_build_object('stage', stage, 'state', state, 'counts', counts, 'message', message)
            order by array_position(array['crawl', 'extract', 'load'], stage))
        from runs where source = %(source)s and run = last.run) as stages
from (select 1) one
left join lateral (
    select run, started_at from runs
    where source = %(source)s and stage = 'crawl' and state <> 'busy' and only_url = '' and started_at <= %(now)s
    order by started_at desc limit 1
) last on true
