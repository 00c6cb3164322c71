"""When: dates as feeds and sitemaps write them, in UTC; it alone knows their forms, month names and zone names.

An hour whose zone nobody can know says its day alone, which is written as midnight UTC; a day in doubt says nothing.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

EARLIEST, LATEST = 1990, 2100
LONGEST = 80
# Gregorian months alone: a solar or lunar month beside a Gregorian year is a doubt.
MONTHS = {
    name.replace("ı", "i"): number
    for number, names in enumerate(
        (
            "jan january janv janvier oca ocak يناير ينایر جانفي كانون_الثاني کانونی_دووەم ژانویه جنوری",
            "feb february fév févr février fevr fevrier şub şubat فبراير فيفري شباط فوریه",
            "mar march mars mart مارس آذار اذار",
            "apr april avr avril nis nisan أبريل ابريل إبريل أفريل نيسان آوریل",
            "may mai mayıs مايو ماي أيار ايار مه",
            "jun june juin haz haziran يونيو يونيه جوان حزيران ژوئن",
            "jul july juil juillet tem temmuz يوليو يوليوز جويلية تموز ژوئیه ژوییه",
            "aug august août aout ağu ağustos أغسطس اغسطس أوت غشت آب اب اوت",
            "sep sept september septembre eyl eylül سبتمبر شتنبر أيلول ايلول سپتامبر",
            "oct october octobre eki ekim أكتوبر اكتوبر تشرين_الأول تشرين_الاول اکتبر",
            "nov november novembre kas kasım نوفمبر نونبر تشرين_الثاني نوامبر",
            "dec december déc décembre decembre ara aralık ديسمبر دجنبر كانون_الأول كانون_الاول دسامبر",
        ),
        1,
    )
    for name in names.split()
}
# Only names that mean one thing, and those that RFC 822 settles; CST is China's, IST three countries', AST two seas'.
ZONES = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 60, "cet": 60, "mez": 60, "cest": 120, "mesz": 120,
    "eet": 120,
    "eest": 180, "trt": 180, "msk": 180, "irst": 210, "irdt": 270, "pkt": 300, "jst": 540, "kst": 540, "hkt": 480,
    "sgt": 480, "wib": 420, "sast": 120, "nzst": 720, "nzdt": 780, "aest": 600, "aedt": 660, "awst": 480,
    "est": -300, "edt": -240, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420,
}  # fmt: skip
CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d{1,9})?)?(?:\s*(?P<half>[ap])\.?m\.?)?"
ZONE = r"(?P<zone>[+-]\d{1,2}:?\d{2}|[+-]\d{1,2}|[a-z]{1,5})(?P<offset>[+-]\d{1,2}(?::?\d{2})?)?(?:\s*\([^()]*\))?"
TIME = rf"(?:(?:\s*t\s*|[\s,]+|\s+(?:at|à|-)\s+){CLOCK}(?:\s*{ZONE})?)?"
WEEKDAY = r"(?:[^\W\d_]+(?:\s?شنبه)?\.?\s*[,،]?\s+|[^\W\d_]+\s*[,،]\s*)?"
YEAR = r"(?P<year>\d{4})"
NAME = r"(?P<name>[^\W\d_]+(?:\s+(?:الثاني|الأول|الاول|دووەم))?)\.?"
FORMS = [
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"{YEAR}([-/.])(?P<month>\d{{1,2}})\2(?P<day>\d{{1,2}}){TIME}",
        rf"{YEAR}(?P<month>\d\d)(?P<day>\d\d)(?:t?(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)(?:{ZONE})?)?",
        rf"{WEEKDAY}(?P<day>\d{{1,2}})(?:er|\.)?[\s-]+{NAME}[\s,،-]+(?P<year>\d{{4}}|\d\d){TIME}",
        rf"{WEEKDAY}{NAME}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s,،]+{YEAR}{TIME}",
        # The form of C's ctime, its year last.
        rf"{WEEKDAY}{NAME}\s+(?P<day>\d{{1,2}})\s+{CLOCK}\s+(?:{ZONE}\s+)?{YEAR}",
        rf"{WEEKDAY}(?P<first>\d{{1,2}})([-/.])(?P<other>\d{{1,2}})\2{YEAR}{TIME}",
    )
]
USUAL = re.compile(
    r"[A-Z][a-z]{2}, (?P<day>\d{1,2}) (?P<name>[A-Z][a-z]{2}) (?P<year>\d{4}) "
    r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d) (?P<zone>GMT|[+-]\d{4})"
)
MONTH = re.compile(r"(\d{4})-(\d{1,2})")
DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")


def moment(text: str) -> datetime | None:
    """A date as feeds write it, in UTC; None where in doubt. A day or an hour without a zone is midnight of it."""
    text = " ".join(text[: LONGEST + 1].translate(DIGITS).split())
    if not text or len(text) > LONGEST:
        return None
    # What most of them write: no form of ours is needed.
    try:
        if len(text) >= 20 and text[10] == "T":
            return _within(datetime.fromisoformat(text))
    except ValueError:
        pass
    if said := USUAL.fullmatch(text):
        return _read(said.groupdict())
    for form in FORMS:
        if said := form.fullmatch(text):
            return _read(said.groupdict())
    return None


def month(text: str) -> datetime | None:
    """A date, or the first day of a month where no day is said: for what is only put in order by it."""
    said = MONTH.fullmatch(text.strip())
    if said and EARLIEST <= int(said[1]) <= LATEST and 1 <= int(said[2]) <= 12:
        return datetime(int(said[1]), int(said[2]), 1, tzinfo=UTC)
    return moment(text)


def _read(said: dict[str, str | None]) -> datetime | None:
    try:
        year, number, day = _day(said)
        at = datetime(year, number, day, tzinfo=UTC)
        if not said.get("hour"):
            return _within(at)
        hour = _hour(int(said["hour"] or 0), said.get("half"))
        clock = timedelta(hours=hour, minutes=int(said["minute"] or 0), seconds=min(int(said.get("second") or 0), 59))
        if hour > 23 or int(said["minute"] or 0) > 59 or int(said.get("second") or 0) > 60:
            return None
        zone = _zone(said.get("zone"), said.get("offset"))
        return _within(at if zone is None else (at + clock).replace(tzinfo=zone))
    except (ValueError, OverflowError):
        return None


def _day(said: dict[str, str | None]) -> tuple[int, int, int]:
    """Year, month and day; ValueError where they could be read in two ways, or in none."""
    year = int(said["year"] or 0)
    if len(said["year"] or "") == 2:
        # As RFC 2822 reads the years of RFC 822.
        year += 2000 if year < 50 else 1900
    if said.get("first"):
        first, other = int(said["first"] or 0), int(said["other"] or 0)
        if first <= 12 and other <= 12 and first != other:
            raise ValueError("day or month first?")
        return year, min(first, other) if max(first, other) > 12 else first, max(first, other)
    if said.get("name"):
        name = " ".join((said["name"] or "").split()).replace(" ", "_").lower().replace("i̇", "i").replace("ı", "i")
        if name not in MONTHS:
            raise ValueError("no month")
        return year, MONTHS[name], int(said["day"] or 0)
    return year, int(said["month"] or 0), int(said["day"] or 0)


def _hour(hour: int, half: str | None) -> int:
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError("no hour of a half day")
    return hour % 12 + (12 if half.lower() == "p" else 0)


def _zone(name: str | None, offset: str | None) -> timezone | None:
    """The zone, or None where a time stands without one, or with one that several places call theirs."""
    if name is None or name == "-0000":
        # RFC 2822: nothing is said of where this clock stands.
        return None
    if name[0] in "+-":
        digits = name[1:].replace(":", "")
        hours, minutes = (int(digits), 0) if len(digits) <= 2 else (int(digits[:-2]), int(digits[-2:]))
        if hours > 14 or minutes > 59:
            return None
        return timezone((1 if name[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes))
    if offset:
        return _zone(offset, None) if name.lower() in ("gmt", "utc") else None
    minutes_off = ZONES.get(name.lower())
    return None if minutes_off is None else timezone(timedelta(minutes=minutes_off))


def _within(at: datetime) -> datetime | None:
    at = at.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=UTC) if at.tzinfo is None else at
    try:
        at = at.astimezone(UTC)
    except OverflowError:
        return None
    return at if EARLIEST <= at.year <= LATEST else None
