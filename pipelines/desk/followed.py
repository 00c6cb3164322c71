"""The followed sources as the Desk lists them, each with its month, and one of them in full."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from pipelines.codes import RunState, Thing
from pipelines.desk import actions, policy, records
from pipelines.model import Source
from pipelines.sources import folders
from pipelines.stores import postgres, templates

Record = dict[str, Any]

# Of `records.sources`, what a line of the list shows.
LISTED = (
    "name", "title", "direction", "language", "url", "run", "started_at", "state", "message", "outcomes", "new",
    "undecided", "articles", "newest_fetched_at", "quiet",
)  # fmt: skip
# Stages of one run.
STAGES = 3


def listed(conn: postgres.Connection, followed: Sequence[Source], *, now: datetime) -> list[Record]:
    """Each followed source: its last run, country, troubles (codes of health), new articles a day, the oldest first.

    In the order of `records.sources`: what needs a look comes first.
    """
    rows = records.sources(conn, followed, now=now)
    countries = {source.name: source.country for source in followed}
    days = _days(conn, list(countries), now)
    troubles, paused = _troubles(conn, rows), folders.paused(conn)
    return [
        {
            **{key: row[key] for key in LISTED},
            "country": countries[row["name"]],
            "troubles": troubles.get(row["name"], []),
            "days": days[row["name"]],
            "paused_at": paused.get(row["name"]),
        }
        for row in rows
    ]


def in_full(conn: postgres.Connection, source: Source, *, now: datetime) -> Record:
    """One source: its line of the list, its runs by stage, lists, where its URLs ended lately, template and history."""
    (row,) = listed(conn, [source], now=now)
    stages = postgres.query(conn, "desk_runs_of_source", source=source.name, count=policy.RUNS_OF_SOURCE * STAGES)
    runs = _by_run(stages)
    return {
        **row,
        "first_day": (now - policy.DAYS_SHOWN + timedelta(days=1)).date(),
        "schedule": source.schedule,
        "timezone": source.timezone,
        "runs": runs,
        "ends": _ends(conn, source.name, [run["run"] for run in runs]),
        "lists": postgres.query(conn, "desk_lists", source=source.name, count=policy.LISTS_SHOWN),
        "template": _template(templates.newest(conn, source.name)),
        "history": actions.history(conn, Thing.SOURCE, source.name),
    }


def _days(conn: postgres.Connection, names: Sequence[str], now: datetime) -> dict[str, list[int]]:
    """Name -> its new articles on each of the last days, the oldest first."""
    length = policy.DAYS_SHOWN.days
    first: date = (now - policy.DAYS_SHOWN + timedelta(days=1)).date()
    found = {name: [0] * length for name in names}
    for row in postgres.query(conn, "desk_daily", sources=list(names), since=now - policy.DAYS_SHOWN):
        at = (row["day"] - first).days
        if 0 <= at < length:
            found[row["source"]][at] = row["new"]
    return found


def _troubles(conn: postgres.Connection, rows: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    quiet = {row["name"]: row["quiet"] for row in rows}
    found: dict[str, list[str]] = {}
    for row in postgres.query(conn, "desk_troubles", sources=list(quiet)):
        # A silence that something came after is over, though health has not looked since.
        if row["kind"] != "silent" or quiet[row["source"]]:
            found.setdefault(row["source"], []).append(row["kind"])
    return found


def _by_run(stages: Sequence[postgres.Row]) -> list[Record]:
    """The stages of each run together, the newest run first: run, started_at, ended_at, one_page, stages, new."""
    runs: dict[str, Record] = {}
    for stage in stages:
        run = runs.setdefault(
            stage["run"], {"run": stage["run"], "one_page": False, "new": 0, "ended_at": None, "stages": []}
        )
        run["started_at"] = stage["started_at"]
        run["ended_at"] = max(filter(None, (run["ended_at"], stage["ended_at"])), default=None)
        run["one_page"] |= stage["one_page"]
        if stage["stage"] == "load":
            run["new"] += stage["counts"].get("new", 0)
        kept = ("stage", "state", "message", "started_at", "ended_at")
        run["stages"].insert(0, {key: stage[key] for key in kept})
    for run in runs.values():
        words = [stage["state"] for stage in run["stages"]]
        run["state"] = next((str(word) for word in records.WORST_FIRST if word in words), str(RunState.DONE))
    return list(runs.values())[: policy.RUNS_OF_SOURCE]


def _ends(conn: postgres.Connection, name: str, runs: Sequence[str]) -> list[Record]:
    """Where the article URLs of these runs ended: state, code, reason, urls; a URL counts in each of its runs."""
    counted: dict[tuple[str, str], Record] = {}
    for end in postgres.query(conn, "desk_outcomes", runs=list(runs), sources=[name] * len(runs)):
        one = counted.setdefault((end["state"], end["code"]), {**end, "urls": 0})
        one["urls"] += end["urls"]
    return sorted(counted.values(), key=lambda one: -one["urls"])


def _template(stored: templates.Stored | None) -> Record | None:
    if stored is None:
        return None
    return {
        "version": stored.version,
        "learned_at": stored.learned_at,
        "pages": stored.pages,
        "agreement": stored.agreement,
        "drifted_run": stored.drifted_run,
    }
