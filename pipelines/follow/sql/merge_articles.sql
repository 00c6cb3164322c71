-- When an article is merged away, its alerts move to the article that stays. Of the first fetches and the first runs of the two articles,
-- the article that stays takes the earlier ones; it keeps its own date of publication. If both have the same address (`page`), each look at
-- this address was a look at the article that stays. So it was last seen at the later of both times, and it is gone only if no look saw it
-- after that.
with told as (
    update alerts a set article_id = s.winner from same s where a.article_id = s.loser
), merged as (
    select w.id, least(w.first_fetched_at, first.at) as first_fetched_at, least(w.first_run, first.run) as first_run, w.published_at,
        greatest(w.seen_at, page.seen_at) as seen_at, array[w.gone_at, page.gone_at] as gone
    from (
        select s.winner, min(l.first_fetched_at) as at, min(l.first_run) as run
        from same s join articles l on l.id = s.loser
        group by s.winner
    ) first
    join articles w on w.id = first.winner
    join urls wu on wu.id = w.url_id
    left join urls lu on lu.source = %(old)s and lu.url_key = wu.url_key
    left join articles page on page.url_id = lu.id
), dated as (
    update article_words x set dated = m.dated
    from (select id, least(coalesce(published_at, first_fetched_at), first_fetched_at) as dated from merged) m
    where x.article_id = m.id and x.dated <> m.dated
)
update articles w
set first_fetched_at = m.first_fetched_at, first_run = m.first_run, seen_at = m.seen_at,
    gone_at = (select min(at) from unnest(m.gone) as at where at > m.seen_at)
from merged m
where w.id = m.id
