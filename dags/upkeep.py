"""
### Upkeep: every hour

**health** tells the operators, once, of sources that went quiet or whose pages changed; **outbox** sends what still
waits; **golden_pages** reads the golden pages of the sources again and tells the operators, once, which facts they no
longer give; **search_index** and **wordings** bring the rows of older versions into today's form, in batches;
**raw_files** takes raw files of earlier versions into the chain of their source, and deletes those older than
`NIGHTDESK_KEEP_RAW_DAYS` whose URLs are all decided, and article files, earlier wordings and rows of the ledger that
are older than `NIGHTDESK_KEEP_TEXT_DAYS` and `NIGHTDESK_KEEP_LEDGER_DAYS` say.

Airflow's own database cannot be cleaned by a task; docs/operations.md has the command.
"""

from pipelines.airflow import service_dags

dag = service_dags.upkeep_dag(__doc__)
