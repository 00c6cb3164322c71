"""Reads written dates: ISO 8601, dates in words and numbers, four calendars, relative dates.

An unreadable date gives None, never a guess such as the first of January.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.dates import clocks, months, relative
from pipelines.dates.calendars import hijri, jalali
from pipelines.dates.clocks import CLOCK, TimeOfDay

__all__ = ["hijri", "jalali", "names_update", "only_a_date", "parse_date"]

# A date with an earlier year than this is not read. Chosen: the clocks of computers begin with this year.
OLDEST_YEAR = 1970
# This number is added to a year of two digits.
CENTURY = 2000
# This many characters before a date are searched for a label such as "updated".
BEFORE_CHARACTERS = 40
Moment = tuple[datetime, str]
Day = tuple[int, int, int]
# This many characters of a text are searched for a date. Chosen: a date is at the beginning of its text.
LONGEST_CHARACTERS = 300
# A word that may name a month has at least two letters. In Indian and Burmese scripts one letter is enough: vowels are
# signs there and not letters, so the word for May may be a single letter.
WORD = r"(?:[^\W\d_](?:[^\W\d_]|['.](?=[^\W\d_])){1,20}|[\u0900-\u0dff\u1000-\u109f](?![^\W\d_]))"
ASIDE = rf"(?:\s*[/(|]\s*{WORD}\)?|\s+-\s*{WORD}(?=\s+\d))?"
YEAR = r"(?:1[34]\d\d|19\d\d|20\d\d|2[45]\d\d)"
# OF has the words that may stand between day and month. IN has those that may stand between month and year.
OF = r"(?:de |d'|of |da |di |do |من |ngay |thang |ta' )?"
IN = r"(?:ماه )?(?:de |del |do |di |of |عام |سنه |لعام |لسنه |il |a |ya |gada |m\. |nam |พ\.ศ\. |ค\.ศ\. )?"
DAY = r"(?P<d>\d{1,2})"
ORDINAL = r"(?:\.|st|nd|rd|th|ere?|e|ro|º|°|ª|o|ος|η|ης|an|en|ي|ى|'?[e]|일|\s?-го|טן|\(a\))?"
DAY_FIRST = re.compile(
    rf"(?<![\d:.]){DAY}{ORDINAL}[\s/,-]*{OF}(?P<m>{WORD})\.?{ASIDE}[\s/,.-]*{IN}(?P<y>{YEAR})(?!\d)"
    r"|(?<!\d)(?P<d2>\d{1,2})[-'](?P<m2>[a-z]{3,9})[-'](?P<y2>\d\d)(?!\d)"
)
MONTH_FIRST = re.compile(rf"(?<!\w)(?P<m>{WORD})\.?{ASIDE}[\s/-]+{DAY}{ORDINAL}[\s/,-]+(?:de |of )?(?P<y>{YEAR})(?!\d)")
YEAR_FIRST = re.compile(
    rf"(?<!\d)(?P<y2>{YEAR})(?:\. gada|\s?ж\.|\s?жылы|\s?жылдын) (?P<d2>\d{{1,2}})\.?\s*(?P<m2>{WORD})"
    rf"|(?<!\d)(?P<y>{YEAR})(?:\.|ko|\(e\)ko|\s?m\.|\s?թ\.|\s?оны)?[\s/,.-]*(?:د )?(?P<m>{WORD})[\s/.,-]+{DAY}(?!\d|:)"
)
ISO = re.compile(
    r"(?<!\d)(\d{4})-(\d\d)-(\d\d)"
    r"(?:(?:t| t |[t ]+|-)(\d\d?)(?::|(?<=t\d\d))(?P<minute>\d\d)(?::?(?P<second>\d\d)(?:[.,:]\d+)?)?"
    r"\s*(?P<zone>z|\(?(?:utc|gmt)\s?[+-]\d\d?(?::?\d\d)?|utc|gmt|[+-]\d\d?:?\d\d|[+-]\d\d)?)?(?!\d)"
)
COMPACT = re.compile(r"(20\d\d|19\d\d)(\d\d)(\d\d)(?:t?(\d\d):?(\d\d):?(\d\d)?\s*(z|[+-]\d\d(?::?\d\d)?)?)?")
EPOCH = re.compile(r"(1\d{9})(?:\d{3}|\.\d+)?")
YMD = re.compile(r"(?<![\d/.-])(\d{4})\s?[/.-]\s?(\d{1,2})\s?[/.-]\s?(\d{1,2})(?!\d)")
CJK = re.compile(r"(?<!\d)(\d{2,4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日号號일]?")
ERA = re.compile(r"(令和|平成|昭和|民國|民国)\s?(\d{1,3}|元)\s?年")
# The value of each era of Japan and Taiwan is the year before its first year: the year of the era is added to it.
ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "民國": 1911, "民国": 1911}
NUMERALS = re.compile(r"[〇零一二三四五六七八九十]{1,4}(?=[年月日])")
VIETNAMESE_DAY = r"(\d{1,2}) (?:thang|thg|th) ?(\d{1,2})"
VIETNAMESE = re.compile(rf"(?<!\d){VIETNAMESE_DAY}(?: nam)? (\d{{4}})(?!\d)")
VIETNAMESE_NAME = re.compile(r"(?<=\d )thang (muoi mot|muoi hai|[a-z]+)(?= (?:nam )?\d{4})")
VIETNAMESE_NAMES = ("mot", "hai", "ba", "tu", "nam", "sau", "bay", "tam", "chin", "muoi", "muoi mot", "muoi hai")
MONGOLIAN = re.compile(r"(\d{4}) оны (\d{1,2}|(?:арван ?)?[^\W\d_]+?)(?:\s?-р|-?д[уү]г(?:аа|ээ)р) сарын (\d{1,2})")
MONGOLIAN_NUMBERS = (
    "нэг", "хоер", "гурав", "дөрөв", "тав", "зургаа", "долоо", "наим", "ес", "арав", "арван нэг", "арван хоер",
)  # fmt: skip
# Software writes a day, the number of its month, and its year in this form, if it has no month names for a language.
NUMBERED = re.compile(r"(?<![\d:])(\d{1,2}) (\d{1,2})[月월] (\d{4})(?!\d)|(?<![\d:])(\d\d) (\d\d) (\d{4})(?![\d:])")
# These marks show an abbreviation.
MARKS = re.compile("(?<=[\\w\u0900-\u0dff])[\u05f3\u0970]")
# Without their vowel signs, these short month names look like the name of another month. WHOLE has their full names.
ALIKE = re.compile(r"(?<!\w)(มี\.ค|ม\.ค|जन॰|जाने|জানু|ஜன\.|జన|ಜನ|ਜਨ|ජන)(?![\w\u0900-\u0dff])")
WHOLE = {
    "มี.ค": "มีนาคม", "ม.ค": "มกราคม", "जन॰": "जनवरी", "जाने": "जनवरी", "জানু": "জানুয়ারি", "ஜன.": "ஜனவரி",
    "జన": "జనవరి", "ಜನ": "ಜನವರಿ", "ਜਨ": "ਜਨਵਰੀ", "ජන": "ජනවාරි",
}  # fmt: skip
LABEL = re.compile(r"^[^\W\d]+(?: [^\W\d]+){0,3}\s*:\s*")
SHORT_DMY = re.compile(r"(?<![\d./-])(\d\d)([./-])(\d\d)\2(\d\d)(?!\d|[./]\d)")
DMY = re.compile(r"(?<![\d/.-])(\d{1,2})\s?[/.|-]\s?(\d{1,2})\s?[/.|-]\s?(\d{4})(?!\d)")
# These are the forms of dates in numbers that have a year.
COMPLETE_DATES = (ISO, YMD, CJK, DMY, SHORT_DMY)
# C's ctime writes dates in this form: the time of day and the zone stand before the year.
YEAR_LAST = re.compile(
    rf"({WORD}\.? \d{{1,2}}),? (\d\d?:\d\d(?::\d\d)?)((?: [a-z]{{1,5}}| [+-]\d\d:?\d\d)?) ({YEAR})(?![\d:])"
)
# In French `hier` is "yesterday"; in the HERE_LANGUAGES (German, Dutch, Luxembourgish, Afrikaans) it is "here". The
# words of BESIDE_HIER show that it is French.
HIER = re.compile(r"(?<![\w-])hier(?!\w)")
HERE_LANGUAGES = ("de", "nl", "lb", "af")
BESIDE_HIER = re.compile(r"(?<!\w)(?:publiee?|postee?|parue?|modifiee?|mise? a jour)(?!\w)")
# Writers use these characters as a minus before an offset.
MINUS = re.compile("[\u2212\u2013](?=\\d)")
# Four digits without a sign are a year and no offset from Greenwich: a time after them belongs to another date.
ANOTHER_YEAR = re.compile(r"(?<![\d+-])\d{4}(?!\d)")
# A line that is only a day without a year has at most this many characters.
SHORT_LINE = 60
PARTS = re.compile(r"\s+[|•·–—-]\s+|\s*[|•]\s*")
# SOLAR_YEARS: the solar Hijri calendar is this many years behind ours at its New Year. SOLAR_LANGUAGES: these languages
# use that calendar. In other languages the names of its months are other words: mehr is `more` in German.
# SOLAR_WEEKDAY: six weekdays end with this word in Persian.
SOLAR_YEARS, SOLAR_LANGUAGES, SOLAR_WEEKDAY = 621, ("fa", "prs", "ps", "ckb", "ku"), "شنبه"
DAY_MONTH = re.compile(rf"(?<![\d:.]){DAY}{ORDINAL}[\s/,-]*{OF}(?P<m>{WORD})(?!\w)")
MONTH_DAY = re.compile(rf"(?<!\w)(?P<m>{WORD})\.? {DAY}{ORDINAL}(?![\w:])")
CJK_MONTH_DAY = re.compile(r"(?<!\d)(?P<m>\d{1,2})\s?[月월]\s?(?P<d>\d{1,2})\s?[日号號일]")
NUMBERS = re.compile(r"(?<![\d./:-])(?P<d>\d\d)[./](?P<m>\d\d)\.?(?![\d./:-])")
HIJRI_MARK = re.compile(r"\s*(?:هجري|ه(?!\w))")
UPDATED = re.compile(
    r"(?<!\w)(?:(?:last |zuletzt |آخر |اخر )?(?:updated?|modified|edited|reviewed|revised|aktualisiert|geandert|"
    r"bearbeitet|mise a jour|mis a jour|modifie|actualizad[oa]|actualizacion|atualizad[oa]|"
    r"aggiornat[oa]|aggiornamento|bijgewerkt|guncellen\w*|guncelleme|oppdatert|uppdaterad|opdateret|paivitetty|aktualizacja|"
    r"aktualizowano|aktualizovano|обновлен[оа]?|оновлен[оа]|изменен[оа]?|تحديث|التحديث|تعديل|حدثت|محدث|"
    r"بهروزرساني|اخرين ويرايش|ويرايش|"
    r"تازهكردنهوه|نويكردنهوه|"
    r"modificad[oa]|modificato|modificat|diperbarui|diubah|dikemaskini|cap nhat|frissitve|modositva|"
    r"azurirano|posodobljeno|zmodyfikowano|zaktualizowano|upraveno|upravene|aktualizirana|актуализиран[оа]?|ажурирано|отредактирован[оа]?|змінено|"
    r"pakeista|atnaujinta|atjauninats|muudetud|uuendatud|muokattu|endret|andrad|opdatering|oppdatering|"
    r"اپ ڈيٹ|تجديد|اپڈيٹ|अपडट|अदयतन|تازه كاري|"
    r"actualizat|ενημερωση|ενημερωθηκε|τροποποιηση|עודכן|עדכון)|更新|更正|修改|수정|업데이트|最終更新)"
)
# The names of each weekday in Arabic, Persian and English, from Monday on. Lunar dates and dates without a year are
# compared with the weekday beside them. `weekdays.py` has the names in all languages.
WEEKDAYS = (
    ("الاثنين", "دوشنبه", "monday"), ("الثلاثاء", "سهشنبه", "tuesday"), ("الاربعاء", "چهارشنبه", "wednesday"),
    ("الخميس", "پنجشنبه", "thursday"), ("الجمعه", "جمعه", "friday"), ("السبت", "شنبه", "saturday"),
    ("الاحد", "يكشنبه", "sunday"),
)  # fmt: skip
# A lunar date is moved by at most this many days to the weekday beside it. Chosen: where people must see the moon, a
# month may begin a day later.
OFF_BY_DAYS = 1
# MANY_WORDS: this number stands for more words than any form of a date has. MOST_DATES: at most this many dates are
# read from one text. Chosen: they are the day of publication, the day of an update, and two more.
MANY_WORDS, MOST_DATES = 99, 4
# A date's time of day is searched in AHEAD characters before the date, and in BESIDE characters after it.
AHEAD, BESIDE = 30, 40


def parse_date(text: str, now: datetime | None, timezone: str, language: str) -> Moment | None:
    """The moment that a text names and its precision (second, minute, hour, day); None if it names no moment.

    The moment is in the written zone. If no zone is written, or UTC, it is in `timezone` (IANA). now: the reference of
    relative dates; if it is None, relative dates are not read. language: decides 05/01/2015, which is the first of May
    only in American English. If there are several dates, the first one that does not follow a word for an update
    counts.
    """
    zone = ZoneInfo(timezone)
    machine = _iso(MINUS.sub("-", months.write_halves(text).strip().lower()), zone)
    if machine:
        return machine if machine[0].year >= OLDEST_YEAR else None
    plain = _plain(text[:LONGEST_CHARACTERS])
    if not plain:
        return None
    for read in (_find_named, _numeric):
        found = read(plain, zone, language)
        if found and found[0].year >= OLDEST_YEAR:
            return found
    found = _relative(plain, now.astimezone(zone), zone, language) if now else None
    return found or _foreign(text[:100], zone, language)


def without_year(text: str, now: datetime, timezone: str, language: str) -> Moment | None:
    """The moment of a line with only a day and a month, and perhaps a weekday and a time; at most a day after `now`.

    If a bar or a dash separates the parts of a line, one part may be such a date. The year is this one or the last one.
    If a weekday is given, the day must be this weekday in that year. A day in numbers needs a time beside it.
    """
    parts = PARTS.split(text[:SHORT_LINE])
    for number, part in enumerate([text[:SHORT_LINE], *(parts if len(parts) > 1 else [])]):
        # The time of day may be a part of its own, behind the part with the day.
        behind = parts[number] if 0 < number < len(parts) and CLOCK.match(_plain(parts[number]).strip()) else ""
        found = _day_alone(f"{part} {behind}", now, ZoneInfo(timezone), language)
        if found:
            return found
    return None


def names_update(text: str) -> bool:
    """Whether a text names the day of a change, but no day of publication."""
    match = UPDATED.search(months.fold(text[:LONGEST_CHARACTERS]))
    if not match or re.search(r"\d", text[: match.start()]):
        return False
    plain = _plain(text[:LONGEST_CHARACTERS])
    dates = [found for found, _ in _days(plain, "")] or [
        m for form in (ISO, YMD, CJK, DMY) for m in form.finditer(plain)
    ]
    return all(_behind_update(plain, found) for found in dates)


def updated_later(text: str) -> bool:
    """Whether a text names the day of a change after another day."""
    plain = months.fold(text[:LONGEST_CHARACTERS])
    match = UPDATED.search(plain)
    return match is not None and bool(re.search(r"\d", plain[: match.start()]))


@lru_cache(maxsize=4096)
def is_day(text: str) -> bool:
    """Whether a short text has a day with its month, with or without a year."""
    plain = _plain(text)
    return any(month.isdigit() or months.is_month(month) for _, _, month in _days_of_month(plain))


def only_a_date(text: str) -> bool:
    """Whether a line has only a date and its time; one word more, such as the weekday, and a label are allowed."""
    return bool(re.search(r"\d", text)) and leftover(LABEL.sub("", _plain(text[:LONGEST_CHARACTERS])), "") <= 1


def only_a_time_of_day_without_year(text: str) -> bool:
    """Whether a line is only a day, the name of its month and a time of day, without a year, and perhaps with a
    weekday.

    Without a time it may be a heading, such as `September 11 attacks`.
    """
    if len(text) > SHORT_LINE or not re.search(r"\d", text):
        return False
    plain = LABEL.sub("", _plain(text))
    return any(
        _is_all(plain, match) and bool(_time_beside(plain, match))
        for match, _, month in _days_of_month(plain)
        if months.is_month(month) or match.re is CJK_MONTH_DAY
    )


def leftover(text: str, language: str) -> int:
    """How many words stand beside a date and its time; MANY_WORDS if there are further numbers, or no date.

    The same day in a second calendar counts as no number.
    """
    code = re.split("[-_]", language)[0]
    plain = _without_hijri(_plain(text[:LONGEST_CHARACTERS]), code)
    match = (
        next((found for found, _ in _days(plain, code)), None)
        or next((found for form in COMPLETE_DATES if (found := form.search(plain))), None)
        or COMPACT.fullmatch(plain)
    )
    if not match:
        return MANY_WORDS
    rest = CLOCK.sub(" ", plain[: match.start()] + " " + plain[match.end() :])
    return MANY_WORDS if re.search(r"\d", rest) else len(re.findall(r"[^\W\d]{2,}", rest))


def dates_in(text: str) -> tuple[str, int]:
    """The folded text with a bar instead of each date, and the number of dates, at most MOST_DATES."""
    plain = _plain(text[:LONGEST_CHARACTERS])
    for count in range(MOST_DATES):
        match = next((found for found, _ in _days(plain, "")), None) or next(
            (found for form in COMPLETE_DATES if (found := form.search(plain))), None
        )
        if not match:
            return plain, count
        plain = f"{plain[: match.start()]} | {plain[match.end() :]}"
    return plain, MOST_DATES


def without_days(plain: str) -> str:
    """A folded text without its days of a month that is named: `3 march`. A year behind such a day stays."""
    for pattern in (DAY_MONTH, MONTH_DAY):
        plain = pattern.sub(lambda match: " " if months.is_month(match["m"]) else match[0], plain)
    return CJK_MONTH_DAY.sub(" ", plain)


def _plain(text: str) -> str:
    """The folded form for searching a date: each month name is one word, and there are no commas."""
    if not text.isascii():
        text = MARKS.sub("", ALIKE.sub(lambda match: WHOLE[match[1]], text))
    plain = MINUS.sub("-", months.join_months(months.fold(text)))
    plain = YEAR_LAST.sub(r"\1 \4 \2\3", plain)
    if NUMERALS.search(plain):
        plain = NUMERALS.sub(lambda match: _numeral(match.group()), plain)
    plain = re.sub(r"\s*[،,]\s*", " ", plain)
    if "th" in plain:
        plain = VIETNAMESE.sub(r"\1/\2/\3", VIETNAMESE_NAME.sub(_vietnamese, plain))
    if "сарын" in plain:
        plain = MONGOLIAN.sub(_mongolian, plain)
    return NUMBERED.sub(lambda match: "/".join(part for part in match.groups() if part), plain)


def _iso(text: str, zone: ZoneInfo) -> Moment | None:
    matches = list(ISO.finditer(text))
    fresh = (one for one in matches if len(matches) == 1 or not _behind_update(text, one))
    match = next(fresh, matches[0] if matches else None)
    if not match and text.isdigit():
        match = EPOCH.fullmatch(text)
        if match:
            return datetime.fromtimestamp(int(match[1]), UTC).astimezone(zone), "second"
    if not match:
        match = COMPACT.fullmatch(text)
    if not match or int(match[1]) < months.WESTERN_FROM:
        return None
    time = None
    if match[4]:
        time = TimeOfDay(
            int(match[4]), int(match[5]), int(match[6]) if match[6] else -1, clocks.offsets(match[7] or "")
        )
    if match.re is ISO and not match[7]:
        # ISO 8601 has no half days (a.m., p.m.) and no zones in words, so `clocks.clock` looks for them.
        time = clocks.clock(months.fold(text[match.start(4) if match[4] else match.end() :][:BESIDE])) or time
    at = clocks.at((months.find_western_year(int(match[1])), int(match[2]), int(match[3])), time, zone)
    return (at, clocks.precision(time)) if at else None


def _find_named(plain: str, zone: ZoneInfo, language: str) -> Moment | None:
    """Read a date with a day, a month's name and a year, in any order. Of a Hijri and a Gregorian date beside each
    other, the Gregorian one is taken; None if it is in numbers, so that `_numeric` reads it."""
    found = list(_days(plain, re.split("[-_]", language)[0]))
    if not found:
        return None
    western = [f for f in found if _year(f[0]) >= months.WESTERN_FROM]
    if not western and any(_is_western(one) and not _behind_update(plain, one) for one in _numbers(plain)):
        return None
    fresh = [f for f in western or found if not _behind_update(plain, f[0])]
    match, day = (fresh or western or found)[0]
    time = _time_beside(plain, match)
    if months.LUNAR_FROM <= _year(match) < months.HIJRI_UNTIL:
        day = _by_weekday(plain, day)
    at = clocks.at(day, time, zone)
    return (at, clocks.precision(time)) if at else None


def _days(plain: str, language: str) -> list[tuple[re.Match[str], Day]]:
    """The dates in words in a text, with the Gregorian day of each."""
    if not re.search(r"\d{4}|-\d\d|'\d\d", plain):
        return []
    found: list[tuple[re.Match[str], Day]] = []
    for pattern in (DAY_FIRST, MONTH_FIRST, YEAR_FIRST):
        for match in pattern.finditer(plain):
            groups = match.groupdict()
            day, month, year = (groups.get(name) or groups.get(f"{name}2") or "" for name in "dmy")
            known = months.gregorian(int(day), month, int(year) + (CENTURY if len(year) == 2 else 0), language)
            if known and 1 <= known[2] <= 31:
                found.append((match, known))
        if found:
            break
    return found


def _day_alone(text: str, now: datetime, zone: ZoneInfo, language: str) -> Moment | None:
    """The moment of a text with only a day and a month; see `without_year`."""
    plain = LABEL.sub("", _plain(text))
    code = re.split("[-_]", language)[0]
    said = set(re.findall(r"[^\W\d]+", plain.replace(" شنبه", "شنبه")))
    weekdays = [number for number, names in enumerate(WEEKDAYS) if said.intersection(names)]
    latest = now.astimezone(zone) + timedelta(days=1)
    years = [latest.year, latest.year - 1]
    # In Iran the year begins in March, so each Gregorian year has parts of two solar years.
    if code in SOLAR_LANGUAGES or (not code and SOLAR_WEEKDAY in plain):
        years += [year - SOLAR_YEARS for year in years]
    for match, day, month in _days_of_month(plain):
        time = _time_beside(plain, match)
        if not _is_all(plain, match) or (month.isdigit() and not time):
            continue
        for year in years:
            known = (year, int(month), day) if month.isdigit() else months.gregorian(day, month, year, code)
            at = clocks.at(known, time, zone) if known and known[1] <= 12 else None
            # If the name of a lunar month is read with a solar year, the day is forty years ago, and is not taken.
            if at and at.year >= latest.year - 1 and at <= latest and (not weekdays or at.weekday() in weekdays):
                return at, clocks.precision(time)
    return None


def _is_all(plain: str, match: re.Match[str]) -> bool:
    """Whether a text has nothing beside a day but a time and one word, such as the weekday."""
    rest = CLOCK.sub(" ", plain[: match.start()] + " " + plain[match.end() :])
    return not re.search(r"\d", rest) and len(re.findall(r"[^\W\d]{2,}", rest)) <= 1


def _days_of_month(plain: str) -> Iterator[tuple[re.Match[str], int, str]]:
    """The days with a month but no year in a text: the match, the day, the month's name or number."""
    for pattern in (DAY_MONTH, MONTH_DAY, CJK_MONTH_DAY, NUMBERS):
        for match in pattern.finditer(plain):
            yield match, int(match["d"]), match["m"]


def _year(match: re.Match[str]) -> int:
    groups = match.groupdict()
    year = int(groups.get("y") or groups.get("y2") or 0)
    return year + CENTURY if year < 100 else year


def _behind_update(plain: str, match: re.Match[str]) -> bool:
    """Whether the words right before a date say that it is the date of a change."""
    before = re.split(r"\d", plain[max(0, match.start() - BEFORE_CHARACTERS) : match.start()])[-1]
    return bool(UPDATED.search(months.fold(before)))


def _by_weekday(plain: str, day: Day) -> Day:
    """Move a lunar day to the weekday beside it, at most by OFF_BY_DAYS days."""
    said = set(re.findall(r"[^\W\d]+", plain.replace(" شنبه", "شنبه")))
    wanted = [number for number, names in enumerate(WEEKDAYS) if said.intersection(names)]
    at = datetime(*day, tzinfo=UTC)
    for by in range(OFF_BY_DAYS + 1):
        for moved in (at - timedelta(days=by), at + timedelta(days=by)):
            if len(wanted) == 1 and moved.weekday() == wanted[0]:
                return moved.year, moved.month, moved.day
    return day


def _numeric(plain: str, zone: ZoneInfo, language: str) -> Moment | None:
    era = ERA.search(plain)
    if era:
        plain = plain[: era.start()] + f"{ERAS[era[1]] + int(era[2].replace('元', '1'))}年" + plain[era.end() :]
    matches = _numbers(plain) or list(SHORT_DMY.finditer(plain))
    if not matches:
        return None
    fresh = [match for match in matches if not _behind_update(plain, match)]
    match = next((match for match in fresh if _is_western(match)), (fresh or matches)[0])
    if match.re in (YMD, CJK):
        year, month, day = int(match[1]), int(match[2]), int(match[3])
        if month > 12:
            month, day = day, month
        year += CENTURY if year < 100 else 0
    else:
        first, second = int(match[1]), int(match[2] if match.re is DMY else match[3])
        year = int(match[3]) if match.re is DMY else CENTURY + int(match[4])
        american = (language in ("en-US", "en_US") and "/" in match[0]) or second > 12
        month, day = (first, second) if american else (second, first)
    year = months.find_western_year(year)
    if months.HIJRI_FROM <= year < months.HIJRI_UNTIL and 1 <= month <= 12 and 1 <= day <= 31:
        lunar = (year >= months.LUNAR_FROM and language not in ("fa", "ckb", "prs")) or HIJRI_MARK.match(
            plain, match.end()
        )
        year, month, day = (hijri if lunar else jalali)(year, month, day)
    time = _time_beside(plain, match)
    at = clocks.at((year, month, day), time, zone)
    return (at, clocks.precision(time)) if at else None


def _numbers(plain: str) -> list[re.Match[str]]:
    """The dates in numbers whose year has all its digits."""
    return [match for pattern in (YMD, CJK, DMY) for match in pattern.finditer(plain)]


def _is_western(match: re.Match[str]) -> bool:
    """Whether a date in numbers has a year of our calendar."""
    year = match[3] if match.re is DMY else match[1]
    return int(year) >= months.WESTERN_FROM


def _without_hijri(plain: str, code: str) -> str:
    """The folded text without the Hijri dates in words that stand beside a Gregorian date in words."""
    found = [match for match, _ in _days(plain, code)]
    lunar = [match for match in found if _year(match) < months.WESTERN_FROM]
    if len(lunar) < len(found):
        for match in reversed(lunar):
            plain = f"{plain[: match.start()]} {plain[match.end() :]}"
    return plain


def _relative(plain: str, now: datetime, zone: ZoneInfo, language: str) -> Moment | None:
    found = relative.ago(plain, now)
    if found:
        return found
    if plain.count(" ") >= relative.LONGEST_WORDS:
        return None
    time = clocks.clock(plain)
    # In a sentence, "today" says nothing about the article. With a further number it is part of a date: «today, the
    # 21st of January».
    days = relative.days_ago(plain) if time or plain.count(" ") < relative.DAY_WORDS else None
    if days is None or re.search(r"\d", CLOCK.sub("", plain)):
        return None
    if not time and HIER.search(plain) and not _is_yesterday(plain, re.split("[-_]", language)[0]):
        return None
    day = now - timedelta(days=days)
    at = clocks.at((day.year, day.month, day.day), time, zone)
    return (at, clocks.precision(time)) if at else None


def _is_yesterday(plain: str, code: str) -> bool:
    """Whether a text with `hier` and without a time of day means the day before. Alone, the word may also be a German
    link ("here").
    """
    alone = plain.strip() == "hier" and code not in ("", *HERE_LANGUAGES)
    return code == "fr" or alone or BESIDE_HIER.search(plain) is not None


def _foreign(text: str, zone: ZoneInfo, language: str) -> Moment | None:
    """Read a date with dateparser, if our tables lack the months of its language; only a complete date counts."""
    code = re.split("[-_]", language)[0]
    # Without a language, dateparser tries some two hundred languages, which takes a second for each call.
    if (
        not code
        or code in months.LANGUAGES
        or not re.search(r"\d{4}", text)
        or len(re.findall(r"\d+", text)) < 2
        or len(text.split()) > 8
    ):
        return None
    if not re.search(r"[^\W\d_]{3}", text):
        return None
    found = _by_dateparser(text, str(zone), code)
    if not found or found.year < OLDEST_YEAR:
        return None
    return found, "minute" if re.search(r"\d:\d\d", text) else "day"


@lru_cache(maxsize=1024)
def _by_dateparser(text: str, zone: str, language: str) -> datetime | None:
    import dateparser

    settings: dict[str, Any] = {
        "REQUIRE_PARTS": ["day", "month", "year"],
        "TIMEZONE": zone,
        "RETURN_AS_TIMEZONE_AWARE": True,
        "PARSERS": ["custom-formats", "absolute-time"],
    }
    try:
        found: datetime | None = dateparser.parse(text, languages=[language], settings=settings)
    except ValueError:
        return None
    return found and found.astimezone(ZoneInfo(zone))


def _time_beside(plain: str, date: re.Match[str]) -> TimeOfDay | None:
    """The time of day after a date, or else before it."""
    after = ANOTHER_YEAR.split(plain[date.end() : date.end() + BESIDE])[0]
    return clocks.clock(after) or clocks.clock(plain[max(0, date.start() - AHEAD) : date.start()])


def _vietnamese(match: re.Match[str]) -> str:
    """A month name, written as the month's number; any other text is unchanged."""
    name = match[1]
    return f"thang {VIETNAMESE_NAMES.index(name) + 1}" if name in VIETNAMESE_NAMES else match[0]


def _mongolian(match: re.Match[str]) -> str:
    """A date whose month is an ordinal number, in digits or in words, written as year/month/day."""
    year, month, day = match.groups()
    if month in MONGOLIAN_NUMBERS:
        month = str(MONGOLIAN_NUMBERS.index(month) + 1)
    return f"{year}/{month}/{day}" if month.isdigit() else match[0]


def _numeral(text: str) -> str:
    """A number in Chinese numerals, written in digits. The numerals are single digits, or have the sign for ten."""
    digits = "〇一二三四五六七八九"
    text = text.replace("零", "〇")
    if "十" not in text:
        return "".join(str(digits.index(c)) for c in text)
    tens, _, ones = text.partition("十")
    if len(tens) > 1 or len(ones) > 1 or ones == "十":
        return text
    # Before the sign for ten is the number of tens (none: one ten); behind it are the ones.
    return str((digits.index(tens) if tens else 1) * 10 + (digits.index(ones) if ones else 0))
