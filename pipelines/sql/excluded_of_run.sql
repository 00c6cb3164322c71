-- What a run excluded, by source and rule; the rule is the reason without the site or address it was applied to.
select source, case
        when code in ('other site', 'robots.txt') then code
        when code in ('guard', 'guard network', 'guard redirect') then 'guard'
        else reason end as rule,
    count(*) as count
from urls
where decided_run = %(run)s and state = 'excluded'
group by 1, 2
order by 1, 3 desc, 2
