-- The statements of airflow/, ordered by name. No two packages have a statement of the same name.

-- name: airflow_revision
-- The schema revision that Airflow's own database says it has.
select version_num from alembic_version

-- name: airflow_tables
-- Whether Airflow's own database has a table of this name.
select to_regclass(%(table)s) is not null as there

-- name: airflow_unfinished_runs
-- How many runs of any Dag are neither successful nor failed in Airflow's own database.
select count(*) as count from dag_run where state in ('running', 'queued')

-- name: channels_used
-- The names of all channels that a watch names or that a waiting delivery goes to.
select lower(unnest(channels)) as channel from watches
union
select channel from deliveries where state = 'waiting'

-- name: desk_limits
-- Let no statement of this session run longer than `ms` milliseconds. With `read_only`, the session may only read.
select set_config('statement_timeout', %(ms)s::text, false),
    set_config('default_transaction_read_only', case when %(read_only)s then 'on' else 'off' end, false)
