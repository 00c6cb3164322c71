"""The records that the Desk shows: sources, articles, alerts and runs.

Only this module turns the rows of the ledger into the records of the Desk page and of `nightdesk status`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from pipelines import text
from pipelines.codes import RunState, State
from pipelines.desk import policy, unsent
from pipelines.desk.headline import find_night, write_headline
from pipelines.model import Source
from pipelines.notify import channel_states as channels_module
from pipelines.stores import postgres
from pipelines.stores import runs as ledger_runs

Record = dict[str, Any]

OUTCOMES = tuple(state.value for state in State if state not in (State.DISCOVERED, State.FETCHED))
# The state of a source is the state of its worst stage.
WORST_FIRST = (RunState.FAILED, RunState.RUNNING, RunState.STOPPED, RunState.BUSY, RunState.DONE)
# A source has these values as its health before its first check.
NO_HEALTH: Record = {**dict.fromkeys(("state", "reason"), ""),
                     **dict.fromkeys(("since", "figure", "low", "high", "checked_at"))}  # fmt: skip
ADDRESS = re.compile(r"[a-z][a-z0-9+.-]{0,30}://\S+|[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]+", re.IGNORECASE)


def overview(
    conn: postgres.Connection,
    followed: Sequence[Source],
    *,
    schedule: str = "",
    timezone: str = "UTC",
    addressed: Collection[str] | None = None,
    count: int = policy.ARTICLES_SHOWN,
    source: str | None = None,
    now: datetime | None = None,
) -> Record:
    """Everything on the page: now, headline, tone, sources, articles, alerts, deliveries (by state), channels, runs.

    `silence`: why no message of a watch went out yet; empty if one did or is under way. `tone`: good, warn, bad, empty.
    addressed: the channels that have an address, None if that is unknown.
    schedule: when news_crawl runs (cron, in `timezone`), to notice a night that did not start.
    source: the source of the articles, None for all.
    """
    now = now or datetime.now(UTC)
    rows, latest, sent = sources(conn, followed, now=now), runs(conn, policy.RUNS_SHOWN), deliveries(conn, now=now)
    used = channels(conn, addressed)
    tone, sentence = write_headline(
        rows,
        latest,
        read_superseded(conn, followed, rows, latest, now=now),
        schedule=schedule,
        timezone=timezone,
        undelivered=sent["failed"],
        channels=used,
        now=now,
        unreached=lambda run: ledger_runs.tell_unreached(conn, run),
    )
    return {
        "now": now,
        "headline": sentence,
        "tone": tone,
        "sources": rows,
        "articles": latest_articles(conn, count, source),
        "alerts": alerts(conn, count),
        "deliveries": sent,
        "channels": used,
        # Without a source there can be no messages, and the headline says that no source is followed.
        "silence": unsent.silence(conn, nobody=addressed is not None and not used) if followed else "",
        "runs": latest,
    }


def sources(
    conn: postgres.Connection, followed: Sequence[Source], *, run: str | None = None, now: datetime | None = None
) -> list[Record]:
    """Each followed source with its last run: failed ones first, then quiet ones, then the others, by title.

    `state`: a state of `Tally`, `unfinished` (crawled but not loaded yet) or empty (never run). `outcomes`: how many
    article URLs of that run ended in which outcome. `reasons`: why URLs were rejected, blocked or failed.
    `unread`: why pages that this run found first were not there, blocked or failed. `first_found`: number of pages that
    the run found first and that are decided; other forms of an address are left out. `copies`: how many of these pages
    are copies of known articles. `new`: number of new articles. `held`: number of articles that the quarantine holds.
    `not_due`: none of its lists was due.
    `age_seconds`: time since the first fetch of the newest article.
    `quiet`: health found the source silent, and no article has come since.
    `health`: the last state (`SourceState`, empty: none), its beginning, its reason in words, the figure with its usual
    range (low to high), and the time of the check.
    run: this run is shown instead of the last one; a source that had no part in it has no state.
    """
    now = now or datetime.now(UTC)
    names = [source.name for source in followed]
    rows = postgres.query(conn, "desk_sources", sources=names, run=run, ahead=policy.FETCHED_AHEAD)
    found = {row["source"]: row for row in rows}
    ran = [row for row in found.values() if row["run"]]
    ends: dict[str, list[postgres.Row]] = {}
    for end in postgres.query(conn, "desk_outcomes", runs=[r["run"] for r in ran], sources=[r["source"] for r in ran]):
        ends.setdefault(end["source"], []).append(end)
    rows = [_source(s, found[s.name], ends.get(s.name, []), now) for s in followed]
    return sorted(rows, key=lambda r: (r["state"] != RunState.FAILED, not r["quiet"], r["title"].casefold()))


def count_copies(conn: postgres.Connection, run: str, sources: Sequence[str]) -> dict[str, tuple[int, int]]:
    """For each source with pages that this run found first: how many pages, and how many of these are copies of known
    articles or other addresses of such articles. In `sources` these figures are `first_found` and `copies`.
    """
    counts: dict[str, tuple[int, int]] = {}
    for end in postgres.query(conn, "desk_outcomes", runs=[run] * len(sources), sources=list(sources)):
        found, copies = counts.get(end["source"], (0, 0))
        counts[end["source"]] = (found + end["first_found"], copies + end["copies"])
    return counts


def read_superseded(
    conn: postgres.Connection,
    followed: Sequence[Source],
    rows: Sequence[Record],
    latest: Sequence[Record],
    *,
    now: datetime | None = None,
) -> list[Record]:
    """The results of the last night for sources that have run again since, in the form of `sources`. (`sources` itself
    has their newer run.)

    rows, latest: from `sources` and `runs`.
    """
    night = find_night(latest)
    if night is None:
        return []
    again = {row["name"] for row in rows if row["run"] not in (None, night["run"])}
    took_part = [source for source in followed if source.name in again]
    if not took_part:
        return []
    return [row for row in sources(conn, took_part, run=night["run"], now=now) if row["run"]]


def progress(rows: Sequence[Record], run: str) -> list[Record]:
    """The progress of a run with each of its sources while it is under way; empty once it has ended.

    Fields as in `sources`: `name`, `title`, `direction`, `language`, `state`, `message`, `new`, `undecided`, and
    `seen`: the number of decided URLs.
    """
    mine = [row for row in rows if row["run"] == run]
    if not any(row["state"] in (RunState.RUNNING, "unfinished") for row in mine):
        return []
    kept = ("name", "title", "direction", "language", "state", "message", "new", "undecided")
    return [{**{key: row[key] for key in kept}, "seen": sum(row["outcomes"].values())} for row in mine]


def latest_articles(
    conn: postgres.Connection, count: int, source: str | None = None, *, whole: bool = False
) -> list[Record]:
    """The articles of the newest run, newest first, then the articles of the runs before.

    Each has an excerpt, its writing direction, the number of cut lines and the matching watches. whole: with the text.
    """
    rows = postgres.query(
        conn,
        "desk_articles",
        count=count,
        source=source,
        whole=whole,
        excerpt=policy.EXCERPT_READ_CHARACTERS,
    )
    return [_article(row, whole) for row in rows]


def article(conn: postgres.Connection, number: int) -> Record | None:
    """One article in full: text, cut lines with reasons, revisions, newest first; None if there is no such article."""
    row = postgres.row(conn, "desk_article", id=number)
    if row is None:
        return None
    revisions = [
        {**r, "words": text.words(r["text"]), "direction": text.direction(f"{r['title']} {r['text']}")}
        for r in postgres.query(conn, "desk_revisions", id=number)
    ]
    removed = [{**block, "direction": text.direction(block["text"])} for block in row["removed"]]
    return {**row, "direction": _direction(row), "url": _link(row["url"]), "removed": removed, "revisions": revisions}


def alerts(conn: postgres.Connection, count: int) -> list[Record]:
    """The newest deliveries, those that failed first, then those that wait, then those that were sent: watch, title,
    channel name, state, attempts, error; no addresses.

    A delivery may hold many alerts (`alerts` counts them); then `kind` and `article` belong to the first alert. `form`
    is single, digest or message. A message of the system has no watch.
    """
    return [_delivery(row) for row in postgres.query(conn, "desk_deliveries", count=count)]


def channels(conn: postgres.Connection, addressed: Collection[str] | None = None) -> list[Record]:
    """The channels, each with its waiting messages and its obstacles; no addresses."""
    return [
        {**channel, "error": ADDRESS.sub("…", channel["error"])}
        for channel in channels_module.list_channels(conn, addressed)
    ]


def deliveries(conn: postgres.Connection, *, now: datetime | None = None) -> dict[str, int]:
    """How many deliveries are `waiting` now, and how many were given up (`failed`) or `sent` in the last seven days."""
    (row,) = postgres.query(conn, "desk_delivery_states", now=now or datetime.now(UTC), within=policy.DELIVERIES_OF)
    return row


def runs(conn: postgres.Connection, count: int = policy.RUNS_SHOWN, *, nights: int = 1) -> list[Record]:
    """The newest runs of any kind (`count`) and the newest nights (`nights`), newest first.

    Fields: `run`, `started_at`, `ended_at`, `sources`, `first_source`, `failed`, `running`, `new`, `alert_error`;
    `night`: the run counts as a night (see NIGHT_SHARE in `stores/runs.py`); `planned`: for how many sources it was
    planned; `followed`: how many sources were followed then; `one_page`: the run is for one page, for a backfill or
    for an import; `runs_since`: how many planned runs began after it.
    """
    return postgres.query(conn, "desk_runs", count=count, nights=nights)


def _source(source: Source, row: postgres.Row, ends: Sequence[postgres.Row], now: datetime) -> Record:
    state, message = _state(row["stages"] or [])
    outcomes = dict.fromkeys(OUTCOMES, 0)
    for end in ends:
        outcomes[end["state"]] += end["urls"]
    newest = row["newest_fetched_at"]
    return {
        "name": source.name,
        "title": source.title,
        "direction": text.direction(source.title),
        "language": source.language,
        "url": _link(source.url),
        "schedule": source.schedule,
        "timezone": source.timezone,
        "run": row["run"],
        "started_at": row["started_at"],
        "ended_at": row["ended_at"],
        "state": state,
        "message": message,
        "outcomes": outcomes,
        "reasons": [
            {"state": e["state"], "code": e["code"], "reason": e["reason"], "urls": e["urls"]}
            for e in ends
            if e["reason"] and e["state"] in ("rejected", "blocked", "failed")
        ],
        "unread": [{"reason": e["reason"], "urls": e["unread"]} for e in ends if e["unread"]],
        "first_found": sum(e["first_found"] for e in ends),
        "copies": sum(e["copies"] for e in ends),
        "new": row["new"],
        "held": row["held"],
        "not_due": row["not_due"],
        "undecided": row["undecided"],
        "articles": row["articles"],
        "newest_fetched_at": newest,
        "newest_published_at": row["newest_published_at"],
        "age_seconds": int((now - newest).total_seconds()) if newest else None,
        "quiet": row["quiet_since"] is not None,
        "quiet_since": row["quiet_since"],
        "health": {**NO_HEALTH, **(row["health"] or {})},
    }


def _state(stages: Sequence[Record]) -> tuple[str, str]:
    if not stages:
        return "", ""
    state = next(word for word in WORST_FIRST if any(stage["state"] == word for stage in stages))
    message = next((s["message"] for s in stages if s["state"] == state and s["message"]), "")
    if state == RunState.DONE and all(stage["stage"] != "load" for stage in stages):
        return "unfinished", message or f"The {stages[-1]['stage']} is done; load has not run yet."
    return state, message


def _article(row: postgres.Row, whole: bool) -> Record:
    told = {"excerpt": _excerpt(row["text"]), "cut": int(row["cut"]), "direction": _direction(row)}
    return {name: value for name, value in row.items() if whole or name != "text"} | told | {"url": _link(row["url"])}


def _delivery(row: postgres.Row) -> Record:
    single = row["title"] or row["message"]
    title = (single if row["form"] == "single" else row["subject"]) or row["subject"] or single or ""
    shown = {key: value for key, value in row.items() if key not in ("subject", "message")}
    clean = {"title": ADDRESS.sub("…", title), "error": ADDRESS.sub("…", row["error"])}
    return {**shown, **clean, "direction": text.direction(title or row["language"] or "")}


def _direction(row: postgres.Row) -> str:
    return text.direction(f"{row['title']} {row['text'][: policy.DIRECTION_CHARACTERS]}".strip() or row["language"])


def _excerpt(given: str) -> str:
    flat = " ".join(given.split())
    return (
        flat if len(flat) <= policy.EXCERPT_CHARACTERS else flat[: policy.EXCERPT_CHARACTERS].rsplit(" ", 1)[0] + " …"
    )


def _link(url: str) -> str:
    """The address if a browser may open it safely, else empty; the address comes from other people's pages."""
    return url if urlsplit(url).scheme in ("http", "https") else ""
