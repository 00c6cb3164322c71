-- How many runs of any Dag are neither successful nor failed in Airflow's own database.
select count(*) as count from dag_run where state in ('running', 'queued')
