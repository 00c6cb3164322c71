"""The languages of messages: what Nightdesk says in each, and its dates and numbers; alone knows Babel.

A catalogue is `locale/<code>.po`, as translators' programs read it; English is what stands in the code. It is compiled
where it is read, so nothing beside it can be of an older day.
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

# Code of a language -> what it calls itself.
NAMES = {"en": "English", "ar": "العربية", "ckb": "کوردی", "fa": "فارسی", "fr": "Français", "tr": "Türkçe"}
USUAL = "en"
CATALOGUES = Path(__file__).parent / "locale"
# The digits of the numbering systems that these languages write with.
DIGITS = {"arab": "٠١٢٣٤٥٦٧٨٩", "arabext": "۰۱۲۳۴۵۶۷۸۹"}
# How a day, a month and a year are written; in English in numbers that every reader takes for the same day.
FORMS = {"day": "d MMMM y", "month": "MMMM y", "year": "y"}
# Persian reads by the solar Hijri calendar, which Babel does not know; the Gregorian date stands behind it.
PERSIAN = "fa"
JALALI_MONTHS = (
    "فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند",
)  # fmt: skip
ENGLISH_FORMS = {"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}


def message(text: str) -> str:
    """Text that is said later in some language: the catalogues have it."""
    return text


def say(language: str, text: str, **values: str) -> str:
    """A text of ours in a language, with what it tells put in."""
    return _catalogue(language or USUAL).gettext(text).format(**values)


def count(language: str, one: str, many: str, number: int) -> str:
    """A text of ours for a number of things, which stands as {n} in it."""
    return _catalogue(language or USUAL).ngettext(one, many, number).format(n=amount(language, number))


def amount(language: str, number: int) -> str:
    """A number in the digits of a language."""
    if (language or USUAL) == USUAL:
        return str(number)
    return str(numbers.format_decimal(number, locale=_locale(language), numbering_system="default"))


def moment(language: str, at: datetime, timezone: str) -> str:
    """A moment to the minute by the clock of a zone, and saying whose."""
    zone = ZoneInfo(timezone or "UTC")
    local = at.astimezone(zone)
    offset = local.isoformat().removeprefix(local.replace(tzinfo=None).isoformat())
    named = "UTC" if zone.key == "UTC" else f"UTC{offset}"
    if (language or USUAL) == USUAL:
        return f"{local:%Y-%m-%d %H:%M} {named}"
    # The name of the zone stays in Latin digits: +٠٣:٣٠ would stand on the wrong side of UTC in a line from the right.
    return _in_digits(language, f"{_date(language, local.date(), 'day')} {local:%H:%M}") + f" {named}"


def write_published(language: str, at: datetime, precision: str, timezone: str, clock: str = "UTC") -> str:
    """A moment to the minute by the reader's clock; a day, which has no zone, as the source's own calendar has it."""
    if precision in FORMS:
        return day(language, at, precision, timezone)
    return moment(language, at, clock)


def day(language: str, at: datetime, precision: str, timezone: str) -> str:
    """A day, a month or a year, as the calendar of a zone has it."""
    local = at.astimezone(ZoneInfo(timezone or "UTC"))
    if (language or USUAL) == USUAL:
        return local.strftime(ENGLISH_FORMS[precision])
    return _in_digits(language, _date(language, local.date(), precision))


def _date(language: str, at: date, precision: str) -> str:
    """A date in the words of a language; a whole month or year stays one of the calendar that its page wrote it by."""
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
