-- Where a source's own patterns keep out every article that was ever found: each pattern, how many it keeps out, and some of them.
select count(*) as count, (array_agg(url order by id desc))[1:%(shown)s] as urls
from urls
where source = %(source)s and kind = 'article' and code in ('allow', 'deny')
    and not exists (
        select from urls other where other.source = %(source)s and other.kind = 'article' and other.state <> 'excluded')
group by code, reason
order by count(*) desc
