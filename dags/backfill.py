"""
### Backfill: what a site published before it was followed

Started by hand, with a followed source and the wanted days. **look** reads the site's own lists as far back as the
request goes, with the source's delay, and says which months the lists name and which can't be reached. **approve** then
waits for a person: *Required Actions* shows the months. **want** stores which addresses are to be fetched, up to the
number in the form. **fetch** fetches them, some hundred pages in each run, and takes turns with the nights. Nobody is
told of these articles. If a run ends at any moment, a new run with the same form goes on. After a week without an
answer nothing is fetched.

The same by command line: `nightdesk backfill SOURCE --from DAY --to DAY`.
"""

from pipelines.airflow import form_dags

dag = form_dags.backfill_dag(__doc__)
