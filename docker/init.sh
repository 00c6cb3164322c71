#!/bin/sh
# Everything that has to be there before the first service starts; safe to repeat, also after an upgrade.
set -eu
nightdesk db migrate
airflow db migrate
airflow pools set news_crawl "${NIGHTDESK_CRAWL_SLOTS:-4}" "Sources that are crawled at the same time."
airflow users create --role Admin --username "$ADMIN_USER" --password "$ADMIN_PASSWORD" \
    --email "$ADMIN_EMAIL" --firstname Night --lastname Desk
