-- URLs that both sources have become one row: that of the new source, unless the old one's alone has an article.
create temporary table pairs on commit drop as
select case when mine.old then n.id else o.id end as gone, case when mine.old then o.id else n.id end as kept
from urls o
join urls n on n.source = %(new)s and n.url_key = o.url_key
cross join lateral (
    select exists (select from articles a where a.url_id = o.id) and not exists (select from articles a where a.url_id = n.id) as old
) mine
where o.source = %(old)s
