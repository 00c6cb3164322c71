"""Stores each wording of an article once: the newest in the article, earlier ones in their revisions.

Load writes wordings in this way. `backfill` is upkeep's work on older articles: it removes wordings that older versions
of Nightdesk stored twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipelines.load import migration_batches
from pipelines.settings import Settings
from pipelines.stores import postgres

# `backfill` changes this many articles in one transaction. The transaction takes some tenths of a second, and a load of
# the same article waits for it.
BATCH = 500
BACKFILL = "wordings"


def backfill(settings: Settings, on_batch: Callable[[int], None] = lambda done: None) -> int:
    """Remove the newest wording from the revisions if it is stored twice; gives the number of articles."""
    return migration_batches.run(settings, BACKFILL, "wordings_twice", BATCH, _keep_once, on_batch)


def _keep_once(conn: postgres.Connection, rows: Sequence[postgres.Row]) -> None:
    postgres.execute(conn, "wordings_once", ids=[row["id"] for row in rows])
