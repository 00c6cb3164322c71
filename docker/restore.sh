#!/bin/sh
# Restores what docker/backup.sh made, into empty volumes: docker/restore.sh FOLDER; then `up` as at the first start.
set -eu
umask 077
folder=$(cd "${1:?the folder that docker/backup.sh made}" && pwd)
cd "$(dirname "$0")/.."
compose() { docker compose -f docker/compose.yaml "$@"; }
restore() { # one database, by the role that owns it; whole or not at all
    [ -e "$folder/$1.dump" ] || return 0
    compose exec -T postgres pg_restore -U postgres --exit-on-error --single-transaction --no-owner --no-privileges --role="$1" \
        --dbname="$1" <"$folder/$1.dump"
}

for file in .env channels.env; do
    if [ -e "$folder/secrets/$file" ] && [ ! -e "docker/$file" ]; then cp -p "$folder/secrets/$file" docker/; fi
done
# As Compose reads it: the environment before docker/.env, and from docker/ on.
sources=${SOURCES_FOLDER:-$(sed -n 's/^SOURCES_FOLDER=//p' docker/.env | tail -n 1)}
sources=$(cd docker && mkdir -p "${sources:-../sources}" && cd "${sources:-../sources}" && pwd)
owner=$(compose run --rm -T --no-deps --entrypoint id nightdesk -u)
if [ "$(id -u)" = 0 ]; then chown "$owner" "$sources"; fi
compose up -d --wait postgres
for database in nightdesk airflow; do
    tables=$(compose exec -T postgres psql -U postgres -d "$database" -At -c "select count(*) from pg_tables where schemaname = 'public'")
    if [ "$tables" != 0 ]; then
        echo "The database $database is not empty ($tables tables). Restore into empty volumes: stop everything, and" >&2
        echo "where nothing in them is needed any more: docker compose -f docker/compose.yaml down --volumes" >&2
        exit 1
    fi
done
# Read here and written there, so that it does not matter to whom the copy belongs by now.
tar -C "$folder/files" -c . | compose run --rm -T --no-deps --entrypoint sh nightdesk -c \
    'tar -C /data -x && cp -a /data/sources/. /sources/ && rm -r /data/sources'
restore nightdesk
restore airflow
if [ -e "$folder/version" ]; then
    echo "Made by $(cat "$folder/version"); this is $(compose run --rm -T --no-deps --entrypoint nightdesk nightdesk --version | sed -n 1p)."
fi
echo "Restored from $folder. Start everything: docker compose -f docker/compose.yaml up -d"
