-- URLs whose tries are used up, or that robots.txt or the guard refused, and that a list names again some days later: one try more.
update urls
set state = case when state in ('excluded', 'gone') then 'discovered' else state end, next_at = now(), due_for = 'retry', due_by = null
where id = any(%(ids)s)
