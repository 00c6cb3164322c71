"""
### Digest: what is collected goes out when its time has come

Every ten minutes. **send** hands over the collected messages that are due, hourly, nightly or weekly by the clock of
their reader, and what came in a watch's quiet times once these are over; and with them all else that waits in the
outbox. A collected message is written as its alerts come, in the transaction that matched them: this Dag only sends.

The same by command line: `nightdesk notify send`.
"""

from pipelines.airflow import service_dags

dag = service_dags.digest_dag(__doc__)
