-- The schema revision that Airflow's own database says it has.
select version_num from alembic_version
