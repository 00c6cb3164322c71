#!/bin/sh
# Removes what Airflow remembers of old runs; no task can do this, for tasks may not reach Airflow's database.
set -eu
before=$(date -u -d "-${KEEP_AIRFLOW_DAYS:-60} days" +%Y-%m-%dT%H:%M:%S+00:00)
airflow db clean --clean-before-timestamp "$before" --skip-archive --error-on-cleanup-failure --yes
airflow state-store clean
