"""What is known of a source's past: its looks, out of the rows that each stage of a run leaves in `runs`.

Counts are kept there by run, and nothing is counted here: the newest rows of one source are looked up by an index.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pipelines.codes import Reason
from pipelines.health import policy
from pipelines.health.usual import SourceLook
from pipelines.stores import postgres

# What stands in the place of an article, so that it is the site that shows none.
WALLS = (
    Reason.SOFT_404, Reason.CONSENT, Reason.CHALLENGE, Reason.ERROR_PAGE, Reason.REGION, Reason.PAYWALL,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class History:
    """The looks of a source, the oldest first; when it last gave something; and its last run, stage by stage."""

    looks: Sequence[SourceLook]
    yielded_at: datetime | None
    run: str
    stages: Sequence[postgres.Row]


def read(conn: postgres.Connection, source: str, now: datetime) -> History:
    """What is known of a source by a moment, part of the caller's transaction.

    Runs for one page are left out, and those for which none of its lists was due.
    """
    rows = postgres.query(
        conn,
        "looks_of_source",
        source=source,
        now=now,
        within=policy.HISTORY,
        walls=[f"rejected: {reason}" for reason in WALLS],
        patience=policy.LOADED_WITHIN,
    )
    looks = [
        SourceLook(
            at=row["at"],
            heard=row["heard"],
            new=row["new"],
            pages=row["pages"],
            articles=row["articles"],
            walls=row["walls"],
            held=row["held"],
            behind=row["behind"],
            cause=row["code"],
        )
        for row in rows
    ]
    if looks and not looks[-1].heard:
        why = postgres.row(conn, "cause_of_run", source=source, run=rows[-1]["run"])
        if why:
            looks[-1] = replace(looks[-1], cause=why["code"] or looks[-1].cause, refused=why["refused"])
    life = postgres.row(conn, "life_of_source", source=source, now=now) or {}
    return History(looks=looks, yielded_at=life["yielded_at"], run=life["run"] or "", stages=life["stages"] or ())
