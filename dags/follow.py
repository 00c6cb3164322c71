"""
### Follow: from a bare address to a followed source

Started by hand, with the address of a site in the form. **probe** looks for its feeds, sitemaps and sections, learns
what the addresses of the site's articles look like, and extracts ten articles. The log of **probe** tells what was
found. If the task fails, the log says why, and what to try. **approve** then waits for a person: *Required Actions*
shows the samples with a verdict each, the evidence, and what would be written. **keep** writes the approved file into
the sources folder, and the next run of `news_crawl` takes the source. After a week without an answer nothing is
written.

The same by command line: `nightdesk follow ADDRESS`.
"""

from pipelines.airflow import form_dags

dag = form_dags.follow_dag(__doc__)
