-- URLs whose tries are used up, that robots.txt or the guard refused, or that led to another site, and that a list names again some days
-- later: one try more.
update urls
set state = case when state in ('excluded', 'gone') then 'discovered' else state end, next_at = now(), due_for = 'retry', due_by = null
where id = any(%(ids)s)
