"""The report of one run: a line for each source, then the alerts that went out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text

from pipelines import urls
from pipelines.cli.show import say, table
from pipelines.codes import RunState
from pipelines.crawl import summary
from pipelines.desk import desk_records
from pipelines.load import quarantine
from pipelines.model import Tally
from pipelines.stores import postgres, runs

COUNTED = (
    ("listed", "crawl", "discovered"),
    ("fetched", "crawl", "fetched"),
    ("articles", "extract", "articles"),
    ("new", "load", "new"),
    ("revised", "load", "revised"),
    ("words", "extract", "words"),
    ("cut", "extract", "cut"),
    ("rejected", "extract", "rejected"),
)


CRAWLED = ("discovered", "new", "fetched", "unchanged", "excluded", "blocked", "failed", "gone")


def rows_of_run(conn: postgres.Connection, run: str) -> list[dict[str, Any]]:
    """The work of a run, a dict for each source: `source`, `state`, `message`, `reasons` (the reason of a rejection ->
    count), and the counts of the stages."""
    by_source: dict[str, dict[str, Tally]] = {}
    for tally in runs.tallies(conn, run):
        if tally.source:
            by_source.setdefault(tally.source, {})[tally.stage] = tally
    counts = desk_records.count_copies(conn, run, list(by_source))
    return [_row(source, stages, *counts.get(source, (0, 0))) for source, stages in sorted(by_source.items())]


def print_run(conn: postgres.Connection, run: str) -> list[str]:
    """Print the table of a run and its alerts; gives the names of the sources that failed."""
    rows = rows_of_run(conn, run)
    shown = [title for title, _, _ in COUNTED if title != "revised" or any(row[title] for row in rows)]
    table(
        ("source", "outcome", *(f"#{title}" for title in shown)),
        ((_name(row), _outcome(row), *(row[title] for title in shown)) for row in rows),
        title=f"Run {run}{_tell_width(conn, run)}",
        empty=f"Nothing is known of a run {run}.",
    )
    print_crawl([tally for tally in runs.tallies(conn, run) if tally.stage == "crawl"], summary.exclusions(conn, run))
    for row in rows:
        if row["reasons"]:
            told = ", ".join(f"{count} {reason}" for reason, count in sorted(row["reasons"].items()))
            say(f"{row['source']} rejected: {told}")
    for row in rows:
        if row["state"] != RunState.DONE:
            say(
                f"{row['source']} {row['state']}: {urls.readable(row['message'])}",
                "red" if row["state"] == RunState.FAILED else "yellow",
            )
    say("")
    print_alerts(postgres.query(conn, "alerts_of_run", run=run))
    return [row["source"] for row in rows if row["state"] == RunState.FAILED]


def print_crawl(tallies: Sequence[Tally], rules: Mapping[str, summary.Rules]) -> None:
    """Print the crawl's counts, size and time for each source, and below them how many URLs each rule excluded."""
    if not tallies:
        return
    table(
        ("crawl", "state", *(f"#{word}" for word in CRAWLED), "#size", "#time"),
        ((t.source, t.state, *(t.counts.get(word, 0) for word in CRAWLED), *_cost(t)) for t in tallies),
    )
    for tally in tallies:
        if rules.get(tally.source):
            say(f"{tally.source} excluded: {summary.tell_rules(rules[tally.source])}")


def print_alerts(alerts: Sequence[postgres.Row]) -> None:
    """Print a line for each alert, with its channels."""
    if not alerts:
        say("No alerts in this run.")
        return
    table(
        ("alert", "kind", "article", "source", "found as", "sent to"),
        ((a["watch"], a["kind"], a["title"], a["source"], a["surfaces"], _show_sent(a)) for a in alerts),
        title="Alerts",
    )


def _row(source: str, stages: dict[str, Tally], first_found: int, copies: int) -> dict[str, Any]:
    failed = [t for t in stages.values() if t.state == RunState.FAILED]
    last = list(stages.values())[-1]
    speaking = (failed or [t for t in stages.values() if t.message] or [last])[0]
    reasons = {
        key.removeprefix("rejected: "): count
        for tally in stages.values()
        for key, count in tally.counts.items()
        if key.startswith("rejected: ")
    }
    counts = {title: stages[stage].counts.get(key, 0) if stage in stages else 0 for title, stage, key in COUNTED}
    state = RunState.FAILED if failed else last.state
    crawled = stages["crawl"].counts if "crawl" in stages else {}
    loaded = stages["load"].counts if "load" in stages else {}
    not_due = bool(crawled.get(summary.NOT_DUE)) and not crawled.get(summary.LISTS)
    return {
        "source": source,
        "state": state,
        "message": speaking.message,
        "reasons": reasons,
        "not_due": not_due,
        # named: how many pages the lists named for the first time.
        "named": crawled.get("new", 0),
        # held: how many articles the quarantine holds.
        "held": loaded.get(quarantine.HELD, 0),
        "loaded": "load" in stages,
        # all_known: each page that was named for the first time is a copy or another address of a known article.
        "all_known": 0 < copies == first_found,
        # no_article: load stored nothing of the named pages, and knew none of them as another address of an article.
        "no_article": bool(crawled.get("new") and "load" in stages)
        and not copies
        and not any(loaded.get(word) for word in ("new", "duplicate", quarantine.HELD)),
        **counts,
    }


def _tell_width(conn: postgres.Connection, run: str) -> str:
    """For how many sources the run was planned, as a text to put after its key."""
    planned = runs.read_plan(conn, run)
    if planned is None or not planned["sources"]:
        return ""
    kind = "the night" if planned["night"] else "a run of some sources"
    return f" ({kind}: {planned['sources']:,} of {planned['followed']:,})"


def _cost(tally: Tally) -> tuple[str, str]:
    return summary.size(tally.counts.get("bytes", 0)), summary.span(tally.counts.get("seconds", 0))


def _name(row: dict[str, Any]) -> Text:
    return Text(row["source"], style="bold red" if row["state"] == RunState.FAILED else "bold")


def _outcome(row: dict[str, Any]) -> Text:
    if row["state"] == RunState.DONE:
        if row["held"]:
            return Text(f"{row['held']} held", style="yellow")
        if row["all_known"] and not row["new"]:
            return Text("already known", style="dim")
        if row["no_article"]:
            return Text("no article", style="yellow")
        if row["named"] and not row["loaded"]:
            return Text("not loaded", style="yellow")
        quiet = "not due" if row["not_due"] else "nothing new"
        return Text(quiet, style="dim") if not row["new"] else Text(f"{row['new']} new", style="green")
    return Text(row["state"], style="bold red" if row["state"] == RunState.FAILED else "yellow")


def _show_sent(alert: postgres.Row) -> str:
    if alert["quiet"]:
        return f"listed only: {alert['quiet']}"
    return ", ".join(alert["deliveries"] or []) or "no channel"
