"""Batch work of upkeep on articles that are older than a migration: newest first, in short transactions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipelines.load import policy
from pipelines.settings import Settings
from pipelines.stores import postgres


def run(
    settings: Settings,
    name: str,
    lacking: str,
    at_once: int,
    keep: Callable[[postgres.Connection, Sequence[postgres.Row]], None],
    on_batch: Callable[[int], None],
) -> int:
    """Pass the articles that the statement `lacking` finds to `keep`, `at_once` of them each time; gives their number.

    After a kill, the next call continues. `on_batch` gets the number done so far.
    """
    done = 0
    with postgres.connection(settings, application=f"nightdesk {name}") as conn:
        while True:
            with conn:
                at = postgres.row(conn, "backfill_hold", of=name, on_for=policy.BACKFILL_ON_FOR)
                if at is None:
                    return done
                rows = postgres.query(conn, lacking, below=at["below"], count=at_once)
                keep(conn, rows)
                passed = not rows and at["below"] is None
                postgres.execute(
                    conn,
                    "backfill_note",
                    of=name,
                    below=rows[-1]["id"] if rows else None,
                    found=at["found"] + len(rows),
                    passed=passed,
                )
            if passed:
                return done
            done += len(rows)
            on_batch(done)


def complete(conn: postgres.Connection, name: str) -> bool:
    """Whether a batch job has processed all articles."""
    state = postgres.row(conn, "backfill_state", of=name)
    return bool(state and state["passed_at"])
