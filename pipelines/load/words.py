"""The search index: the words of every article, as rows that `nightdesk search` selects its candidates by.

Load writes them in its own transaction; `backfill` makes those of articles that were loaded before there was an index.
How many words a text has is another thing: pipelines.text.words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipelines.load import policy
from pipelines.query import vectors
from pipelines.query.asked import FIELDS
from pipelines.settings import Settings
from pipelines.stores import postgres

# Articles of one transaction of the backfill: half a second, and a load that wants one of them waits so long.
BATCH = 200
BACKFILL = "words"
COLUMNS = ("article_id", "part", "shape", "source", "language", "dated", "loaded_at", "words")


def keep_loaded(conn: postgres.Connection) -> None:
    """Put the articles that this transaction of load wrote into the index."""
    _keep(conn, postgres.query(conn, "load_unindexed"))


def backfill(settings: Settings, on_batch: Callable[[int], None] = lambda done: None) -> int:
    """Put into the index what is missing there, newest first, in short transactions; how many articles that were.

    Killed, it goes on where it was. on_batch hears how many are done so far.
    """
    done = 0
    with postgres.connection(settings, application="nightdesk index") as conn:
        while True:
            with conn:
                at = postgres.row(conn, "backfill_hold", of=BACKFILL, on_for=policy.BACKFILL_ON_FOR)
                if at is None:
                    return done
                rows = postgres.query(conn, "words_unindexed", below=at["below"], count=BATCH)
                _keep(conn, rows)
                passed = not rows and at["below"] is None
                postgres.execute(
                    conn,
                    "backfill_note",
                    of=BACKFILL,
                    below=rows[-1]["id"] if rows else None,
                    found=at["found"] + len(rows),
                    passed=passed,
                )
            if passed:
                return done
            done += len(rows)
            on_batch(done)


def complete(conn: postgres.Connection) -> bool:
    """Whether every article is in the index."""
    state = postgres.row(conn, "backfill_state", of=BACKFILL)
    return bool(state and state["passed_at"])


def _keep(conn: postgres.Connection, rows: Sequence[postgres.Row]) -> None:
    if not rows:
        return
    made: list[tuple[object, ...]] = []
    known: set[str] = set()
    for row in rows:
        lines, words = vectors.vectors({name: row[name] for name in FIELDS}, row["authors"])
        known |= words
        about = (row["source"], row["language"], row["dated"], row["loaded_at"])
        made += [(row["id"], line.part, int(line.shape), *about, line.words) for line in lines]
    postgres.execute(conn, "words_drop", ids=[row["id"] for row in rows])
    postgres.copy(conn, "article_words", COLUMNS, made)
    postgres.execute(conn, "words_known", words=sorted(known))
