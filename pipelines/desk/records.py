"""What a person at the desk looks at: sources, articles, alerts and runs as records, and one sentence on them.

It alone knows how the rows of the ledger become what the Desk page and `nightdesk status` show.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from pipelines import cron, text
from pipelines.codes import Reason, RunState, State
from pipelines.desk import policy, unsent
from pipelines.model import Source
from pipelines.notify import channels as channels_module
from pipelines.stores import postgres
from pipelines.stores import runs as ledger_runs

Record = dict[str, Any]

OUTCOMES = tuple(state.value for state in State if state not in (State.DISCOVERED, State.FETCHED))
# The word that speaks for a source is that of its worst stage.
WORST_FIRST = (RunState.FAILED, RunState.RUNNING, RunState.STOPPED, RunState.BUSY, RunState.DONE)
# What stands in the place of an article: where so many do, lists named something new, and nobody could read it.
NO_PAGES = {
    Reason.SOFT_404, Reason.CONSENT, Reason.CHALLENGE, Reason.ERROR_PAGE, Reason.REGION, Reason.PAYWALL, Reason.EMPTY,
}  # fmt: skip
# The health of a source at which nobody has looked yet.
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

    silence: a sentence on why no message of a watch went out yet, empty where one did. addressed: the channels that
    have an address, None where nobody knows.
    schedule: when news_crawl runs (cron, by the clock of timezone), to tell a night that did not start. source: whose
    articles, None for all. tone is good, warn, bad or empty.
    """
    now = now or datetime.now(UTC)
    rows, latest, sent = sources(conn, followed, now=now), runs(conn, policy.RUNS_SHOWN), deliveries(conn, now=now)
    used = channels(conn, addressed)
    tone, sentence = headline(
        rows, latest, schedule=schedule, timezone=timezone, undelivered=sent["failed"], channels=used, now=now,
        unreached=lambda run: ledger_runs.unreached(conn, run),
    )  # fmt: skip
    return {
        "now": now,
        "headline": sentence,
        "tone": tone,
        "sources": rows,
        "articles": latest_articles(conn, count, source),
        "alerts": alerts(conn, count),
        "deliveries": sent,
        "channels": used,
        # Without a source there is nothing to tell, and the headline says so.
        "silence": unsent.silence(conn, nobody=addressed is not None and not used) if followed else "",
        "runs": latest,
    }


def sources(conn: postgres.Connection, followed: Sequence[Source], *, now: datetime | None = None) -> list[Record]:
    """Each followed source with its last run: failed ones first, then quiet ones, then the others, by title.

    state is a word of `Tally`, `unfinished` (crawled but not loaded yet) or empty (never run). outcomes counts where
    the article URLs of that run ended; reasons says why the rejected, blocked and failed ones did; new counts articles.
    not_due: none of its lists was asked, for none was due.
    age_seconds: since the newest article was first fetched. quiet: health found it silent and nothing came since.
    health: the state that health found last (`SourceState`, empty: none), since when, why in words, the figure that
    shows it with what is usual for it (low to high), and when that was looked at.
    """
    now = now or datetime.now(UTC)
    names = [source.name for source in followed]
    rows = postgres.query(conn, "desk_sources", sources=names, ahead=policy.FETCHED_AHEAD)
    found = {row["source"]: row for row in rows}
    ran = [row for row in found.values() if row["run"]]
    ends: dict[str, list[postgres.Row]] = {}
    for end in postgres.query(conn, "desk_outcomes", runs=[r["run"] for r in ran], sources=[r["source"] for r in ran]):
        ends.setdefault(end["source"], []).append(end)
    rows = [_source(s, found[s.name], ends.get(s.name, []), now) for s in followed]
    return sorted(rows, key=lambda r: (r["state"] != RunState.FAILED, not r["quiet"], r["title"].casefold()))


def progress(rows: Sequence[Record], run: str) -> list[Record]:
    """How far a run is with each of its sources, where one is under way; nothing once it has ended.

    From `sources`: name, title, direction, language, state, message, new, undecided, and seen: URLs that have an end.
    """
    mine = [row for row in rows if row["run"] == run]
    if not any(row["state"] in (RunState.RUNNING, "unfinished") for row in mine):
        return []
    kept = ("name", "title", "direction", "language", "state", "message", "new", "undecided")
    return [{**{key: row[key] for key in kept}, "seen": sum(row["outcomes"].values())} for row in mine]


def latest_articles(
    conn: postgres.Connection, count: int, source: str | None = None, *, whole: bool = False
) -> list[Record]:
    """The articles of the newest run, newest first, then those of the runs before.

    Each with an excerpt (whole: and its text), its writing direction, how many lines were cut, the watches that hit.
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
    """One article in full: text, what was cut from it and why, revisions with the newest first; None without one."""
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
    """Deliveries that failed, that wait, that were sent: watch, title, channel name, state, attempts, error.

    A delivery may hold many alerts (`alerts` counts them): kind and article are those of the first. No addresses.
    form is single, digest or message; a message of the system has no watch.
    """
    return [_delivery(row) for row in postgres.query(conn, "desk_deliveries", count=count)]


def channels(conn: postgres.Connection, addressed: Collection[str] | None = None) -> list[Record]:
    """The channels with what waits for them and what is in their way, without an address."""
    return [
        {**channel, "error": ADDRESS.sub("…", channel["error"])} for channel in channels_module.listed(conn, addressed)
    ]


def deliveries(conn: postgres.Connection, *, now: datetime | None = None) -> dict[str, int]:
    """How many deliveries of the last seven days wait, failed or were sent."""
    rows = postgres.query(conn, "desk_delivery_states", now=now or datetime.now(UTC), within=policy.DELIVERIES_OF)
    return {"waiting": 0, "failed": 0, "sent": 0, **{row["state"]: row["deliveries"] for row in rows}}


def runs(conn: postgres.Connection, count: int) -> list[Record]:
    """The newest runs, newest first, the last night among them: run, started_at, ended_at, sources, failed, running,
    new, alert_error, and one_page, which says that it was for one page a person asked for."""
    return postgres.query(conn, "desk_runs", count=count, again=policy.RUNS_BEGUN_AGAIN)


def headline(
    rows: Sequence[Record],
    latest: Sequence[Record],
    *,
    schedule: str = "",
    timezone: str = "UTC",
    undelivered: int = 0,
    channels: Sequence[Record] = (),
    now: datetime | None = None,
    unreached: Callable[[str], str] = lambda run: "",
) -> tuple[str, str]:
    """A tone and one sentence that says whether the last run worked, and if not, where; from `sources` and `runs`.

    A run over some of the sources does not hide those that failed in an earlier one, and one for a page by hand says
    nothing of the night.
    """
    now = now or datetime.now(UTC)
    if not rows:
        return "empty", "No source is followed yet: `nightdesk follow NAME` takes one from the catalogue."
    if not latest:
        return "empty", "Nothing has run yet: trigger news_crawl here in Airflow, or type `nightdesk run`."
    newest = next((run for run in latest if not run["one_page"]), latest[0])
    missed = missed_run(rows, newest, schedule, timezone, now)
    if missed:
        return "bad", (
            f"No run has started since {newest['run']} ({ago(newest['started_at'], now)}), though one was due at "
            f"{missed:%Y-%m-%d %H:%M} UTC: look whether the scheduler runs and news_crawl is not paused."
        )
    mine = [row for row in rows if row["run"] == newest["run"]]
    failed = [row for row in mine if row["state"] == RunState.FAILED]
    earlier = [row for row in rows if row["state"] == RunState.FAILED and row["run"] != newest["run"]]
    # A network that is down is one trouble, however many sources it has.
    down = unreached(newest["run"]) if len(failed) > 1 else ""
    parts = [_delivered(mine, newest), _lowered(down) if down else _failures(failed)]
    if earlier:
        told = [f"{row['name']} ({row['run']})" for row in earlier]
        parts.append(f"failed in an earlier run: {_some(told)}")
    if newest["alert_error"]:
        parts.append(f"the alert stage failed: {_lowered(newest['alert_error'])}")
    if undelivered:
        parts.append(f"{many(undelivered, 'message')} could not be sent")
    held = [channel for channel in channels if channel["held"]]
    parts += [_held(channel) for channel in held[: policy.NAMED]]
    walled = [row for row in mine if _walled(row)]
    parts += [f"{row['name']} gave no article: {_walled(row)}" for row in walled[: policy.NAMED]]
    quiet = [row["name"] for row in rows if row["quiet"] and row["state"] != RunState.FAILED]
    if quiet:
        parts.append(f"gone quiet: {_some(quiet)}")
    sentence = f"Last run ({newest['run']}, {ago(newest['started_at'], now)}): " + "; ".join(filter(None, parts)) + "."
    ran = [row for row in rows if row["run"]]
    hopeless = any(part and all(row["state"] == RunState.FAILED for row in part) for part in (mine, ran))
    troubled = failed or earlier or newest["alert_error"] or undelivered or held or walled or quiet
    return ("bad" if hopeless else "warn" if troubled else "good"), sentence


def ago(then: datetime, now: datetime) -> str:
    """How long ago, in words: `just now`, `40 minutes ago`, `6 hours ago`, `3 days ago`."""
    minutes = int((now - then).total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < policy.HOURS_IN_MINUTES_BELOW * 60:
        return f"{many(minutes, 'minute')} ago"
    return (
        f"{minutes // 60} hours ago" if minutes < policy.HOURS_IN_DAYS_FROM * 60 else f"{minutes // (24 * 60)} days ago"
    )


def _held(channel: Record) -> str:
    """What keeps the messages of a channel waiting."""
    number, name = many(channel["held"], "message"), channel["name"]
    if channel["state"] == "paused":
        return f"{number} for {name}, which is paused (`nightdesk notify resume {name}`)"
    return f"{number} for {name} not sent yet: {_brief(channel['error'] or 'no reason was given')}"


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
        "new": row["new"],
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
    """The address where it is one a browser may open, else nothing: it comes from other people's pages."""
    return url if urlsplit(url).scheme in ("http", "https") else ""


def missed_run(rows: Iterable[Record], newest: Record, schedule: str, timezone: str, now: datetime) -> datetime | None:
    """When a run was due that did not start: news_crawl's time has come, and a source's own, where it has one."""
    if not schedule:
        return None
    due = cron.struck(schedule, timezone, now - policy.START_GRACE).astimezone(UTC)
    if due <= newest["started_at"]:
        return None
    for row in rows:
        begun = row["started_at"]
        if begun is None or not row["schedule"] or cron.struck(row["schedule"], row["timezone"], due) > begun:
            return due
    return None


def _delivered(rows: Sequence[Record], newest: Record) -> str:
    if not rows:
        return "none of the followed sources had a part in it"
    going = [row for row in rows if row["state"] in (RunState.RUNNING, "unfinished")]
    new, giving = sum(row["new"] for row in rows), [row for row in rows if row["new"]]
    if going:
        done = f"{len(rows) - len(going)} of {many(len(rows), 'source')} done"
        return f"under way, {done}, {many(new, 'new article')} so far"
    silent = [row for row in rows if not row["new"] and row["state"] != RunState.FAILED and not _walled(row)]
    resting = [row for row in silent if row["not_due"]]
    told = {"had nothing new": len(silent) - len(resting), "not asked yet, for no list of theirs was due": len(resting)}
    if giving:
        said = [f"{len(giving)} of {many(len(rows), 'source')} delivered {many(new, 'new article')}"]
        return ", ".join(said + [f"{count} {what}" for what, count in told.items() if count])
    return ", ".join(f"{many(count, 'source')} {what}" for what, count in told.items() if count)


def _walled(row: Record) -> str:
    """That what a source's lists named anew were walls and error pages, with their kinds; else nothing."""
    kinds = [e for e in row["reasons"] if e["state"] == "rejected" and e["code"] in NO_PAGES]
    count = sum(end["urls"] for end in kinds)
    if (
        row["new"]
        or row["state"] == RunState.FAILED
        or count < policy.LEAST_WALLED_PAGES
        or count < row["outcomes"]["rejected"]
    ):
        return ""
    return f"{many(count, 'page')} rejected ({', '.join(dict.fromkeys(end['reason'] for end in kinds))})"


def _failures(failed: Sequence[Record]) -> str:
    told = [
        f"{row['name']} failed: {_brief(row['message'] or 'no reason was given')}" for row in failed[: policy.NAMED]
    ]
    return "; ".join([*told, *([f"{len(failed) - policy.NAMED} more failed"] if len(failed) > policy.NAMED else [])])


def _lowered(sentence: str) -> str:
    """A sentence as the end of another one; words in capitals stay."""
    bare = sentence.strip().rstrip(".")
    return bare[:1].lower() + bare[1:] if bare[1:2].islower() or bare[1:2] == " " else bare


def _brief(sentence: str) -> str:
    """The first reason a sentence gives; the table has them all."""
    first = _lowered(sentence.split("; ")[0])
    return (
        first if len(first) <= policy.REASON_CHARACTERS else first[: policy.REASON_CHARACTERS].rsplit(" ", 1)[0] + " …"
    )


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[: policy.NAMED]) + (
        f" and {len(names) - policy.NAMED} more" if len(names) > policy.NAMED else ""
    )


def many(number: int, word: str) -> str:
    return f"{number:,} {word}" + ("" if number == 1 else "s")
