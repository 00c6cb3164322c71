"""Figures for Prometheus and OpenTelemetry: what each stage last did, what waits, how old the newest article is.

What each figure means is written once, in the class `Figure`; people, Prometheus and the docs all get this text.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pipelines.codes import Figure
from pipelines.crawl import host_locks
from pipelines.health import policy
from pipelines.model import Tally
from pipelines.settings import Settings
from pipelines.stores import postgres, runs

# In the counts of extract, the name of each reason of a rejection begins with this.
REJECTED = "rejected: "
# These counts of a stage are reported, each with its figure.
COUNTED = {
    ("crawl", "fetched"): Figure.PAGES,
    ("crawl", "bytes"): Figure.BYTES,
    ("crawl", "failed"): Figure.UNREACHED,
    ("extract", "pages"): Figure.PAGES,
    ("extract", "articles"): Figure.ARTICLES,
    ("extract", "undecided"): Figure.UNDECIDED,
    ("load", "new"): Figure.ARTICLES,
    ("load", "unaccounted"): Figure.UNACCOUNTED,
}


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One figure, its value and its labels."""

    figure: Figure
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


def of_tally(tally: Tally, seconds: float | None = None) -> Iterator[Measure]:
    """The figures of what a stage did for a source; the alert stage counts for all sources together."""
    labels = {"stage": tally.stage, **({"source": tally.source} if tally.source else {})}
    took = tally.counts.get("seconds") if seconds is None else seconds
    if took is not None:
        yield Measure(figure=Figure.SECONDS, value=took, labels=labels)
    yield Measure(figure=Figure.FAILED, value=float(tally.state == "failed"), labels=labels)
    for name, count in tally.counts.items():
        if figure := COUNTED.get((tally.stage, name)):
            yield Measure(figure=figure, value=count, labels=labels)
        elif name.startswith(REJECTED):
            reason = name.removeprefix(REJECTED)
            yield Measure(figure=Figure.REJECTED, value=count, labels={**labels, "reason": reason})


def measure(conn: postgres.Connection, sources: Sequence[str]) -> list[Measure]:
    """All current figures of these sources: the newest run of each stage, and what waits."""
    made: list[Measure] = []
    for row in postgres.query(conn, "newest_of_stages", sources=list(sources), stages=list(runs.STAGES[:-1])):
        facts = {name: row[name] for name in ("run", "source", "stage", "state", "counts")}
        made += of_tally(Tally(**facts), row["seconds"])
    return [*made, *waiting(conn, sources)]


def waiting(conn: postgres.Connection, sources: Sequence[str]) -> list[Measure]:
    """How much waits and how old the newest article is; this does not depend on the last runs."""
    due = {name: sum(by_host.values()) for name, by_host in host_locks.count_left(conn, sources).items()}
    made = [Measure(figure=Figure.DUE, value=due.get(name, 0), labels={"source": name}) for name in sources]
    for row in postgres.query(conn, "ages_of_newest", sources=list(sources)):
        if row["seconds"] is not None:
            made.append(Measure(figure=Figure.NEWEST, value=row["seconds"], labels={"source": row["source"]}))
    outbox = postgres.row(conn, "outbox_figures", lately=policy.GIVEN_UP_LATELY) or {}
    conn.rollback()
    return [
        *made,
        Measure(figure=Figure.WAITING, value=outbox["waiting"]),
        Measure(figure=Figure.LATE, value=outbox["late"]),
        Measure(figure=Figure.UNSENT, value=outbox["failed"]),
    ]


def of_canary(settings: Settings) -> list[Measure]:
    """The last result of this machine's canary and its age; nothing if the canary never ran."""
    try:
        song = json.loads(settings.canary_song.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    return [
        Measure(figure=Figure.SONG, value=song["seconds"]),
        Measure(figure=Figure.SILENCE, value=max(0.0, time.time() - song["at"])),
    ]


def as_prometheus(measures: Iterable[Measure]) -> str:
    """The measures in Prometheus' text format, as a textfile collector reads it."""
    known: dict[Figure, list[Measure]] = {}
    for one in measures:
        known.setdefault(one.figure, []).append(one)
    lines = []
    for figure, found in known.items():
        name = name_of(figure)
        lines += [f"# HELP {name} {figure.means}", f"# TYPE {name} gauge"]
        for one in found:
            labels = ",".join(f'{key}="{_escape(value)}"' for key, value in one.labels.items())
            lines.append(f"{name}{'{' + labels + '}' if labels else ''} {one.value:g}")
    return "\n".join(lines) + "\n"


def name_of(figure: Figure) -> str:
    """The name of a figure in Prometheus; Airflow's exporter uses the same name with its own prefix and dots."""
    return f"nightdesk_{figure}"


def _escape(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
