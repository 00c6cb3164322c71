"""The quarantine: runs whose articles are held, because they are unlike the earlier articles of their source.

No table has articles of such a run. Its article file stays, its URLs are marked as held, and the tally of load counts
its articles as held. A release loads the file like any other file. A rejection sets the URLs of the run to `rejected`.
A release or a rejection is one transaction; done a second time, it changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from pipelines import text
from pipelines.codes import HeldState
from pipelines.errors import NightdeskError
from pipelines.load import drift, file_rows, policy
from pipelines.model import Article
from pipelines.settings import Settings
from pipelines.stores import articlefile, postgres

# These are names of counts in load's Tally.
HELD, HELD_AND_REJECTED = "held", "held and rejected"


@dataclass(frozen=True, kw_only=True)
class HeldRun:
    """A run of a source in the quarantine.

    articles: how many articles it has.
    reason: why it was held, in English.
    drifts: the reason as codes of `DriftKind`, each with its figures; empty in rows of older versions, which had no
    such codes.
    since: when the first of its pages was fetched.
    """

    id: int
    source: str
    run: str
    state: HeldState
    reason: str
    drifts: Sequence[Mapping[str, Any]]
    articles: int
    since: datetime
    held_at: datetime
    decided_at: datetime | None
    decided_by: str


def judge(conn: postgres.Connection, lines: Sequence[file_rows.Row], sources: Sequence[str], run: str) -> str:
    """Hold the articles of a source if they are unlike its earlier ones; gives a sentence that says why, empty if
    nothing must be held.

    Part of the load's transaction. lines: the lines of these sources' article files. The sources are judged one after
    the other. At the first one whose articles must be held the function holds them and gives its sentence, and does not
    judge the others. Three kinds of runs are not judged: one that was loaded before, a run of a backfill or an import,
    and a run that a person released. A run that a person rejected is not judged again: the function gives the reason
    for which it was held, so that it is not loaded.
    """
    undecided: dict[str, list[file_rows.Row]] = {}
    for row in postgres.query(conn, "drift_lines", run=run, sources=list(sources)):
        undecided.setdefault(row["source"], []).append(lines[row["n"] - 1])
    kept = {
        one.source: one
        for one in map(_read_held, postgres.query(conn, "quarantine_of_run", sources=list(sources), run=run))
    }
    for source in sources:
        why, drifts = _judge_source(conn, undecided.get(source, []), kept.get(source), source, run)
        if why:
            told = postgres.json([asdict(one) for one in drifts])
            postgres.execute(conn, "hold_run", source=source, run=run, reason=why, drifts=told)
            postgres.execute(conn, "hold_urls", source=source, reason=f"held: {why}")
            return why
    return ""


def _judge_source(
    conn: postgres.Connection, rows: Sequence[file_rows.Row], kept: HeldRun | None, source: str, run: str
) -> tuple[str, list[drift.Drift]]:
    if kept and kept.state == HeldState.REJECTED:
        return kept.reason, []
    if (kept and kept.state == HeldState.RELEASED) or not rows:
        return "", []
    before = [
        {**row, "measured": _read_measured(row)}
        for row in postgres.query(conn, "drift_before", source=source, run=run, count=policy.DRIFT_BEFORE)
    ]
    # A small run is filled up with the newest articles before it; they count like articles of the run.
    borrowed = max(0, policy.DRIFT_ARTICLES - len(rows))
    sample = [
        drift.measure_article(
            row["words"],
            row["published_at"] is not None,
            text.clean(article.title),
            text.clean(article.text),
        )
        for row, article in ((row, file_rows.read_article(row)) for row in rows)
    ] + [row["measured"] for row in before[:borrowed]]
    usual = before[borrowed:]
    drifts = drift.find(sample, [row["measured"] for row in usual])
    accepted = postgres.row(conn, "released_since", source=source)
    if drifts and accepted and accepted["since"]:
        # After a release, only the released articles and later ones are the usual ones. If they are few, they are
        # repeated, because `drift.find` finds nothing if there are fewer than DRIFT_KNOWN. If there is none of them,
        # the new articles cannot be compared with anything, so they are not held.
        like = [row["measured"] for row in usual if row["fetched_at"] >= accepted["since"]]
        repeated = like * (1 + policy.DRIFT_KNOWN // max(1, len(like)))
        drifts = drifts if drift.find(sample, repeated) else []
    return drift.describe(drifts), drifts


def counts(conn: postgres.Connection, source: str, run: str) -> dict[str, int]:
    """The counts of a load whose articles are held, or were rejected by a person before."""
    kept = _row(conn, source, run)
    return {HELD if kept.state == HeldState.HELD else HELD_AND_REJECTED: kept.articles} if kept else {}


def sentence(counted: Mapping[str, int], why: str) -> str:
    """The sentence about held articles; empty if there are none."""
    if not counted.get(HELD):
        return ""
    many = f"{counted[HELD]} articles are" if counted[HELD] > 1 else "1 article is"
    return (
        f"{many} held, because they are not like those before: {why}. "
        "Release or reject them on the source's page of the Desk, or by `nightdesk quarantine`."
    )


def let_go(conn: postgres.Connection, sources: Sequence[str], run: str, who: str = "") -> None:
    """Store that a held run of these sources is loaded now, in the load's transaction."""
    postgres.execute(conn, "release_run", sources=list(sources), run=run, who=who)


def list_held(conn: postgres.Connection, *, every: bool = False) -> list[HeldRun]:
    """The runs that are held, the newest first. every: also the runs that were released or rejected."""
    return [_read_held(row) for row in postgres.query(conn, "quarantined", every=every)]


def find(conn: postgres.Connection, name: str, run: str = "") -> list[HeldRun]:
    """The runs of the quarantine with this number or of this source, oldest first; NightdeskError if there is none.

    If `name` is a source and `run` is empty, only held runs are given; in any other case also runs that were released
    or rejected.
    """
    rows = [_read_held(row) for row in postgres.query(conn, "quarantined", every=True)]
    wanted = [one for one in rows if (str(one.id) == name or one.source == name) and run in ("", one.run)]
    if not run and not name.isdigit():
        wanted = [one for one in wanted if one.state == HeldState.HELD]
    if not wanted:
        raise NightdeskError(
            f"Nothing of {name}{f' in run {run}' if run else ''} is in the quarantine; `nightdesk quarantine list "
            "--all` shows what is and what was."
        )
    return sorted(wanted, key=lambda one: one.run)


def of_run(conn: postgres.Connection, source: str, run: str) -> HeldRun:
    """A run of a source that is or was held; NightdeskError if it never was."""
    held = _row(conn, source, run)
    if held is None:
        raise NightdeskError(f"Run {run} of {source} is not in the quarantine.")
    return held


def lock_decision(conn: postgres.Connection, source: str, run: str) -> bool:
    """Lock the decision on a run until the caller's transaction ends; False if somebody else has locked it."""
    return bool(postgres.query(conn, "load_lock_decision", source=source, run=run)[0]["locked"])


def read_articles(settings: Settings, held: HeldRun) -> Iterator[Article]:
    """The articles of a held run as they would be stored, one at a time; StoreError if their file is gone or cannot be
    read.
    """
    for line in articlefile.read(articlefile.path(settings, held.source, held.run)):
        if line.article:
            yield line.article


def reject(conn: postgres.Connection, held: HeldRun, fetches: Sequence[int], who: str = "") -> int:
    """Leave out the articles of a held run, in the caller's transaction; gives the number of URLs that it rejected.

    fetches: the ids of the fetches in its article file. Their pages are looked at again, like pages that were no
    article. NightdeskError if the run was released, also if that happened while this function waited for another load.
    """
    postgres.query(conn, "load_lock_until_commit", source=held.source)
    check_reject(of_run(conn, held.source, held.run))
    postgres.execute(
        conn, "reject_urls", source=held.source, run=held.run, fetches=list(fetches), after=policy.REJECTED_LOOK_AFTER
    )
    postgres.execute(conn, "reject_run", source=held.source, run=held.run, who=who)
    # An earlier call may have rejected these URLs, and been killed before it returned. So they are counted in the
    # ledger.
    return int(postgres.query(conn, "rejected_urls", source=held.source, run=held.run)[0]["urls"])


def check_release(held: HeldRun) -> None:
    """Raise NightdeskError if a run can no longer be released."""
    if held.state == HeldState.REJECTED:
        raise NightdeskError(f"Run {held.run} of {held.source} was rejected: its pages are looked at again anyway.")


def check_reject(held: HeldRun) -> None:
    """Raise NightdeskError if a run can no longer be rejected."""
    if held.state == HeldState.RELEASED:
        raise NightdeskError(f"Run {held.run} of {held.source} was released: its articles are in the archive.")


def _row(conn: postgres.Connection, source: str, run: str) -> HeldRun | None:
    row = postgres.row(conn, "quarantine_of_run", sources=[source], run=run)
    return _read_held(row) if row else None


def _read_held(row: Mapping[str, Any]) -> HeldRun:
    return HeldRun(**{**row, "state": HeldState(row["state"])})


def _read_measured(row: Mapping[str, Any]) -> drift.ArticleMeasures:
    return drift.measure_article(row["words"], row["dated"], row["title"], row["text"])
