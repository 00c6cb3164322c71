-- Alerts of an article that goes are those of the one that stays, which was first seen when either was.
with told as (
    update alerts a set article_id = s.winner from same s where a.article_id = s.loser
), dated as (
    update article_words w set dated = least(w.dated, first.at)
    from (select s.winner, min(l.dated) as at from same s join article_words l on l.article_id = s.loser group by s.winner) first
    where w.article_id = first.winner and first.at < w.dated
)
update articles w
set first_fetched_at = least(w.first_fetched_at, first.at), first_run = least(w.first_run, first.run)
from (
    select s.winner, min(l.first_fetched_at) as at, min(l.first_run) as run
    from same s join articles l on l.id = s.loser
    group by s.winner
) first
where w.id = first.winner
