-- A stage begins (again) for a source of a run.
insert into runs (run, source, stage, state)
values (%(run)s, %(source)s, %(stage)s, 'running')
on conflict (run, source, stage) do update
set state = 'running', counts = '{}', message = '', code = '', started_at = now(), ended_at = null, only_url = ''
