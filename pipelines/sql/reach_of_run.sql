-- What a run reached: how many sources failed for want of any answer, of how many, whether anything at all answered, and how often why.
select count(distinct source) filter (where outcome in ('failed', 'blocked')) as sources, count(distinct split_part(url, '/', 3)) as hosts,
    count(*) filter (where status is not null or code = 'robots.txt error') as answered,
    (select jsonb_object_agg(why, count) from (
        select code as why, count(*) as count from fetches where run = %(run)s and status is null group by 1
    ) as whys) as whys
from fetches
where run = %(run)s
