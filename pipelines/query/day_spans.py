"""Days and spans as queries write them: `2026-11-01`, `2026-11`, `2026`, `7d`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

BACK = re.compile(r"(\d{1,5})([hdw])")
DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
FORMS = "2026-11-01, 2026-11, 2026 or how far back: 24h, 7d, 2w"


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment in a query: a date, or a span of time back from the moment at which the query is asked."""

    at: datetime | None = None
    back: timedelta = timedelta()

    def seen_from(self, now: datetime) -> datetime:
        """The moment as a date and time, counted from `now`."""
        return self.at or now - self.back

    def is_past(self, end: Moment) -> bool:
        """Whether this moment is the same as `end` or later, at whatever time the query is asked."""
        if self.at and end.at:
            return self.at >= end.at
        return not self.at and not end.at and self.back <= end.back


def read(written: str, *, end: bool) -> Moment | None:
    """The moment that a person wrote; None if the text is no moment. A day, month or year gives its first moment, or
    with `end` the moment after its last one, in UTC.
    """
    back = BACK.fullmatch(written.strip().lower())
    if back:
        return Moment(back=int(back[1]) * UNITS[back[2]])
    day = DAY.fullmatch(written.strip())
    if not day:
        return None
    year, month, number = (None if part is None else int(part) for part in day.groups())
    try:
        begin = datetime(year or 0, 1 if month is None else month, 1 if number is None else number, tzinfo=UTC)
        if not end:
            return Moment(at=begin)
        if number is not None:
            return Moment(at=begin + timedelta(days=1))
        after = (begin.year + 1, 1) if month in (None, 12) else (begin.year, begin.month + 1)
        return Moment(at=datetime(*after, 1, tzinfo=UTC))
    except (ValueError, OverflowError):
        return None
