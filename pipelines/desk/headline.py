"""One sentence about the last night, at the top of `nightdesk status`, with its tone and the facts in it.

The Desk's Overview takes the tone and the facts from here, and words them itself, in its reader's language
(`airflow/console/pages/headline.js`). The sentence is made from the rows of `desk_records.sources` and
`desk_records.runs`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from pipelines import cron
from pipelines.codes import Reason, RunState
from pipelines.desk import policy
from pipelines.stores import runs

Record = dict[str, Any]

# A site shows pages of these kinds instead of an article. If there are many of them, the lists named new articles that
# could not be read.
NO_PAGES = {
    Reason.SOFT_404, Reason.CONSENT, Reason.CHALLENGE, Reason.ERROR_PAGE, Reason.REGION, Reason.PAYWALL, Reason.EMPTY,
}  # fmt: skip
# The record of a smaller run since the night has these fields.
SINCE = ("run", "started_at", "running", "planned", "sources", "first_source", "failed", "new", "one_page")


def find_night(latest: Sequence[Record]) -> Record | None:
    """The last night: the newest run that counts as a night (see NIGHT_SHARE in `stores/runs.py`). If there is none:
    the newest run that was not for one page, or else the newest run. None if nothing has run.

    latest: from `desk_records.runs`.
    """
    whole = (run for run in latest if not run["one_page"])
    return next((run for run in latest if run["night"]), None) or next(whole, None) or next(iter(latest), None)


def write_headline(
    rows: Sequence[Record],
    latest: Sequence[Record],
    superseded: Sequence[Record] = (),
    *,
    schedule: str = "",
    timezone: str = "UTC",
    undelivered: int = 0,
    channels: Sequence[Record] = (),
    now: datetime | None = None,
    unreached: Callable[[str], str] = lambda run: "",
) -> tuple[str, str]:
    """A tone (good, warn, bad, empty) and one sentence: whether the last night worked, and if not, where it failed.

    - rows, latest, superseded, channels: from `desk_records.sources`, `.runs`, `.read_superseded` and `.channels`
    - schedule: when news_crawl runs (cron, in `timezone`), to notice a night that did not start
    - undelivered: number of messages that were given up
    - unreached: gives for a run a sentence if none of its sources was reached, else an empty text

    A later run over some of the sources does not take the night's place. The sentence counts such runs, and says which
    sources have recovered or failed in them.
    """
    now = now or datetime.now(UTC)
    if not rows:
        return "empty", "No source is followed yet: `nightdesk follow NAME` takes one from the catalogue."
    night = find_night(latest)
    if night is None:
        return "empty", "Nothing has run yet: trigger news_crawl here in Airflow, or type `nightdesk run`."
    missed = missed_run(rows, latest, schedule, timezone, now)
    if missed:
        return "bad", (
            f"No run has started since {night['run']} ({ago(night['started_at'], now)}), though one was due at "
            f"{missed:%Y-%m-%d %H:%M} UTC: look whether the scheduler runs and news_crawl is not paused."
        )
    mine = _of_night(rows, superseded, night)
    mended = _find_mended(rows, superseded)
    still = [row for row in mine if row["name"] not in mended]
    troubles = [
        *_failed_now(still, night, unreached),
        *_failed_otherwise(rows, mine, night),
        *_not_told(night, undelivered, channels),
        *_without_articles(rows, still),
    ]
    since = [f"failed, and done since: {_some(sorted(mended))}"] if mended else []
    since += [f"{many(night['runs_since'], 'smaller run')} since"] if night["runs_since"] else []
    sentence = "; ".join(filter(None, [_tell_delivered(mine), *troubles, *since]))
    ran = [row for row in rows if row["run"]]
    tone = "bad" if _all_failed(still) or _all_failed(ran) else "warn" if troubles else "good"
    return tone, f"Last {name_kind(night)} ({night['run']}, {ago(night['started_at'], now)}): {sentence}."


def name_kind(run: Record) -> str:
    """What a run was: `night`, or `run of 1 of 12 sources`, or `run` if nobody planned it."""
    if run["night"]:
        return "night"
    return f"run of {run['planned']:,} of {many(run['followed'], 'source')}" if run["planned"] else "run"


def describe_night(
    rows: Sequence[Record],
    latest: Sequence[Record],
    superseded: Sequence[Record] = (),
    *,
    schedule: str = "",
    timezone: str = "UTC",
    now: datetime,
) -> Record | None:
    """The state of the last night, for a page that words it itself; None if nothing has run.

    Fields: `run`, `started_at`, `running` (stages), `new` (articles), `night`, `planned`, `followed`, `runs_since`,
    `failed`, `mended` (failed in the night and done since), `earlier` and `later` (failed in a run before or after the
    night), `quiet` (names of sources), `missed_at`; `since`: the newest smaller runs after it.
    """
    night = find_night(latest)
    if not rows or night is None:
        return None
    mine, mended = _of_night(rows, superseded, night), _find_mended(rows, superseded)
    failed = [row["name"] for row in mine if row["state"] == RunState.FAILED and row["name"] not in mended]
    others = [row for row in rows if _failed_in_another(row, mine, night)]
    kept = ("run", "started_at", "running", "new", "night", "planned", "followed", "runs_since")
    return {
        **{key: night[key] for key in kept},
        "failed": failed,
        "mended": sorted(mended),
        "earlier": [row["name"] for row in others if row["started_at"] < night["started_at"]],
        "later": [row["name"] for row in others if row["started_at"] >= night["started_at"]],
        "quiet": [row["name"] for row in rows if row["quiet"] and row["state"] != RunState.FAILED],
        "missed_at": missed_run(rows, latest, schedule, timezone, now),
        "since": [{key: run[key] for key in SINCE} for run in latest[: latest.index(night)][: policy.RUNS_SINCE_SHOWN]],
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


def missed_run(
    rows: Iterable[Record], latest: Sequence[Record], schedule: str, timezone: str, now: datetime
) -> datetime | None:
    """The last time at which news_crawl was due, if no run has started since then although a source was due; None if
    all is well. A source with a schedule of its own is due at the times of that schedule.

    A run that a person began for some of the sources does not count as a due run.
    """
    night = find_night(latest)
    if not schedule or night is None:
        return None
    by_itself = next((run for run in latest if not run["one_page"] and not runs.begun_by_hand(run["run"])), night)
    begun_last = max(night["started_at"], by_itself["started_at"])
    due = cron.last_strike(schedule, timezone, now - policy.START_GRACE).astimezone(UTC)
    if due <= begun_last:
        return None
    for row in rows:
        begun = row["started_at"]
        if begun is None or not row["schedule"] or cron.last_strike(row["schedule"], row["timezone"], due) > begun:
            return due
    return None


def many(number: int, word: str) -> str:
    return f"{number:,} {word}" + ("" if number == 1 else "s")


def _of_night(rows: Sequence[Record], superseded: Sequence[Record], night: Record) -> list[Record]:
    """What each source did in the night, in the order of `rows`."""
    before = {row["name"]: row for row in superseded}
    return [found for row in rows if (found := before.get(row["name"], row))["run"] == night["run"]]


def _find_mended(rows: Sequence[Record], superseded: Sequence[Record]) -> set[str]:
    """The sources that failed in the night and whose newer run is done."""
    failed = {row["name"] for row in superseded if row["state"] == RunState.FAILED}
    return {row["name"] for row in rows if row["name"] in failed and row["state"] == RunState.DONE}


def _failed_in_another(row: Record, mine: Sequence[Record], night: Record) -> bool:
    """Whether a source failed in its last run, if that is not the night, and did not fail in the night."""
    failed_in_night = any(one["name"] == row["name"] and one["state"] == RunState.FAILED for one in mine)
    return bool(row["state"] == RunState.FAILED and row["run"] != night["run"] and not failed_in_night)


def _tell_delivered(rows: Sequence[Record]) -> str:
    if not rows:
        return "none of the followed sources had a part in it"
    going = [row for row in rows if row["state"] in (RunState.RUNNING, "unfinished")]
    new, giving = sum(row["new"] for row in rows), [row for row in rows if row["new"]]
    if going:
        done = f"{len(rows) - len(going)} of {many(len(rows), 'source')} done"
        return f"under way, {done}, {many(new, 'new article')} so far"
    silent = [row for row in rows if not row["new"] and row["state"] != RunState.FAILED and not _tell_walls(row)]
    held, others = [row for row in silent if row["held"]], [row for row in silent if not row["held"]]
    resting = [row for row in others if row["not_due"]]
    copied = [row for row in others if not row["not_due"] and 0 < row["copies"] == row["first_found"]]
    pages, articles = many(sum(r["copies"] for r in copied), "page"), many(sum(r["held"] for r in held), "article")
    told = {
        "had nothing new": len(others) - len(resting) - len(copied),
        f"had {articles} held": len(held),
        f"gave only copies of known articles ({pages})": len(copied),
        "not asked yet, because no list of theirs was due": len(resting),
    }
    if giving:
        said = [f"{len(giving)} of {many(len(rows), 'source')} delivered {many(new, 'new article')}"]
        return ", ".join(said + [f"{count} {what}" for what, count in told.items() if count])
    return ", ".join(f"{many(count, 'source')} {what}" for what, count in told.items() if count)


def _all_failed(rows: Sequence[Record]) -> bool:
    return bool(rows) and all(row["state"] == RunState.FAILED for row in rows)


def _failed_now(mine: Sequence[Record], night: Record, unreached: Callable[[str], str]) -> Iterator[str]:
    """Phrases about the sources that failed in the night; a network that is down is one phrase for all sources."""
    failed = [row for row in mine if row["state"] == RunState.FAILED]
    down = unreached(night["run"]) if len(failed) > 1 else ""
    if down:
        yield _lower_first(down)
        return
    for row in failed[: policy.NAMED]:
        yield f"{row['name']} failed: {_brief(row['message'] or 'no reason was given')}"
    if len(failed) > policy.NAMED:
        yield f"{len(failed) - policy.NAMED} more failed"


def _failed_otherwise(rows: Sequence[Record], mine: Sequence[Record], night: Record) -> Iterator[str]:
    """Phrases about sources that failed in their last run, if this run was before the night or after it."""
    others = [row for row in rows if _failed_in_another(row, mine, night)]
    for said, later in (("failed in an earlier run", False), ("failed since", True)):
        told = [
            f"{row['name']} ({row['run']})" for row in others if (row["started_at"] >= night["started_at"]) is later
        ]
        if told:
            yield f"{said}: {_some(told)}"


def _not_told(night: Record, undelivered: int, channels: Sequence[Record]) -> Iterator[str]:
    """Phrases about obstacles to messages: a failed alert stage, messages that were given up, held channels."""
    if night["alert_error"]:
        yield f"the alert stage failed: {_lower_first(night['alert_error'])}"
    if undelivered:
        yield f"{many(undelivered, 'message')} could not be sent"
    for channel in [channel for channel in channels if channel["held"]][: policy.NAMED]:
        yield _tell_held(channel)


def _without_articles(rows: Sequence[Record], mine: Sequence[Record]) -> Iterator[str]:
    """Phrases about sources that gave walls instead of articles in the night, and about quiet sources."""
    for row in [row for row in mine if _tell_walls(row)][: policy.NAMED]:
        yield f"{row['name']} gave no article: {_tell_walls(row)}"
    quiet = [row["name"] for row in rows if row["quiet"] and row["state"] != RunState.FAILED]
    if quiet:
        yield f"gone quiet: {_some(quiet)}"


def _tell_walls(row: Record) -> str:
    """A phrase that says how many new URLs of a source were walls or error pages, or could not be fetched, and why;
    empty if there are few, or if the source gave articles."""
    kinds = [e for e in row["reasons"] if e["state"] == "rejected" and e["code"] in NO_PAGES]
    walls, unread = (sum(end["urls"] for end in ends) for ends in (kinds, row["unread"]))
    if walls < row["outcomes"]["rejected"]:
        # Other pages were rejected too, so not everything of the site is behind a wall.
        kinds, walls = [], 0
    given = row["new"] or row["held"]
    if given or row["state"] == RunState.FAILED or walls + unread < policy.LEAST_WALLED_PAGES:
        return ""
    told = (
        f"{many(count, 'page')} {what} ({', '.join(dict.fromkeys(end['reason'] for end in ends))})"
        for count, what, ends in ((walls, "rejected", kinds), (unread, "not fetched", row["unread"]))
        if count
    )
    return " and ".join(told)


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
