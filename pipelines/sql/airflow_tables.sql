-- Whether Airflow's own database has a table of this name.
select to_regclass(%(table)s) is not null as there
