"""
### Canary: every hour, where NIGHTDESK_CANARY names a channel

An article of the demo newsroom, served on loopback, goes the whole way of every article: crawl, extract, load, alert,
outbox, channel. Where its alert does not come out within five minutes, the channel of `NIGHTDESK_CANARY` is told,
directly. It has a folder and a database of its own: nothing of it is in the archive, or goes to anybody.

The same by command line: `nightdesk canary`.
"""

from pipelines.airflow import service_dags

dag = service_dags.canary_dag(__doc__)
