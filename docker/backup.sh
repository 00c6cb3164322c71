#!/bin/sh
# Backs up a running installation into a folder, beside what is there: docker/backup.sh FOLDER. Run it again each night;
# it copies what is new, and puts the dumps of the databases in the place of the last ones only once they are whole.
set -eu
umask 077
folder=${1:?a folder to back up into, best on another disk}
cd "$(dirname "$0")/.."
compose() { docker compose -f docker/compose.yaml "$@"; }
dump() { # one database
    compose exec -T postgres pg_dump -U postgres --format=custom --no-owner --no-privileges "$1" >"$folder/$1.dump.new"
    # It can be read to its end.
    compose exec -T postgres pg_restore --list <"$folder/$1.dump.new" >"$folder/$1.contents.new"
}

# The files are read by their owner, so the copy is their owner's.
owner=$(compose run --rm -T --no-deps --entrypoint id nightdesk -u)
case $(id -u) in
0 | "$owner") ;;
*) echo "docker/backup.sh copies files of user $owner: run it as root or as that user." >&2; exit 2 ;;
esac
mkdir -p "$folder/files" "$folder/secrets"
folder=$(cd "$folder" && pwd)
trap 'rm -f "$folder"/*.new' EXIT
# Told to end, a shell that has no trap for it skips the one above.
trap 'exit 130' HUP INT TERM
version=$(compose run --rm -T --no-deps --entrypoint nightdesk nightdesk --version)
echo "$version" | sed -n 1p >"$folder/version.new"
# The databases first, the files after them: files only grow, so a later copy has every page that the dump knows of.
dump nightdesk
dump airflow
if [ "$(id -u)" = 0 ]; then chown "$owner" "$folder/files"; fi
compose run --rm -T --no-deps -v "$folder/files:/backup" --entrypoint sh nightdesk -c \
    'umask 077; cd /data; for part in raw articles; do if [ -d "$part" ]; then cp -au "$part" /backup/; fi; done
     find /backup -name "*.open" | while read -r open; do if [ -e "${open%.open}" ]; then rm "$open"; fi; done
     cp -au /sources /backup/'
for file in .env channels.env; do
    if [ -e "docker/$file" ]; then cp -p "docker/$file" "$folder/secrets/"; fi
done
for file in nightdesk.dump airflow.dump nightdesk.contents airflow.contents version; do
    mv "$folder/$file.new" "$folder/$file"
done
echo "Backed up into $folder: two databases, raw and article files, sources, and what docker/ has of .env and channels.env."
