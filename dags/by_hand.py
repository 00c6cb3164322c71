"""
### By hand: what a person asks for at the Desk

Started by the Desk, with what is to be done and with which source in the form; what came of it is the task's result.

- **check**: look at a source's site again, and say what of its file no longer holds
- **learn**: learn a source anew from its own pages
- **reread**: read a source's stored pages with today's extractor, and report what would change; nothing changes yet
- **apply**, **undo**: load such a trial as our correction, or take it back
- **release**, **reject**: load the articles of a held run after all, or leave them out
- **retention**: say which raw files, texts and rows of the ledger the next upkeep would take away

The same by command line: `nightdesk sources check`, `sources learn`, `extract --again`, `quarantine release`,
`upkeep --dry-run`.
"""

from pipelines.airflow import form_dags

dag = form_dags.by_hand_dag(__doc__)
