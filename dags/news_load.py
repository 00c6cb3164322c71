"""
### Load: from article files to Postgres

Starts when `news_extract` hands a run over. Each source of the run is loaded in one transaction, and small ones share
one: articles, revisions, changes, and how each URL ended. A second run changes nothing.

*By hand*: trigger it with a run key to load that run again, for all of its sources or some.
"""

from pipelines.airflow import night_dags

dag = night_dags.load_dag(__doc__)
