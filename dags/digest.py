"""
### Digest: collected messages go out when they are due

Every ten minutes. **send** hands over the collected messages that are due: hourly, nightly or weekly by the clock of
their reader, and after the end of a watch's quiet times. It also sends everything else that waits in the outbox. Alerts
are written into a collected message in the transaction that matched them; this Dag only sends the message.

The same by command line: `nightdesk notify send`.
"""

from pipelines.airflow import service_dags

dag = service_dags.digest_dag(__doc__)
