"""The records of the Desk's list of followed sources, and the record of one source in full."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from pipelines.codes import RunState, Thing
from pipelines.desk import actions, desk_records, policy
from pipelines.model import Source
from pipelines.sources import folders
from pipelines.stores import postgres, templates

Record = dict[str, Any]

# Of the fields of `desk_records.sources`, a line of the list takes only these, because a thousand lines are sent at
# once.
LISTED = (
    "name", "title", "direction", "language", "started_at", "state", "message", "new", "undecided", "articles",
    "newest_fetched_at",
)  # fmt: skip
# The record of one source in full takes these further fields of `desk_records.sources`.
IN_FULL = ("url", "run", "outcomes", "quiet", "health")
# A run has this many stages for one source: crawl, extract and load. Alert is one stage for all sources.
STAGES = 3


def list_followed(conn: postgres.Connection, followed: Sequence[Source], *, now: datetime) -> list[Record]:
    """Each followed source with its last run, country, `standing` (the state of its health, or empty), `troubles` and
    `paused_at`.

    The order is the same as in `desk_records.sources`: sources that need a look come first.
    `rejected`, `lost`: numbers of URLs of the last run; lost URLs failed or were blocked.
    """
    return _lines(conn, followed, desk_records.sources(conn, followed, now=now))


def days(conn: postgres.Connection, names: Sequence[str], *, now: datetime) -> dict[str, list[int]]:
    """How many new articles each source had on each of the last days (UTC): name -> the counts, oldest day first.
    Sources without new articles are left out."""
    first = _first_day(now)
    found: dict[str, list[int]] = {}
    for row in postgres.query(conn, "desk_daily", sources=list(names), since=now - policy.DAYS_SHOWN):
        counts = [0] * policy.DAYS_SHOWN.days
        for day, new in zip(row["days"], row["news"], strict=True):
            at = (day - first).days
            if 0 <= at < len(counts):
                counts[at] = new
        found[row["source"]] = counts
    return found


def in_full(conn: postgres.Connection, source: Source, *, now: datetime) -> Record:
    """The record of one source: its line of the list, its newest runs with their stages, its lists, the ends of its
    URLs in these runs, its template and its history."""
    rows = desk_records.sources(conn, [source], now=now)
    (line,) = _lines(conn, [source], rows)
    stages = postgres.query(conn, "desk_runs_of_source", source=source.name, count=policy.RUNS_OF_SOURCE * STAGES)
    runs = _by_run(stages)
    return {
        **line,
        **{key: rows[0][key] for key in IN_FULL},
        "days": days(conn, [source.name], now=now).get(source.name, [0] * policy.DAYS_SHOWN.days),
        "first_day": _first_day(now),
        "schedule": source.schedule,
        "timezone": source.timezone,
        "runs": runs,
        "ends": _ends(conn, source.name, [run["run"] for run in runs]),
        "lists": postgres.query(conn, "desk_lists", source=source.name, count=policy.LISTS_SHOWN),
        "template": _template(templates.newest(conn, source.name)),
        "history": actions.history(conn, Thing.SOURCE, source.name),
    }


def choices(followed: Iterable[Source]) -> list[Record]:
    """The sources that a person may choose from, by their titles: `name`, `title`."""
    named = ({"name": source.name, "title": source.title} for source in followed)
    return sorted(named, key=lambda one: one["title"].casefold())


def _lines(conn: postgres.Connection, followed: Sequence[Source], rows: Sequence[Record]) -> list[Record]:
    countries = {source.name: source.country for source in followed}
    troubles, paused = _troubles(conn, rows), folders.find_paused(conn)
    return [
        {
            **{key: row[key] for key in LISTED},
            "country": countries[row["name"]],
            "rejected": row["outcomes"]["rejected"],
            "lost": row["outcomes"]["failed"] + row["outcomes"]["blocked"],
            "standing": row["health"]["state"],
            "troubles": troubles.get(row["name"], []),
            "paused_at": paused.get(row["name"]),
        }
        for row in rows
    ]


def _first_day(now: datetime) -> date:
    return (now - policy.DAYS_SHOWN + timedelta(days=1)).date()


def _troubles(conn: postgres.Connection, rows: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    quiet = {row["name"]: row["quiet"] for row in rows}
    found: dict[str, list[str]] = {}
    for row in postgres.query(conn, "desk_troubles", sources=list(quiet)):
        # A new article ends a silence, even if health was not checked since.
        if row["kind"] != "silent" or quiet[row["source"]]:
            found.setdefault(row["source"], []).append(row["kind"])
    return found


def _by_run(stages: Sequence[postgres.Row]) -> list[Record]:
    """The stages grouped by run, newest first: `run`, `started_at`, `ended_at`, `one_page`, `stages`, `new`."""
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
        run["state"] = next((str(word) for word in desk_records.WORST_FIRST if word in words), str(RunState.DONE))
    # A stage that ran again later, for example because a held run was released, does not make its run newer.
    return sorted(runs.values(), key=lambda run: run["started_at"], reverse=True)[: policy.RUNS_OF_SOURCE]


def _ends(conn: postgres.Connection, name: str, runs: Sequence[str]) -> list[Record]:
    """The ends of these runs' article URLs: `state`, `code`, `reason`, `urls`; a URL counts in each of its runs."""
    counted: dict[tuple[str, str], Record] = {}
    for end in postgres.query(conn, "desk_outcomes", runs=list(runs), sources=[name] * len(runs)):
        one = counted.setdefault((end["state"], end["code"]), {**end, "urls": 0})
        one["urls"] += end["urls"]
    return sorted(counted.values(), key=lambda one: -one["urls"])


def _template(stored: templates.TemplateVersion | None) -> Record | None:
    if stored is None:
        return None
    return {
        "version": stored.version,
        "learned_at": stored.learned_at,
        "pages": stored.pages,
        "agreement": stored.agreement,
        "drifted_run": stored.drifted_run,
    }
