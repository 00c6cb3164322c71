"""What the pages of an article, of watches and of the ledger look up beside what is published: rows, a bounded many."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.desk import policy
from pipelines.stores import postgres


def versions(conn: postgres.Connection, number: int) -> list[postgres.Row]:
    """The newest wordings of an article, without their texts: revision, run, fetched_at, title, kind, moved."""
    return postgres.query(conn, "desk_versions", id=number, count=policy.BESIDE_AN_ARTICLE)


def wordings(conn: postgres.Connection, number: int, revisions: Sequence[int]) -> dict[int, postgres.Row]:
    """Some wordings of an article in full, by their revision."""
    rows = postgres.query(conn, "desk_wordings", id=number, revisions=list(revisions))
    return {row["revision"]: row for row in rows}


def alerts_of_article(conn: postgres.Connection, number: int) -> list[postgres.Row]:
    """The newest alerts of an article: id, watch, kind, revision, created_at, quiet, messages (channel and state)."""
    return postgres.query(conn, "desk_alerts_of_article", id=number, count=policy.BESIDE_AN_ARTICLE)


def watch_of_alert(conn: postgres.Connection, number: int) -> str:
    """The watch that an alert is of; empty where there is no such alert."""
    row = postgres.row(conn, "desk_watch_of_alert", id=number)
    return str(row["name"]) if row else ""


def told_by_watch(conn: postgres.Connection) -> dict[str, postgres.Row]:
    """What each watch was told lately, by its name: alerts, last_at, has_feed."""
    return {row["watch"]: row for row in postgres.query(conn, "desk_watches", within=policy.DELIVERIES_OF)}


def feed_of_watch(conn: postgres.Connection, watch: str) -> postgres.Row | None:
    """Since when the feed of a watch has its address (opened_at), None where it has none."""
    return postgres.row(conn, "desk_feed_of_watch", watch=watch)


def newest_runs(conn: postgres.Connection) -> list[str]:
    """The keys of the newest runs, newest first."""
    return [row["run"] for row in postgres.query(conn, "desk_newest_runs", count=policy.RUNS_OFFERED)]


def ends_of_run(conn: postgres.Connection, run: str, source: str) -> list[postgres.Row]:
    """Where the URLs that a run discovered stand by now: kind, state, code, urls (how many)."""
    return postgres.query(conn, "desk_ends_of_run", run=run, source=source)


def sources_of_run(conn: postgres.Connection, run: str) -> list[postgres.Row]:
    """The sources of which a run discovered URLs: source, urls, failed, open."""
    return postgres.query(conn, "desk_sources_of_run", run=run)


def urls_of_run(
    conn: postgres.Connection, run: str, *, source: str, state: str, code: str, kind: str, after: int, count: int
) -> list[postgres.Row]:
    """URLs that a run discovered, behind one of them; an empty filter is none."""
    narrowed = {"source": source, "state": state, "code": code, "kind": kind}
    return postgres.query(conn, "desk_urls_of_run", run=run, **narrowed, after=after, count=count)
