"""
### Follow: from a bare address to a followed source

Started by hand, with the address of a site in the form. **probe** looks for its feeds, sitemaps and sections, learns
what the addresses of its articles look like, and extracts ten of them. Its log tells what it found or, if the task
fails, why, and what to try. **approve** then waits for a person: *Required Actions* shows the samples with a verdict
each, the evidence, and what would be written. **keep** writes that file into the sources folder, and the next run of
`news_crawl` takes the source. After a week without an answer nothing is written.

The same by command line: `nightdesk follow ADDRESS`.
"""

from pipelines.airflow import form_dags

dag = form_dags.follow_dag(__doc__)
