"""Dates as feeds and sitemaps write them: read as those of pages are, but never a guess.

What a list says decides whether an article is asked for at all: of a date in doubt nothing is said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from pipelines.dates import clocks, months
from pipelines.dates.written import ISO, leftover, parse_date

# Years that a list's date can be of. Chosen: no site is older than the web; what lies beyond is a number.
EARLIEST_YEAR, LATEST_YEAR = 1990, 2100
# Characters of a date in words. Chosen: longer is a sentence.
LONGEST_CHARACTERS = 80
# Words beside a date: its weekday, which has three in some languages, and what joins day and time.
MOST_WORDS = 4
# What most of them write.
USUAL = re.compile(r"[A-Z][a-z]{2}, (\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) (?:GMT|([+-]\d\d)(\d\d))")
NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTHS = {name: number for number, name in enumerate(NAMES, 1)}
MONTH = re.compile(r"(\d{4})-(\d{1,2})")
TWO_NUMBERS = re.compile(r"(?<![\d:./-])(\d{1,2})\s?([./-])\s?(\d{1,2})\s?\2\s?(?:\d{4}|\d\d)(?![\d:])")
YEAR_FIRST = re.compile(r"(?<!\d)\d{4}\s?[./-]\s?\d")
# As RFC 2822 reads the years of RFC 822.
SHORT_YEAR = re.compile(r"(\d{1,2}[ -][^\W\d]{3,9}[ -])(\d\d)(?=[ T]\d\d?:)")
# A zone that we do not know, or no place's offset.
BEHIND_TIME = re.compile(r":\d\d(?:[.,]\d+)?\s*\(?([A-Z]{1,5}|[+-]\d[\d:]*)\)?\s*$")
# RFC 822 settles the other names that several places use.
DISPUTED = frozenset(("ast", "bst", "gst"))
TIME = re.compile(r"(?<![\d:+-])(\d\d?):(\d\d)(?!\d)(?::(\d\d))?")
HALF_DAY = re.compile(r"(?<=\d)\s?[ap]\.?m\b")
HALF = ("AM", "PM")


@dataclass(frozen=True)
class Local:
    """Where a list's dates are from: the language of the source, and the zone (IANA) of times without one.

    Where the zone is not known, it is empty.
    """

    language: str = ""
    timezone: str = ""


ANYWHERE = Local()


def moment(text: str, local: Local = ANYWHERE) -> datetime | None:
    """A date as lists write it, in UTC; None where in doubt."""
    return read_date(text, local)[0]


@lru_cache(maxsize=4096)
def read_date(text: str, local: Local = ANYWHERE) -> tuple[datetime | None, str]:
    """A date as lists write it, in UTC, and its precision as an Entry has it; None where in doubt.

    A day alone is midnight UTC of it, and so is a day whose hour is in a zone that nobody can know.
    """
    text = " ".join(text[: LONGEST_CHARACTERS + 1].split())
    if not text or len(text) > LONGEST_CHARACTERS:
        return None, ""
    found = _usual(text, local) or _any(text, local)
    if found is None or not EARLIEST_YEAR <= found[0].year <= LATEST_YEAR:
        return None, ""
    at, precision = found
    obvious = "day" if at.timetz() == time(tzinfo=UTC) else "second"
    return at, "" if precision == obvious else precision


def month(text: str, local: Local = ANYWHERE) -> datetime | None:
    """A date, or the first day of a month where no day is said: for what is only put in order by it."""
    said = MONTH.fullmatch(text.strip())
    if said and EARLIEST_YEAR <= int(said[1]) <= LATEST_YEAR and 1 <= int(said[2]) <= 12:
        return datetime(int(said[1]), int(said[2]), 1, tzinfo=UTC)
    return moment(text, local)


def _usual(text: str, local: Local) -> tuple[datetime, str] | None:
    """The forms that most lists have, which need no reader of ours; None for all others."""
    try:
        # 2026-11-22
        if len(text) == 10 and text[4] == text[7] == "-":
            return datetime.fromisoformat(text).replace(tzinfo=UTC), "day"
        # 2026-11-22T02:00:13, whatever follows
        if len(text) >= 19 and text[10] in "T ":
            at = datetime.fromisoformat(text)
            if not at.tzinfo and not local.timezone:
                return at.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=UTC), "day"
            at = at if at.tzinfo else at.replace(tzinfo=ZoneInfo(local.timezone))
            return at.astimezone(UTC), _exact(at)
        if said := USUAL.fullmatch(text):
            day, name, year, hour, minute, second, east, rest = said.groups()
            zone = clocks.offsets(f"{east}{rest}") if east else (0,)
            if not zone:
                return None
            at = datetime(int(year), MONTHS[name], int(day), int(hour), int(minute), int(second), tzinfo=UTC)
            return at - timedelta(minutes=zone[0]), "second" if zone[0] else _exact(at)
    except (ValueError, KeyError, OverflowError):
        pass
    return None


def _exact(at: datetime) -> str:
    """The precision of a moment in its own zone: midnight in UTC is how software writes a day without a time."""
    return "day" if at.time() == time() and not at.utcoffset() else "second"


def _any(text: str, local: Local) -> tuple[datetime, str] | None:
    """What a page's date of these words would be, where nothing but a date stands there."""
    text = SHORT_YEAR.sub(lambda match: f"{match[1]}{'20' if match[2] < '50' else '19'}{match[2]}", text)
    plain = months.fold(text)
    if _no_month(plain) or _ambiguous(plain, local) or _no_clock(plain) or leftover(text, local.language) > MOST_WORDS:
        return None
    # Relative dates are those of the moment at which a list was made, which nobody knows.
    found = parse_date(text, None, local.timezone or "UTC", local.language)
    if not found:
        return None
    at, precision = found
    if precision == "day" or _in_unknown_zone(text, at, local):
        return datetime(at.year, at.month, at.day, tzinfo=UTC), "day"
    try:
        return at.astimezone(UTC), precision
    except OverflowError:
        return None


def _ambiguous(plain: str, local: Local) -> bool:
    """Whether a day in numbers can be read with the month before or after it.

    Between dots only English puts the month first.
    """
    said = None if ISO.search(plain) or YEAR_FIRST.search(plain) else TWO_NUMBERS.search(plain)
    if not said:
        return False
    first, second = int(said[1]), int(said[3])
    if said[2] == "." and local.language and not local.language.startswith("en"):
        return False
    return first != second and max(first, second) <= 12


def _no_clock(plain: str) -> bool:
    """Whether something stands there like a time of day that is none."""
    said = TIME.search(plain)
    if not said:
        return False
    hours = 12 if HALF_DAY.search(plain) else 24
    return int(said[1]) > hours or int(said[2]) > 59 or int(said[3] or 0) > 60


def _no_month(plain: str) -> bool:
    """Whether a date in the form of ISO 8601 has a month that no year has."""
    said = ISO.search(plain)
    return said is not None and not 1 <= int(said[2]) <= 12


def _in_unknown_zone(text: str, at: datetime, local: Local) -> bool:
    """Whether a time stands in a zone that we do not know, or in one that several places call theirs, none of them the
    source's own."""
    said = BEHIND_TIME.search(text)
    name = said[1] if said and said[1] not in HALF else ""
    if not local.timezone:
        # Read as of another place it is another moment, unless its zone stands there.
        elsewhere = parse_date(text, None, "Pacific/Kiritimati", local.language)
        return elsewhere is None or elsewhere[0] != at or name.lower() in DISPUTED
    if not name:
        return False
    here = at.replace(tzinfo=ZoneInfo(local.timezone))
    known = clocks.offsets(name)
    if not known:
        return here.tzname() != name
    return name.lower() in DISPUTED and here.utcoffset() not in [timedelta(minutes=one) for one in known]
