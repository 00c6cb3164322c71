"""
### Upkeep: every hour

**health** tells the operators, once, of sources that went quiet or whose pages changed; **outbox** sends what still
waits; **golden_pages** extracts the golden pages of the sources again and tells the operators, once, which facts are no
longer found; **search_index** and **wordings** bring the rows of older versions into today's form, in batches;
**raw_files** takes raw files of earlier versions into the chain of their source. **raw_files** also deletes raw files
older than `NIGHTDESK_KEEP_RAW_DAYS` whose URLs are all decided, article files and earlier wordings older than
`NIGHTDESK_KEEP_TEXT_DAYS`, and rows of the ledger older than `NIGHTDESK_KEEP_LEDGER_DAYS`.

Airflow's own database cannot be cleaned by a task; docs/operations.md has the command.
"""

from pipelines.airflow import service_dags

dag = service_dags.upkeep_dag(__doc__)
