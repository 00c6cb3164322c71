"""
### Crawl: from news sites to the raw store

Runs on `NIGHTDESK_SCHEDULE` (cron, by the clock of `NIGHTDESK_SCHEDULE_TIMEZONE`). **plan** picks the sources that are
due by their own schedule; **crawl** fetches their lists and pages, and keeps what the sites sent as WARC files (up to
50 sources have a task each; more sources share 6 to 60 tasks of about the same length); **publish** hands the run over
to `news_extract` with every source that delivered anything; **verdict** turns the run red when `NIGHTDESK_FAILED_SHARE`
of the sources failed.

If no source is followed, the run is red and says so: **plan** found no file in the sources folder. If sources are
followed and none is due, the run is green.

A red source stops no other. A source that an earlier run is still crawling is left alone: its task is skipped, and
its log says so.

*By hand*: trigger it with the names of the sources to crawl, whether due or not. Without a key the run gets the key
of the moment, with seconds. Clearing a crawl task crawls again under the same key and adds a file; nothing is
rewritten.
"""

from pipelines.airflow import night_dags

dag = night_dags.crawl_dag(__doc__)
