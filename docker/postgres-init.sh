#!/bin/sh
# Runs once, on an empty database volume: two databases, each with an owner that cannot read the other's.
set -eu
psql -v ON_ERROR_STOP=1 -d "${POSTGRES_DB:-postgres}" -U "${POSTGRES_USER:-postgres}" <<'SQL'
-- From the environment and not as options, for everybody may read a command line.
\getenv nightdesk DATABASE_PASSWORD
\getenv airflow AIRFLOW_DATABASE_PASSWORD
create role nightdesk login password :'nightdesk';
create role airflow login password :'airflow';
create database nightdesk owner nightdesk encoding 'UTF8' template template0;
create database airflow owner airflow encoding 'UTF8' template template0;
revoke connect on database nightdesk from public;
revoke connect on database airflow from public;
SQL
