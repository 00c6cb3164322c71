#!/usr/bin/env bash
# What the entry of the official Postgres image does, as far as it matters here: a cluster on an empty volume, the
# scripts of /docker-entrypoint-initdb.d over the socket alone, then the server.
set -euo pipefail
programs=$(echo /usr/lib/postgresql/*/bin)
version=$(basename "$(dirname "$programs")")
data=/var/lib/postgresql/$version/docker
export PATH=$programs:$PATH
as() { setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; }

mkdir -p "$data" /var/run/postgresql
chown -R postgres /var/lib/postgresql /var/run/postgresql
if [ ! -e "$data/made" ]; then
  # A script that failed is tried again, on an empty folder.
  rm -rf "${data:?}"/*
  (umask 077 && printf '%s' "$POSTGRES_PASSWORD" >/run/password && chown postgres /run/password)
  as initdb -D "$data" -U postgres --auth-local=trust --auth-host=scram-sha-256 -E UTF8 --locale=C.UTF-8 --pwfile=/run/password
  rm /run/password
  echo "host all all all scram-sha-256" >>"$data/pg_hba.conf"
  as pg_ctl -D "$data" -o "-c listen_addresses=''" -w start
  for script in /docker-entrypoint-initdb.d/*.sh; do as env POSTGRES_USER=postgres PGUSER=postgres PGDATA="$data" sh "$script"; done
  as pg_ctl -D "$data" -m fast -w stop
  touch "$data/made"
fi
exec setpriv --reuid=postgres --regid=postgres --clear-groups postgres -D "$data" -c listen_addresses='*'
