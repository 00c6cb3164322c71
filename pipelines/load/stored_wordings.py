"""Each wording of an article is stored once: the newest in the article, earlier ones in their revisions.

Load writes wordings so. `backfill` removes those that older versions stored twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipelines.load import migration_batches
from pipelines.settings import Settings
from pipelines.stores import postgres

# Articles of one transaction: some tenths of a second, and a load that wants one of them waits so long.
BATCH = 500
BACKFILL = "wordings"


def backfill(settings: Settings, on_batch: Callable[[int], None] = lambda done: None) -> int:
    """Remove the newest wording from the revisions if it is stored twice; gives how many articles."""
    return migration_batches.run(settings, BACKFILL, "wordings_twice", BATCH, _keep_once, on_batch)


def _keep_once(conn: postgres.Connection, rows: Sequence[postgres.Row]) -> None:
    postgres.execute(conn, "wordings_once", ids=[row["id"] for row in rows])
