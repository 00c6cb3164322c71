-- Say when each article was last seen, one that is seen again is not gone.
update articles a set seen_at = l.seen_at, gone_at = null
from (select article_id, max(fetched_at) as seen_at from lines where fresh group by article_id) l
where a.id = l.article_id and (a.seen_at < l.seen_at or a.gone_at is not null)
