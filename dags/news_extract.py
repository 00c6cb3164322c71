"""
### Extract: from the raw store to article files

Starts when `news_crawl` hands a run over. Reads the WARC files of each source, finds the article on each page, and
writes the article to `articles/<source>/<run>.jsonl` in the data folder. If a page is no article, it writes the reason
there. Nothing is fetched, so a run can be cleared and run again at any time with the same result.

*By hand*: trigger it with a run key to extract that run again, for all of its sources or some.
"""

from pipelines.airflow import night_dags

dag = night_dags.extract_dag(__doc__)
