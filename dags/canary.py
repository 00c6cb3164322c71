"""
### Canary: every hour, if NIGHTDESK_CANARY names a channel

An article of the demo newsroom, served on loopback, goes the whole way of every article: crawl, extract, load, alert,
outbox, channel. If its alert does not come out within five minutes, a message goes directly to the channel of
`NIGHTDESK_CANARY`. The canary has a folder and a database of its own: nothing of it is in the archive, and nobody gets
its alerts.

The same by command line: `nightdesk canary`.
"""

from pipelines.airflow import service_dags

dag = service_dags.canary_dag(__doc__)
