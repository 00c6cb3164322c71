-- When a source gave new articles lately: one moment a run.
select min(at) as at from changes
where source = %(source)s and kind = 'new' and at > %(now)s::timestamptz - %(within)s and at <= %(now)s
group by run
order by 1
