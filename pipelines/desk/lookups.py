"""Reads further rows for the pages of an article, of watches and of the ledger; each answer has a bounded size."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.desk import policy
from pipelines.stores import postgres


def versions(conn: postgres.Connection, number: int) -> list[postgres.Row]:
    """The newest wordings of an article, without texts: `revision`, `run`, `fetched_at`, `title`, `kind`, `moved`."""
    return postgres.query(conn, "desk_versions", id=number, count=policy.BESIDE_AN_ARTICLE)


def last_edits(conn: postgres.Connection, numbers: Sequence[int]) -> dict[int, postgres.Row]:
    """For each of these articles, the last edit that its outlet made: `at`, `kind`, and `title_before` if the edit
    changed the title. Articles without an edit are left out.
    """
    rows = postgres.query(conn, "desk_last_edits", ids=list(numbers))
    return {row.pop("article_id"): row for row in rows}


def wordings(conn: postgres.Connection, number: int, revisions: Sequence[int]) -> dict[int, postgres.Row]:
    """The wordings of these revisions of an article, in full: number of the revision -> wording."""
    rows = postgres.query(conn, "desk_wordings", id=number, revisions=list(revisions))
    return {row["revision"]: row for row in rows}


def alerts_of_article(conn: postgres.Connection, number: int) -> list[postgres.Row]:
    """The newest alerts of an article: `id`, `watch`, `kind`, `revision`, `created_at`, `quiet`, `messages`.

    Each of the `messages` has a channel and a state.
    """
    return postgres.query(conn, "desk_alerts_of_article", id=number, count=policy.BESIDE_AN_ARTICLE)


def watch_of_alert(conn: postgres.Connection, number: int) -> str:
    """The name of an alert's watch; empty if there is no such alert."""
    row = postgres.row(conn, "desk_watch_of_alert", id=number)
    return str(row["name"]) if row else ""


def told_by_watch(conn: postgres.Connection) -> dict[str, postgres.Row]:
    """The recent alerts of each watch, by its name: `alerts` (number), `last_at`, `has_feed`."""
    return {row["watch"]: row for row in postgres.query(conn, "desk_watches", within=policy.DELIVERIES_OF)}


def feed_of_watch(conn: postgres.Connection, watch: str) -> postgres.Row | None:
    """The time at which a watch's feed got its address (`opened_at`); None if the watch has no feed."""
    return postgres.row(conn, "desk_feed_of_watch", watch=watch)


def newest_runs(conn: postgres.Connection) -> list[str]:
    """The keys of the newest runs, newest first."""
    return [row["run"] for row in postgres.query(conn, "desk_newest_runs", count=policy.RUNS_OFFERED)]


def ends_of_run(conn: postgres.Connection, run: str, source: str) -> list[postgres.Row]:
    """The present states of the URLs that a run discovered: `kind`, `state`, `code`, `urls` (number)."""
    return postgres.query(conn, "desk_ends_of_run", run=run, source=source)


def sources_of_run(conn: postgres.Connection, run: str) -> list[postgres.Row]:
    """The sources with URLs that a run discovered: `source`, `urls`, `failed`, `open`."""
    return postgres.query(conn, "desk_sources_of_run", run=run)


def urls_of_run(
    conn: postgres.Connection, run: str, *, source: str, state: str, code: str, kind: str, after: int, count: int
) -> list[postgres.Row]:
    """At most `count` URLs that a run discovered, in the order of their ids, from the first id above `after` on. If a
    filter (source, state, code, kind) is an empty text, it is not used."""
    narrowed = {"source": source, "state": state, "code": code, "kind": kind}
    return postgres.query(conn, "desk_urls_of_run", run=run, **narrowed, after=after, count=count)
