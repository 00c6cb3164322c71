"""
### Backfill: what a site published before it was followed

Started by hand, with a followed source and the days that are wanted. **look** reads the site's own lists as far back as
is asked, with the source's delay, and says which months they name and which can't be reached. **approve** then waits
for a person: *Required Actions* shows the months. **want** writes down which addresses are to be fetched, so many at
most, and **fetch** fetches them, some hundred pages a run and by turns with the nights; nobody is told of them. Ended
at any moment, the same again goes on. After a week without an answer nothing is fetched.

The same by command line: `nightdesk backfill SOURCE --from DAY --to DAY`.
"""

from pipelines.airflow import form_dags

dag = form_dags.backfill_dag(__doc__)
