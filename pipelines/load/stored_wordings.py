"""Each wording of an article once: the newest stands in the article, those before it in their revisions.

Load writes them so; `backfill` takes out what stands twice since before.
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
    """Take the newest wording out of the revisions where it stands twice; how many articles that were."""
    return migration_batches.run(settings, BACKFILL, "wordings_twice", BATCH, _keep_once, on_batch)


def _keep_once(conn: postgres.Connection, rows: Sequence[postgres.Row]) -> None:
    postgres.execute(conn, "wordings_once", ids=[row["id"] for row in rows])
