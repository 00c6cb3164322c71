"""
### Import: pages that others saved, into the archive

Started by hand, with the name of a file or folder in the folder `imports` of the data folder: WARC files, or a list
with an address on each line. **look** reads them and says how many pages of which sources are in them. **approve** then
waits for a person: *Required Actions* shows what was found. **bring_in** takes the pages through extract and load,
marked as imported; nobody is told of their articles. If a run ends at any moment, a new run with the same form goes on.
After a week without an answer nothing is imported.

The same by command line: `nightdesk import FILE|URL-LIST|FOLDER`.
"""

from pipelines.airflow import form_dags

dag = form_dags.import_dag(__doc__)
