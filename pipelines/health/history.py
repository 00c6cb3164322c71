"""The known past of a source: its looks, read from the rows that each stage of a run writes to `runs`.

The rows hold the counts of each run, so nothing is counted here. An index finds the newest rows of a source.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pipelines.codes import Reason
from pipelines.health import policy
from pipelines.health.usual import SourceLook
from pipelines.stores import postgres

# If extract rejected a page for one of these reasons, the site showed a wall or an error instead of an article.
WALLS = (
    Reason.SOFT_404, Reason.CONSENT, Reason.CHALLENGE, Reason.ERROR_PAGE, Reason.REGION, Reason.PAYWALL,
)  # fmt: skip
# A date with one of these precisions has a time of day.
PRECISE = ("second", "minute")


@dataclass(frozen=True, kw_only=True)
class History:
    """The looks of a source, oldest first; when it last gave an article; and its last run, stage by stage."""

    looks: Sequence[SourceLook]
    yielded_at: datetime | None
    run: str
    stages: Sequence[postgres.Row]


def read(conn: postgres.Connection, source: str, now: datetime) -> History:
    """The history of a source up to `now`, read in the caller's transaction.

    The only thing that is read of the articles is when the newest one was published. This becomes `newest` of the last
    look with new articles.

    Left out are, among others, runs for one page, for a backfill or for an import, and runs for which none of the
    source's lists was due; the statement `looks_of_source` names all.
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
    given = next((n for n in range(len(looks) - 1, -1, -1) if looks[n].heard and looks[n].new), None)
    if given is not None:
        newest = postgres.row(
            conn, "newest_of_source", source=source, now=now, count=policy.NEWEST_ARTICLES, precise=list(PRECISE)
        )
        looks[given] = replace(looks[given], newest=newest["came_at"] if newest else None)
    life = postgres.row(conn, "life_of_source", source=source, now=now) or {}
    return History(looks=looks, yielded_at=life["yielded_at"], run=life["run"] or "", stages=life["stages"] or ())
