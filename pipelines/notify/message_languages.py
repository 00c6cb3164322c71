"""The languages of messages: our words in each language, and its forms of dates and numbers, which Babel knows.

A catalogue is `locale/<code>.po`, which translators' programs read; English is in the code. A catalogue is compiled
when it is read, so no outdated compiled file can exist.
"""

from __future__ import annotations

import gettext
from datetime import date, datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, dates, numbers
from babel.messages import mofile, pofile

from pipelines.dates import calendars

# NAMES has, for the code of each language, its own name for itself.
NAMES = {"en": "English", "ar": "العربية", "ckb": "کوردی", "fa": "فارسی", "fr": "Français", "tr": "Türkçe"}
USUAL = "en"
CATALOGUES = Path(__file__).parent / "locale"
# Some of these languages have numbering systems with other digits than English. DIGITS has the digits of each of these
# systems.
DIGITS = {"arab": "٠١٢٣٤٥٦٧٨٩", "arabext": "۰۱۲۳۴۵۶۷۸۹"}
# FORMS has the formats of a day, a month and a year. English has its own formats, in which no reader mistakes the day
# for the month.
FORMS = {"day": "d MMMM y", "month": "MMMM y", "year": "y"}
# Persian uses the solar Hijri calendar, which Babel does not know. The Gregorian date stands after the Persian one in
# parentheses.
PERSIAN = "fa"
JALALI_MONTHS = (
    "فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند",
)  # fmt: skip
ENGLISH_FORMS = {"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}


def translatable(text: str) -> str:
    """Give the text unchanged. A call marks a text that `say` translates later, and that every catalogue must have."""
    return text


def say(language: str, text: str, **values: str) -> str:
    """Our text in a language, with the values put in."""
    return _catalogue(language or USUAL).gettext(text).format(**values)


def count(language: str, one: str, many: str, number: int) -> str:
    """Our text for a number of things; {n} is replaced by the number."""
    return _catalogue(language or USUAL).ngettext(one, many, number).format(n=amount(language, number))


def amount(language: str, number: int) -> str:
    """A number in the digits of a language."""
    if (language or USUAL) == USUAL:
        return str(number)
    return str(numbers.format_decimal(number, locale=_locale(language), numbering_system="default"))


def moment(language: str, at: datetime, timezone: str) -> str:
    """A moment to the minute by the clock of a zone, with the zone's offset from UTC."""
    zone = ZoneInfo(timezone or "UTC")
    local = at.astimezone(zone)
    offset = local.isoformat().removeprefix(local.replace(tzinfo=None).isoformat())
    named = "UTC" if zone.key == "UTC" else f"UTC{offset}"
    if (language or USUAL) == USUAL:
        return f"{local:%Y-%m-%d %H:%M} {named}"
    # The offset keeps Latin digits: in a line from right to left, +٠٣:٣٠ would stand on the wrong side of UTC.
    return _in_digits(language, f"{_date(language, local.date(), 'day')} {local:%H:%M}") + f" {named}"


def write_published(language: str, at: datetime, precision: str, timezone: str, clock: str = "UTC") -> str:
    """The time of publication. A moment is told to the minute by the reader's clock (`clock`). A day, month or year is
    told as it was in the source's zone (`timezone`), because it has no time of day.
    """
    if precision in FORMS:
        return day(language, at, precision, timezone)
    return moment(language, at, clock)


def day(language: str, at: datetime, precision: str, timezone: str) -> str:
    """A day, a month or a year, in the calendar of a zone."""
    local = at.astimezone(ZoneInfo(timezone or "UTC"))
    if (language or USUAL) == USUAL:
        return local.strftime(ENGLISH_FORMS[precision])
    return _in_digits(language, _date(language, local.date(), precision))


def _date(language: str, at: date, precision: str) -> str:
    """A date in the words of a language. In Persian, a day stands in both calendars; a month or a year is Gregorian."""
    written = str(dates.format_date(at, FORMS[precision], locale=_locale(language)))
    if language != PERSIAN or precision != "day":
        return written
    year, month, number = calendars.in_jalali(at)
    return f"{number} {JALALI_MONTHS[month - 1]} {year} ({written})"


def _in_digits(language: str, written: str) -> str:
    digits = DIGITS.get(_locale(language).default_numbering_system)
    return written.translate(str.maketrans("0123456789", digits)) if digits else written


@lru_cache(maxsize=16)
def _locale(language: str) -> Locale:
    return Locale.parse(language or USUAL)


@lru_cache(maxsize=16)
def _catalogue(language: str) -> gettext.NullTranslations:
    if language == USUAL:
        return gettext.NullTranslations()
    compiled = BytesIO()
    with (CATALOGUES / f"{language}.po").open("rb") as file:
        mofile.write_mo(compiled, pofile.read_po(file, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
