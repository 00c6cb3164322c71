"""
### Alert: from what changed to people

Starts when `news_load` hands a run over. **match** holds every change that nobody has looked at against the
watches; **send** delivers what waits in the outbox. A delivery that a channel does not take waits and is tried
again with growing pauses, here and by `upkeep`.

A channel's address comes from the environment (`NIGHTDESK_CHANNEL_<NAME>`) or from the password of the Airflow
connection `nightdesk_channel_<name>`; it never appears in a log.
"""

from pipelines.airflow import night_dags

dag = night_dags.alert_dag(__doc__)
