"""One sentence about the last run, at the top of the Desk and of `nightdesk status`, and its tone.

Only this module decides what the sentence says, and in which order. The sentence is made from the rows of
`desk_records.sources` and `desk_records.runs`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from pipelines import cron
from pipelines.codes import Reason, RunState
from pipelines.desk import policy

Record = dict[str, Any]

# Pages instead of an article: if there are many, the lists named new articles, but nobody could read them.
NO_PAGES = {
    Reason.SOFT_404, Reason.CONSENT, Reason.CHALLENGE, Reason.ERROR_PAGE, Reason.REGION, Reason.PAYWALL, Reason.EMPTY,
}  # fmt: skip


def write_headline(
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
    """A tone (good, warn, bad, empty) and one sentence: whether the last run worked, and if not, where it failed.

    - rows, latest, channels: from `desk_records.sources`, `desk_records.runs`, `desk_records.channels`
    - schedule: when news_crawl runs (cron, in `timezone`), to notice a night that did not start
    - undelivered: number of messages that were given up
    - unreached: gives for a run a sentence if none of its sources was reached, else an empty text

    A run over some of the sources does not hide sources that failed in an earlier run. A run for a single page does not
    count as a night.
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
    troubles = [
        *_failed_now(mine, newest, unreached),
        *_failed_earlier(rows, newest),
        *_not_told(newest, undelivered, channels),
        *_without_articles(rows, mine),
    ]
    sentence = "; ".join(filter(None, [_tell_delivered(mine, newest), *troubles]))
    ran = [row for row in rows if row["run"]]
    tone = "bad" if _all_failed(mine) or _all_failed(ran) else "warn" if troubles else "good"
    return tone, f"Last run ({newest['run']}, {ago(newest['started_at'], now)}): {sentence}."


def describe_night(
    rows: Sequence[Record], latest: Sequence[Record], *, schedule: str = "", timezone: str = "UTC", now: datetime
) -> Record | None:
    """The state of the newest run, for a page with its own wording; None if nothing has run.

    Fields: `run`, `started_at`, `running` (stages), `new` (articles), `failed`, `earlier` (failed in an earlier run),
    `quiet` (names of sources), `missed_at`.
    """
    if not rows or not latest:
        return None
    newest = next((run for run in latest if not run["one_page"]), latest[0])
    failed = [row for row in rows if row["state"] == RunState.FAILED]
    return {
        **{key: newest[key] for key in ("run", "started_at", "running", "new")},
        "failed": [row["name"] for row in failed if row["run"] == newest["run"]],
        "earlier": [row["name"] for row in failed if row["run"] != newest["run"]],
        "quiet": [row["name"] for row in rows if row["quiet"] and row["state"] != RunState.FAILED],
        "missed_at": missed_run(rows, newest, schedule, timezone, now),
    }


def ago(then: datetime, now: datetime) -> str:
    """The time since a moment, in words: `just now`, `40 minutes ago`, `6 hours ago`, `3 days ago`."""
    minutes = int((now - then).total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < policy.HOURS_IN_MINUTES_BELOW * 60:
        return f"{many(minutes, 'minute')} ago"
    return (
        f"{minutes // 60} hours ago" if minutes < policy.HOURS_IN_DAYS_FROM * 60 else f"{minutes // (24 * 60)} days ago"
    )


def missed_run(rows: Iterable[Record], newest: Record, schedule: str, timezone: str, now: datetime) -> datetime | None:
    """The time of a due run that did not start: by the schedule of news_crawl, or by a source's own; None if none."""
    if not schedule:
        return None
    due = cron.last_strike(schedule, timezone, now - policy.START_GRACE).astimezone(UTC)
    if due <= newest["started_at"]:
        return None
    for row in rows:
        begun = row["started_at"]
        if begun is None or not row["schedule"] or cron.last_strike(row["schedule"], row["timezone"], due) > begun:
            return due
    return None


def many(number: int, word: str) -> str:
    return f"{number:,} {word}" + ("" if number == 1 else "s")


def _tell_delivered(rows: Sequence[Record], newest: Record) -> str:
    if not rows:
        return "none of the followed sources had a part in it"
    going = [row for row in rows if row["state"] in (RunState.RUNNING, "unfinished")]
    new, giving = sum(row["new"] for row in rows), [row for row in rows if row["new"]]
    if going:
        done = f"{len(rows) - len(going)} of {many(len(rows), 'source')} done"
        return f"under way, {done}, {many(new, 'new article')} so far"
    silent = [row for row in rows if not row["new"] and row["state"] != RunState.FAILED and not _tell_walls(row)]
    resting = [row for row in silent if row["not_due"]]
    told = {"had nothing new": len(silent) - len(resting), "not asked yet, for no list of theirs was due": len(resting)}
    if giving:
        said = [f"{len(giving)} of {many(len(rows), 'source')} delivered {many(new, 'new article')}"]
        return ", ".join(said + [f"{count} {what}" for what, count in told.items() if count])
    return ", ".join(f"{many(count, 'source')} {what}" for what, count in told.items() if count)


def _all_failed(rows: Sequence[Record]) -> bool:
    return bool(rows) and all(row["state"] == RunState.FAILED for row in rows)


def _failed_now(mine: Sequence[Record], newest: Record, unreached: Callable[[str], str]) -> Iterator[str]:
    """Phrases about the sources that failed in the newest run; a network that is down is one phrase for all sources."""
    failed = [row for row in mine if row["state"] == RunState.FAILED]
    down = unreached(newest["run"]) if len(failed) > 1 else ""
    if down:
        yield _lower_first(down)
        return
    for row in failed[: policy.NAMED]:
        yield f"{row['name']} failed: {_brief(row['message'] or 'no reason was given')}"
    if len(failed) > policy.NAMED:
        yield f"{len(failed) - policy.NAMED} more failed"


def _failed_earlier(rows: Sequence[Record], newest: Record) -> Iterator[str]:
    """Phrases about sources that failed in their last run, if that was an earlier run."""
    told = [
        f"{row['name']} ({row['run']})"
        for row in rows
        if row["state"] == RunState.FAILED and row["run"] != newest["run"]
    ]
    if told:
        yield f"failed in an earlier run: {_some(told)}"


def _not_told(newest: Record, undelivered: int, channels: Sequence[Record]) -> Iterator[str]:
    """Phrases about obstacles to messages: a failed alert stage, messages that were given up, held channels."""
    if newest["alert_error"]:
        yield f"the alert stage failed: {_lower_first(newest['alert_error'])}"
    if undelivered:
        yield f"{many(undelivered, 'message')} could not be sent"
    for channel in [channel for channel in channels if channel["held"]][: policy.NAMED]:
        yield _tell_held(channel)


def _without_articles(rows: Sequence[Record], mine: Sequence[Record]) -> Iterator[str]:
    """Phrases about sources that gave walls instead of articles in the newest run, and about quiet sources."""
    for row in [row for row in mine if _tell_walls(row)][: policy.NAMED]:
        yield f"{row['name']} gave no article: {_tell_walls(row)}"
    quiet = [row["name"] for row in rows if row["quiet"] and row["state"] != RunState.FAILED]
    if quiet:
        yield f"gone quiet: {_some(quiet)}"


def _tell_walls(row: Record) -> str:
    """A phrase if a source's new URLs were walls and error pages, with their kinds; else empty."""
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


def _tell_held(channel: Record) -> str:
    """A phrase about the obstacle that makes a channel's messages wait."""
    number, name = many(channel["held"], "message"), channel["name"]
    if channel["state"] == "paused":
        return f"{number} for {name}, which is paused (`nightdesk notify resume {name}`)"
    return f"{number} for {name} not sent yet: {_brief(channel['error'] or 'no reason was given')}"


def _lower_first(sentence: str) -> str:
    """The sentence with a small first letter, to follow another text; a word in capitals stays."""
    bare = sentence.strip().rstrip(".")
    return bare[:1].lower() + bare[1:] if bare[1:2].islower() or bare[1:2] == " " else bare


def _brief(sentence: str) -> str:
    """The first reason in a sentence; the table shows all reasons."""
    first = _lower_first(sentence.split("; ")[0])
    return (
        first if len(first) <= policy.REASON_CHARACTERS else first[: policy.REASON_CHARACTERS].rsplit(" ", 1)[0] + " …"
    )


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[: policy.NAMED]) + (
        f" and {len(names) - policy.NAMED} more" if len(names) > policy.NAMED else ""
    )
