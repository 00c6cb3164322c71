"""Decides when a watch's messages go out: at once, or at a time by the reader's clock, but never in quiet times."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from pipelines import cron
from pipelines.alert import policy

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DIGEST_HOW = f"hourly, nightly {policy.USUAL_TIME}, or weekly {policy.USUAL_DAY} {policy.USUAL_TIME}"
QUIET_HOW = "22:00-07:00, fri, or fri 12:00-15:00"
_DIGEST = re.compile(rf"(?:(hourly)|(nightly)|(weekly)(?: ({'|'.join(DAYS)}))?)(?: (\d{{1,2}}:\d{{2}}))?")
_QUIET = re.compile(rf"({'|'.join(DAYS)})?(?:(?:^| )(\d{{1,2}}:\d{{2}})-(\d{{1,2}}:\d{{2}}))?")
DAY_MINUTES = 24 * 60
WEEK_MINUTES = 7 * DAY_MINUTES  # seven days
MINUTE = timedelta(minutes=1)


def digest(written: str) -> str:
    """The stored form of a digest time: hourly, nightly 07:00, weekly mon 07:00; empty: at once.

    ValueError if the text cannot be read. Its message is the second half of a sentence; the caller writes the first
    half.
    """
    found = _DIGEST.fullmatch(" ".join(written.lower().split()))
    if not written.strip():
        return ""
    if not found or (found[1] and found[5]):
        raise ValueError(f"is no time for a digest; write {DIGEST_HOW}")
    if found[1]:
        return "hourly"
    time = _show_time(_minutes(found[5] or policy.USUAL_TIME, latest=DAY_MINUTES - 1))
    return f"nightly {time}" if found[2] else f"weekly {found[4] or policy.USUAL_DAY} {time}"


def quiet(written: Sequence[str]) -> tuple[str, ...]:
    """The stored form of the quiet times, in which nothing goes out; ValueError as in `digest`."""
    made = tuple(dict.fromkeys(_span(one) for one in written))
    if made and len(_minutes_of_week(made)) == WEEK_MINUTES:
        raise ValueError("leaves no time at all in which a message may go out")
    return made


def due(digest: str, quiet: Sequence[str], timezone: str, at: datetime) -> datetime | None:
    """The time (UTC) at which an alert that is written at the moment `at` goes out; None: at once."""
    moment = cron.next_strike(_cron(digest), timezone, at) if digest else at
    allowed = _first_not_quiet(tuple(quiet), timezone, moment) if quiet else moment
    return allowed if allowed > at else None


def is_quiet(quiet: Sequence[str], timezone: str, at: datetime) -> bool:
    """Whether the clock of a zone shows a quiet time at this moment."""
    wall = at.astimezone(ZoneInfo(timezone))
    return (wall.weekday() * DAY_MINUTES + wall.hour * 60 + wall.minute) in _minutes_of_week(tuple(quiet))


@lru_cache(maxsize=1024)
def _first_not_quiet(quiet: tuple[str, ...], timezone: str, at: datetime) -> datetime:
    """The first moment, from `at` on, that is not quiet.

    The search asks the clock of the zone for each minute. So the result is right even when a clock is changed, and an
    hour comes twice or is left out.
    """
    if not is_quiet(quiet, timezone, at):
        return at
    moment = at.astimezone(UTC).replace(second=0, microsecond=0)
    while is_quiet(quiet, timezone, moment):
        moment += MINUTE
    return moment


@lru_cache(maxsize=1024)
def _minutes_of_week(quiet: tuple[str, ...]) -> frozenset[int]:
    """The quiet minutes of a week, counted from Monday."""
    found: set[int] = set()
    for one in quiet:
        day, begin, end = _parts(one)
        for number in [DAYS.index(day)] if day else range(len(DAYS)):
            first = number * DAY_MINUTES + begin
            length = end - begin if end > begin else end - begin + DAY_MINUTES
            found.update(minute % WEEK_MINUTES for minute in range(first, first + length))
    return frozenset(found)


def _parts(span: str) -> tuple[str, int, int]:
    """The day of a span, if it names one, and the minutes of a day at which the span begins and ends."""
    found = _QUIET.fullmatch(span)
    if not found or not span:
        raise ValueError(f"{span!r} is no quiet time; write {QUIET_HOW}")
    if not found[2]:
        return found[1], 0, DAY_MINUTES
    begin, end = _minutes(found[2], latest=DAY_MINUTES - 1), _minutes(found[3], latest=DAY_MINUTES)
    if begin == end:
        raise ValueError(f"{span!r} lasts no time; for a whole day write its name, such as {DAYS[0]}")
    return found[1] or "", begin, end


def _span(written: str) -> str:
    written = " ".join(written.lower().split())
    day, begin, end = _parts(written)
    if "-" not in written:
        return day
    return f"{day} {_show_time(begin)}-{_show_time(end)}".strip()


def _minutes(written: str, *, latest: int) -> int:
    hours, minutes = map(int, written.split(":"))
    total = hours * 60 + minutes
    if minutes >= 60 or total > latest:
        raise ValueError(f"has {written}, which is no time of a day")
    return total


def _show_time(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _cron(digest: str) -> str:
    """The cron expression of a digest."""
    kind, *rest = digest.split()
    if kind == "hourly":
        return "0 * * * *"
    hour, minute = map(int, rest[-1].split(":"))
    return f"{minute} {hour} * * {rest[0] if kind == 'weekly' else '*'}"
