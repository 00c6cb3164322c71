"""Finds where the times at the beginning of a text end: clocks, dates, labels, and the words beside them.

Behind them the article begins: `14:05, 3 March: 12 killed`. All texts here are folded (`months.fold`). The labels and
the words are in `data/times.tsv`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from pipelines.dates import clocks, months, relative, weekdays, written
from pipelines.load.phrase_rows import join_phrases, read_phrases

FILE = "times.tsv"
# BEFORE_TIME finds the signs that may stand between a label and a time, BETWEEN_TIMES those between two times. A colon
# behind a time ends the times: behind the colon the article begins. WORD_END finds a place at which nothing further
# belongs to the word or the number before it: the end of the text, or punctuation. A hyphen before a letter joins two
# words.
BEFORE_TIME = re.compile(r"(?:[\s:;,.|()\[\]•·/،؛…]|[-–—](?=\s|$|\d{4}))*")
BETWEEN_TIMES = re.compile(r"(?:[\s,.|()\[\]•·/،]|[-–—](?=\s|$))*")
WORD_END = re.compile(r"\s*(?:$|(?!-[^\W\d])[^\w\s])")
FRACTION = re.compile(r"[.,]\d")
# If one of these stands behind the number of seconds, the number may be the article's: `14:05:20:00`, `14:05:12,5`.
JOINED = re.compile(r"[:.,]\d|-[^\W\d]")
# This stands between the two names of a month: `آذار/مارس`, `آذار (مارس)`.
OTHER_NAME = re.compile(r"\s?[/(]\s?")
LETTER = re.compile(r"[^\W\d_]")
HOUR = re.compile(r"(?:[01]?\d|2[0-4])\s?(?:hrs|h)(?!\w)")
# What these patterns find is a time or a date only if no word follows that may belong to the number: `2.35 million`,
# `12 set free`.
POINT_CLOCK = re.compile(r"(?:[01]?\d|2[0-4])[.h][0-5]\d(?!\d|[.,]\d)")
DAY_BEFORE_MONTH = re.compile(rf"\d{{1,2}}(?!\d|[:]){written.ORDINAL}[\s/,.-]{{0,3}}{written.OF}")
DAY_AFTER_MONTH = re.compile(rf"[\s/.-]{{1,3}}\d{{1,2}}(?!\d){written.ORDINAL}(?![\w:])")
YEAR_AFTER_MONTH = re.compile(rf"[\s/,.-]{{0,3}}{written.IN}{written.YEAR}(?!\d)")
YEAR_BEFORE_MONTH = re.compile(rf"{written.YEAR}(?!\d)[\s/,.-]{{0,3}}")
VIETNAMESE = re.compile(rf"{written.VIETNAMESE_DAY}(?!\d)(?:[ ,/]{{1,2}}(?:nam )?\d{{4}}(?!\d))?")
# Behind a label stand at most one clock and this many dates, because some sites write a date in two calendars.
MOST_DATES_BEHIND_LABEL = 2
# SIGNED_NUMBER finds a number with a sign at the end of a clock: `14:05 +3`. It may be the zone or a number of the
# article. Behind a letter it can only be the zone (`GMT+7`), so it is not found there.
SIGNED_NUMBER = re.compile(r"(?<=[\s\d])[+-]\d[\d:]*$")
# If the pattern of a clock has found one of these groups, the number before the group belongs to the clock.
GROUPS_OF_CLOCK = ("pm", "am", "gmt", "zone", "mecca", "greenwich")
# The pattern of a clock has its hour and its minute in one of these groups each.
HOURS, MINUTES = ("h", "h2", "h3", "h4"), ("m", "m2", "m3")


def find_end(plain: str) -> int:
    """Where the times at the beginning of a folded text end; 0 if the text does not begin with a time."""
    at = end = 0
    clock, dates, between = False, 0, False
    while True:
        at = _find_end_of_signs(plain, at, between=between)
        if not clock and (found := _find_clock(plain, at)) and not _is_glued(plain, found):
            at = end = found
            clock = between = True
        elif (
            dates < MOST_DATES_BEHIND_LABEL
            and (found := _find_date(plain, at, first=not dates))
            and not _is_glued(plain, found)
        ):
            clock = clock or bool(clocks.CLOCK.search(plain[at:found]))
            at = end = found
            dates, between = dates + 1, True
        elif not clock and (found := relative.find_age(plain, at)) and WORD_END.match(plain, found):
            at = end = found
            clock = between = True
            # An age tells the day as well, so a date without a year behind it is the article's.
            dates = max(dates, 1)
        elif label := _compile_label().match(plain, at):
            at, clock, dates, between = label.end(), False, 0, False
        elif word := _compile_beside().match(plain, at):
            at = word.end()
            end = at if end and WORD_END.match(plain, at) else end
        else:
            # The pattern of a clock also takes the signs between it and a zone.
            return len(plain[:end].rstrip(" ,(")) or _find_end_of_year(plain, at)


def _find_end_of_signs(plain: str, at: int, *, between: bool) -> int:
    found = (BETWEEN_TIMES if between else BEFORE_TIME).match(plain, at)
    return found.end() if found else at


def _find_clock(plain: str, at: int) -> int:
    if found := _find_full_clock(plain, at):
        return found
    point = POINT_CLOCK.match(plain, at)
    return point.end() if point and (WORD_END.match(plain, point.end()) or _leads_to_date(plain, point.end())) else 0


def _find_full_clock(plain: str, at: int) -> int:
    found, hour = clocks.CLOCK.match(plain, at), HOUR.match(plain, at)
    # A number of hours may be the article's: `12 h of delay`, `12 pm dead`.
    whole = hour.end() if hour and _ends_time(plain, hour.end()) else 0
    if not found:
        return whole
    if not _is_time_of_day(found):
        return 0
    if found["h4"] and not _ends_time(plain, found.end()):
        return 0
    if not found["m"] or (any(found[sign] for sign in GROUPS_OF_CLOCK) and not plain[found.end() - 1 :][:2].isalpha()):
        return _find_end_of_zone(plain, at, found.end())
    # The last number may be the article's: `14h 12 dead`, `14:05:12 dead`, `14:05,12 dead`.
    minutes = found.end("m")
    apart = not found["minute_sign"] and plain[found.start("m") - 1] not in ":h"
    if apart and (JOINED.match(plain, minutes) or not _ends_time(plain, minutes)):
        return whole
    number = found.end("s") if found["s"] else found.end("m")
    if found["s"] and (JOINED.match(plain, number) or not _ends_time(plain, number)):
        return found.end("m")
    if not found["s"] and FRACTION.match(plain, number):
        return found.end("m")
    return _find_end_of_zone(plain, at, found.end())


def _is_time_of_day(found: re.Match[str]) -> bool:
    """Whether the numbers of a clock are an hour and a minute: `27:23` is a result."""
    hour = next(int(found[group]) for group in HOURS if found[group])
    minute = next((int(found[group]) for group in MINUTES if found[group]), 0)
    return hour <= clocks.MOST_HOURS and minute <= clocks.MOST_MINUTES


def _find_end_of_zone(plain: str, at: int, end: int) -> int:
    """The end of a clock. A number behind a dash is no zone if a word follows that belongs to it: `14:05 -12
    degrees`.
    """
    sign = SIGNED_NUMBER.search(plain, at, end)
    return sign.start() if sign and not _ends_time(plain, end) else end


def _find_date(plain: str, at: int, *, first: bool) -> int:
    """The end of a date; 0 if there is none. first: whether no date stands before it. A second date without a year is
    the article's: `3 March 2026, 14:05 | 1 May: general strike`.
    """
    for form in written.COMPLETE_DATES:
        if found := form.match(plain, at):
            if form is written.ISO and found["second"]:
                # Behind a further colon, the number may be an hour of the article: `14:05:20:00`.
                hour = plain.startswith(":", found.end("second"))
                if hour or (not found["zone"] and not _ends_time(plain, found.end())):
                    return found.end("minute")
            zoned = form is written.ISO and found["zone"]
            return _find_end_of_zone(plain, found.start("zone"), found.end()) if zoned else found.end()
    if found := VIETNAMESE.match(plain, at):
        return found.end() if _ends_date(plain, found.end()) else 0
    if found := written.NUMBERS.match(plain, at):
        return found.end() if first and _leads_to_clock(plain, found.end()) else 0
    return _find_named_date(plain, at, first=first)


def _find_named_date(plain: str, at: int, *, first: bool) -> int:
    """The end of a date with the name of its month; 0 if there is none. A date without a year counts only if a clock,
    punctuation or nothing follows; Chinese, Japanese and Korean ones always count.
    """
    if found := YEAR_BEFORE_MONTH.match(plain, at):
        month = _find_month(plain, found.end())
        day = DAY_AFTER_MONTH.match(plain, month) if month else None
        return day.end() if day and _ends_date(plain, day.end()) else 0
    if found := DAY_BEFORE_MONTH.match(plain, at):
        end = _find_month(plain, found.end())
    else:
        month = _find_month(plain, at)
        day = DAY_AFTER_MONTH.match(plain, month) if month else None
        end = day.end() if day else 0
    if not end:
        found = written.CJK_MONTH_DAY.match(plain, at)
        return found.end() if found and first else 0
    year = YEAR_AFTER_MONTH.match(plain, end)
    if year and _ends_date(plain, year.end()):
        return year.end()
    return end if first and (WORD_END.match(plain, end) or _leads_to_clock(plain, end)) else 0


def _find_month(plain: str, at: int) -> int:
    """The end of a month's name, or of its two names in two calendars: `آذار/مارس`; 0 if none begins here."""
    end = months.find_month(plain, at)
    other = OTHER_NAME.match(plain, end) if end else None
    second = months.find_month(plain, other.end()) if other else 0
    return second + plain.startswith(")", second) if second else end


def _find_end_of_year(plain: str, at: int) -> int:
    """The end of the text if nothing but a year, or a month and its year, is left of it; else 0."""
    year = YEAR_AFTER_MONTH.match(plain, _find_month(plain, at) or at)
    return len(plain) if year and not plain[year.end() :].strip(" .)]") else 0


def _leads_to_clock(plain: str, at: int) -> bool:
    return bool(_find_full_clock(plain, _find_end_of_words(plain, at)))


def _leads_to_date(plain: str, at: int) -> bool:
    """Whether a complete date, punctuation or nothing follows here. Words that may stand beside a time are skipped."""
    passed = _find_end_of_words(plain, at)
    return bool(WORD_END.match(plain, passed)) or any(form.match(plain, passed) for form in written.COMPLETE_DATES)


def _ends_date(plain: str, at: int) -> bool:
    """Whether the number before this place belongs to a date and to no word of the article."""
    return _ends_time(plain, at) or bool(_find_clock(plain, _find_end_of_words(plain, at)))


def _ends_time(plain: str, at: int) -> bool:
    """Whether the number before this place belongs to a clock: a date, punctuation or nothing follows, perhaps after
    words that may stand beside a time.
    """
    while not WORD_END.match(plain, at):
        at = _find_end_of_signs(plain, at, between=True)
        if not (word := _compile_beside().match(plain, at)):
            day = DAY_BEFORE_MONTH.match(plain, at)
            month = _find_month(plain, day.end() if day else at)
            dated = month and (day or DAY_AFTER_MONTH.match(plain, month))
            return bool(dated) or any(form.match(plain, at) for form in written.COMPLETE_DATES)
        at = word.end()
    return True


def _find_end_of_words(plain: str, at: int) -> int:
    """Where the words end that may stand between two times."""
    at = _find_end_of_signs(plain, at, between=True)
    while not _find_full_clock(plain, at) and (word := _compile_beside().match(plain, at)):
        at = _find_end_of_signs(plain, word.end(), between=True)
    return at


def _is_glued(plain: str, at: int) -> bool:
    """Whether a letter of the article follows a time without a blank, as in `20:00起宵禁`."""
    return (
        plain[at - 1 : at].isalnum()
        and bool(LETTER.match(plain, at))
        and not (_compile_beside().match(plain, at) or _compile_label().match(plain, at) or _find_full_clock(plain, at))
    )


def is_beside(word: str) -> bool:
    """Whether a folded word may stand beside a time."""
    return bool(_compile_beside().fullmatch(word))


@lru_cache(maxsize=1)
def _compile_label() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){join_phrases(read_phrases(FILE, months.fold)['label'])}(?!\w)")


@lru_cache(maxsize=1)
def _compile_beside() -> re.Pattern[str]:
    phrases = {
        *read_phrases(FILE, months.fold)["beside"],
        *weekdays.read_names(),
        *relative.read_days(),
        *clocks.BEFORE_CLOCK,
        *clocks.OFFSETS,
    }
    # In scripts without blanks these words are written onto the time before or behind them.
    return re.compile(rf"{join_phrases(sorted(phrases, key=lambda one: (-len(one), one)))}(?![^\W\d]|_)")
