"""Reads dates of feeds and sitemaps, in the same way as dates of pages, but it never guesses.

The date in a list decides whether an article is requested at all. So a doubtful date counts as no date.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from pipelines.dates import clocks, months
from pipelines.dates.written import ISO, leftover, parse_date

# A list's date has a year from EARLIEST_YEAR to LATEST_YEAR. Chosen: no site is older than the web, and a number above
# the last year is no year.
EARLIEST_YEAR, LATEST_YEAR = 1990, 2100
# A date in words has at most this many characters. Chosen: a longer text is a sentence.
LONGEST_CHARACTERS = 80
# Besides its date, a text has at most this many words: the weekday, which has three words in some languages, and a word
# between day and time.
MOST_WORDS = 4
# Most lists write their dates in this form.
USUAL = re.compile(r"[A-Z][a-z]{2}, (\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) (?:GMT|([+-]\d\d)(\d\d))")
NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTHS = {name: number for number, name in enumerate(NAMES, 1)}
MONTH = re.compile(r"(\d{4})-(\d{1,2})")
TWO_NUMBERS = re.compile(r"(?<![\d:./-])(\d{1,2})\s?([./-])\s?(\d{1,2})\s?\2\s?(?:\d{4}|\d\d)(?![\d:])")
YEAR_FIRST = re.compile(r"(?<!\d)\d{4}\s?[./-]\s?\d")
# RFC 822 allows a year of two digits. RFC 2822 says that 00 to 49 are years from 2000 on.
SHORT_YEAR = re.compile(r"(\d{1,2}[ -][^\s\d]{2,12}[ -])(\d\d)(?=[ T]\d\d?:)")
# What follows a time may be an unknown zone, or an offset that no place has.
BEHIND_TIME = re.compile(r":\d\d(?:[.,]\d+)?\s*\(?([A-Z]{1,5}|[+-]\d[\d:]*)\)?\s*$")
# Several places use these zone names, and RFC 822 does not decide which place is meant.
DISPUTED = frozenset(("ast", "bst", "gst"))
TIME = re.compile(r"(?<![\d:+-])(\d\d?):(\d\d)(?!\d)(?::(\d\d))?")
HALF_DAY = re.compile(r"(?<=\d)\s?[ap]\.?m\b")
HALF = ("AM", "PM")


@dataclass(frozen=True)
class Local:
    """The origin of a list's dates: the language of the source, and the zone (IANA) for times without a zone.

    The zone is empty if it is unknown.
    """

    language: str = ""
    timezone: str = ""


ANYWHERE = Local()


def moment(text: str, local: Local = ANYWHERE) -> datetime | None:
    """The moment of a list's date, in UTC; None if it is doubtful."""
    return read_date(text, local)[0]


@lru_cache(maxsize=4096)
def read_date(text: str, local: Local = ANYWHERE) -> tuple[datetime | None, str]:
    """The moment of a list's date, in UTC, and its precision as in `Entry`; None if it is doubtful.

    A day without a time gives its midnight in UTC. A day with a time in an unknown zone gives the same midnight.
    """
    text = " ".join(text[: LONGEST_CHARACTERS + 1].split())
    if not text or len(text) > LONGEST_CHARACTERS:
        return None, ""
    found = _usual(text, local)
    # Some software writes the year of the Thai calendar into a usual form.
    if found is None or found[0].year > LATEST_YEAR:
        found = _any(text, local)
    if found is None or not EARLIEST_YEAR <= found[0].year <= LATEST_YEAR:
        return None, ""
    at, precision = found
    obvious = "day" if at.timetz() == time(tzinfo=UTC) else "second"
    return at, "" if precision == obvious else precision


def month(text: str, local: Local = ANYWHERE) -> datetime | None:
    """The moment of a date; if only a month is given, the first day of the month. Use this only for sorting."""
    said = MONTH.fullmatch(text.strip())
    if said and EARLIEST_YEAR <= int(said[1]) <= LATEST_YEAR and 1 <= int(said[2]) <= 12:
        return datetime(int(said[1]), int(said[2]), 1, tzinfo=UTC)
    return moment(text, local)


def _usual(text: str, local: Local) -> tuple[datetime, str] | None:
    """Read the forms of most lists without the full reader; None for all other forms."""
    try:
        # 2026-11-22
        if len(text) == 10 and text[4] == text[7] == "-":
            return datetime.fromisoformat(text).replace(tzinfo=UTC), "day"
        # 2026-11-22T02:00:13, also with a fraction of a second and an offset after it
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
    """The precision of a moment; a midnight that is written in UTC counts as a day, because software writes days like
    this.
    """
    return "day" if at.time() == time() and not at.utcoffset() else "second"


def _any(text: str, local: Local) -> tuple[datetime, str] | None:
    """Read the text like a page's date, if it contains nothing but a date."""
    text = SHORT_YEAR.sub(lambda match: f"{match[1]}{'20' if match[2] < '50' else '19'}{match[2]}", text)
    plain = months.fold(text)
    if _no_month(plain) or _ambiguous(plain, local) or _no_clock(plain) or leftover(text, local.language) > MOST_WORDS:
        return None
    # A relative date depends on the moment at which the list was made, and that is unknown.
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
    """Whether a date in numbers could have the month first or the day first.

    With dots, only English puts the month first.
    """
    said = None if ISO.search(plain) or YEAR_FIRST.search(plain) else TWO_NUMBERS.search(plain)
    if not said:
        return False
    first, second = int(said[1]), int(said[3])
    if said[2] == "." and local.language and not local.language.startswith("en"):
        return False
    return first != second and max(first, second) <= 12


def _no_clock(plain: str) -> bool:
    """Whether the text has something like a time of day that is not valid."""
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
    """Whether a time has an unknown zone, or a zone name of several places that does not fit the source's own clock."""
    said = BEHIND_TIME.search(text)
    name = said[1] if said and said[1] not in HALF else ""
    if not local.timezone:
        # If no zone is written, the text gives another moment when it is read with another place's clock.
        elsewhere = parse_date(text, None, "Pacific/Kiritimati", local.language)
        return elsewhere is None or elsewhere[0] != at or name.lower() in DISPUTED
    if not name:
        return False
    here = at.replace(tzinfo=ZoneInfo(local.timezone))
    known = clocks.offsets(name)
    if not known:
        return here.tzname() != name
    return name.lower() in DISPUTED and here.utcoffset() not in [timedelta(minutes=one) for one in known]
