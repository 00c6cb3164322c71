#!/bin/sh
# Runs once, on an empty database volume: two databases, each with an owner that cannot read the other's.
set -eu
# From 18 on the image keeps a folder per major version in the volume: one of another version has what would be missed.
for other in "$(dirname "$(dirname "$PGDATA")")"/*/docker; do
    if [ "$other" != "$PGDATA" ] && [ -e "$other/PG_VERSION" ]; then
        echo "This volume holds the databases of Postgres $(cat "$other/PG_VERSION"), and this image is a newer one, which cannot" >&2
        echo "read them: go back to the old image, docker/backup.sh, a new volume, docker/restore.sh (docs/operations.md," >&2
        echo "Moving to another Postgres)." >&2
        # Started again, it says so again, rather than go on without any database.
        rm -rf "${PGDATA:?}"/*
        exit 1
    fi
done
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
-- Who only reads the views that stay; nobody can log in as it until an administrator gives it a password.
create role nightdesk_reader nologin;
grant connect on database nightdesk to nightdesk_reader;
SQL
