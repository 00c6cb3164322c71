-- When a source gave new articles in the last 30 days: one moment a run.
select min(at) as at from changes
where source = %(source)s and kind = 'new' and at > %(now)s::timestamptz - interval '30 days' and at <= %(now)s
group by run
order by 1
