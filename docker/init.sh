#!/bin/sh
# Everything that has to be there before the first service starts; safe to repeat, also after an upgrade.
set -eu
nightdesk db migrate
airflow db migrate
# The password goes in by standard input, for everybody may read a command line. Without a terminal it is read from
# there, twice: setsid takes the terminal away.
printf '%s\n%s\n' "$ADMIN_PASSWORD" "$ADMIN_PASSWORD" |
    setsid -w airflow users create --role Admin --username "$ADMIN_USER" \
        --email "$ADMIN_EMAIL" --firstname Night --lastname Desk
