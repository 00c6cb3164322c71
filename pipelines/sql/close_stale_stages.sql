-- The same stage of this source in other runs that says it runs, though no session holds it any more: it was killed.
with running as materialized (
    select run, hashtextextended(concat_ws(' ', 'stage', stage, source, run), 0) as held
    from runs
    where source = %(source)s and stage = %(stage)s and state = 'running' and run <> %(run)s
)
update runs
set state = 'failed', message = 'It was killed before it could say how it ended.', ended_at = now()
from running
where runs.run = running.run and runs.source = %(source)s and runs.stage = %(stage)s
    and pg_try_advisory_xact_lock(running.held)
