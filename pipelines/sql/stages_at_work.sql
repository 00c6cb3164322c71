-- The stages that some process is at for these sources, by the locks it holds.
with running as materialized (
    select source, stage, hashtextextended(concat_ws(' ', 'stage', stage, source, run), 0) as held
    from runs
    where source = any(%(sources)s) and state = 'running'
)
select distinct source, stage from running where not pg_try_advisory_xact_lock(held)
