"""
### Alert: from what changed to people

Starts when `news_load` hands a run over. **match** compares every unmatched change with the watches; **send** delivers
the messages that wait in the outbox. If a channel does not take a delivery, the delivery waits, and is tried again
after growing pauses, here and by `upkeep`.

A channel's address comes from the environment (`NIGHTDESK_CHANNEL_<NAME>`) or from the password of the Airflow
connection `nightdesk_channel_<name>`; it never appears in a log.
"""

from pipelines.airflow import night_dags

dag = night_dags.alert_dag(__doc__)
