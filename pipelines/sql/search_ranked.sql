-- Of these articles, newest first, the best: title before description before text, many mentions before one, fresh before old.
-- An article that is half as well told of counts as much when it is a month younger; a row without places is told of once.
select given.article_id, given.dated, given.sure
from unnest(%(ids)s::bigint[], %(dates)s::timestamptz[], %(sures)s::boolean[]) as given (article_id, dated, sure)
join lateral (
    select max(case when w.shape < 2 then ts_rank(w.words, %(of_joined)s::tsquery, 1) else 0.01 end) as rank
    from article_words w where w.article_id = given.article_id
) found on true
order by found.rank / (1 + greatest(extract(epoch from %(now)s - given.dated), 0) / %(half_age)s) desc, given.dated desc, given.article_id desc
