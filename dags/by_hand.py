"""
### By hand: what a person asks for at the Desk

Started by the Desk. The form says what is to be done, and with which source. The task's result says how it ended.

- **check**: look at a source's site again, and say which lines of the source's file no longer hold
- **learn**: learn a source again from its own pages
- **reread**: read a source's stored pages with today's extractor, and report what would change; nothing changes yet
- **apply**, **undo**: load the result of a reread as a correction, or undo the correction
- **release**, **reject**: load the articles of a held run after all, or leave them out
- **retention**: list the raw files, texts and rows of the ledger that the next upkeep would delete

The same by command line: `nightdesk sources check`, `sources learn`, `extract --again`, `quarantine release`,
`upkeep --dry-run`.
"""

from pipelines.airflow import form_dags

dag = form_dags.by_hand_dag(__doc__)
