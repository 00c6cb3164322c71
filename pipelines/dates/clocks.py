"""Reads the time of day beside a date: 24 and 12 hours, in many languages, and the zone after it.

Texts are in their folded form (pipelines.dates.months).
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone, tzinfo
from typing import NamedTuple

EVENING = (
    r"مساء|مسا|م(?![\w.])|بعد الظهر|عصرا|ليلا|ب\.?\s?ظ|بعد از ظهر|pm|p\.\s?m\.?|os|μ\.?μ|μμ|شام|رات|nm|"
    r"nachmittags|د\.ن|"
    r"एम|pn|ئێواره|ئيواره|پاش نيوهرو|پ\.?ن|wieczorem"
)
MORNING = r"صباحا|صباح|ص(?![\w.])|فجرا|ق\.?\s?ظ|قبل از ظهر|am|a\.\s?m\.?|π\.?μ|πμ|صبح|ب\.?ن|oo"
# Arabic papers name one of these places beside a time to say whose clock it is. All are three hours ahead of UTC the
# whole year.
MECCA = r"ب?توقيت (?:مكه(?: المكرمه)?|السعوديه|الرياض|بغداد|العراق|الدوحه|قطر|الكويت)"
# In the folded form, 上午 stands for AM and ÖÖ before a time, and 下午 for PM and ÖS (`months.write_halves`).
BEFORE_NOON, AFTER_NOON = "上午|午前|오전|凌晨|早上", "下午|午後|오후|晚上|晩上|夜"
# Each zone name has its offset in minutes east of Greenwich. If several places use one name, the first value is the one
# in RFC 822 or the one that most writers mean. Another value is used if it is the offset of the source's own clock.
OFFSETS: dict[str, tuple[int, ...]] = {
    "z": (0,), "ut": (0,), "utc": (0,), "gmt": (0,), "wet": (0,), "est": (-300, 600), "edt": (-240, 660),
    "cst": (-360, 480, -300, 570), "cdt": (-300, -240), "mst": (-420, 480, 390), "mdt": (-360,),
    "pst": (-480, 480), "pdt": (-420,), "akst": (-540,), "hst": (-600,), "ast": (-240, 180), "art": (-180,),
    "brt": (-180,), "bst": (60, 360), "west": (60,), "cet": (60,), "mez": (60,), "wat": (60,), "cest": (120,),
    "mesz": (120,), "eet": (120,), "cat": (120,), "sast": (120,), "eest": (180,), "msk": (180,), "мск": (180,),
    "trt": (180,), "tsi": (180,),
    "eat": (180,), "irst": (210,), "irdt": (270,), "gst": (240,), "pkt": (300,), "wib": (420,), "wita": (480,),
    "wit": (540,), "ict": (420,),
    "hkt": (480,), "sgt": (480,), "awst": (480,), "jst": (540,), "kst": (540,), "aest": (600,), "aedt": (660,),
    "nzst": (720,), "nzdt": (780,),
}  # fmt: skip
# No place has an offset (in minutes) beyond WESTMOST and EASTMOST, or one that is not a multiple of QUARTER, a quarter
# of an hour.
WESTMOST, EASTMOST, QUARTER = -11 * 60, 14 * 60, 15
# These words stand before a time and show that its dot is no decimal point. If a letter stands before such a word, the
# word is only the end of another word. Arabic and Hebrew letters may stand there, because these scripts write `and` and
# `in` onto the word.
BEFORE_CLOCK = (
    "kl", "klo", "kell", "ora", "ore", "alle", "om", "godz", "plkst", "pukul", "jam", "saat", "saet", "в", "ωρα",
    "الساعه", "ساعت", "בשעה",
)  # fmt: skip
# A time of day has at most this hour, which is the end of the day, and this minute.
MOST_HOURS, MOST_MINUTES = 24, 59
NO_LETTER_BEFORE = "(?<![a-z\u00df-\u052f])"
# `24 uur` in Dutch is a duration and no time of day. In German, `am` behind `Uhr` means `on the` before a day, not a.m.
CLOCK = re.compile(
    rf"(?<![\d.])(?<!\d,)(?:(?:(?P<noon>{AFTER_NOON})|(?P<forenoon>{BEFORE_NOON}))\s*)?"
    r"(?:(?P<h>\d{1,2})\s?[:h時时시点點]\s?(?P<m>\d\d|\d(?=\s?[分분]))(?::(?P<s>\d\d))?(?:[.,]\d+)?(?!\d)"
    r"(?P<minute_sign>\s?[分분])?"
    r"|(?P<h2>\d{1,2})[.](?P<m2>\d\d)(?=\s*(?:uhr|uur|wib|wita?\b|h\b|ص|م\b|صباحا|مساء|[ap]\.?m\b))"
    rf"|{NO_LETTER_BEFORE}(?:{'|'.join(BEFORE_CLOCK)})\.?\s(?P<h3>\d{{1,2}})[.:](?P<m3>\d\d)(?!\.?\d)"
    rf"|(?!24\s?uur)(?P<h4>\d{{1,2}})(?=\s?(?:uhr\b|uur\b|[ap]m\b|[ap]\.m\.|صباحا|مساء)))"
    rf"[\s,]*(?:uhr(?: am\b)?|uur\b|h\b)?\s*(?:(?P<pm>{EVENING})|(?P<am>{MORNING})|)[.)]*"
    rf"[\s,]*\(?(?:(?:utc|gmt)\s?(?P<gmt>[+-]\d\d?(?::?\d\d)?)(?!\d)|(?P<zone>{'|'.join(OFFSETS)})(?!\w)"
    rf"|(?P<mecca>{MECCA})"
    r"|(?P<off>[+-]\d\d?:?\d\d|[+-]\d\d(?!\d)|[+-]\d(?=\s*\)?$))(?![\d:.])"
    r"|(?P<greenwich>ب?توقيت (?:غرينتش|جرينتش|غرينيتش|جرينيتش)))?"
)


class TimeOfDay(NamedTuple):
    """A time of day; `minute` and `second` are -1 if they were not given.

    `offsets`: the possible offsets of the zone after the time, in minutes east of Greenwich, the likeliest first; empty
    if no known zone is written.
    """

    hour: int
    minute: int = -1
    second: int = -1
    offsets: tuple[int, ...] = ()


def clock(text: str) -> TimeOfDay | None:
    """The first time of day in a folded text; None if there is none."""
    match = CLOCK.search(text)
    if not match:
        return None
    hour = int(match["h"] or match["h2"] or match["h3"] or match["h4"])
    minute = int(match["m"] or match["m2"] or match["m3"] or -1)
    if (match["pm"] or match["noon"]) and hour < 12:
        hour += 12
    elif (match["am"] or match["forenoon"]) and hour == 12:
        hour = 0
    if hour > MOST_HOURS or minute > MOST_MINUTES or (hour == MOST_HOURS and minute > 0):
        return None
    return TimeOfDay(hour, minute, int(match["s"]) if match["s"] else -1, _offsets(match))


def offsets(text: str) -> tuple[int, ...]:
    """The possible minutes east of Greenwich of `+03:00`, `+3`, `-500`, `Z` or `EST`; empty for any other text."""
    name = text.strip().lower()
    if name in OFFSETS:
        return OFFSETS[name]
    match = re.fullmatch(r"\(?(?:(?:utc|gmt)\s?)?([+-])(\d\d?):?(\d\d)?", name)
    if not match:
        return ()
    minutes = (int(match[2]) * 60 + int(match[3] or 0)) * (-1 if match[1] == "-" else 1)
    return (minutes,) if WESTMOST <= minutes <= EASTMOST and not minutes % QUARTER else ()


def at(day: tuple[int, int, int], time: TimeOfDay | None, zone: tzinfo) -> datetime | None:
    """The aware moment of a day and its time, in the written zone, else in `zone`; None if there is no such moment.

    A moment that was written in UTC is returned in `zone`, because UTC is written by machines and does not show where
    the site is.
    """
    time = time or TimeOfDay(0)
    try:
        # Hour 24 of a day is the beginning of the next day.
        local = datetime(*day, tzinfo=zone) + timedelta(days=time.hour // 24)
        local = local.replace(hour=time.hour % 24, minute=max(time.minute, 0), second=min(max(time.second, 0), 59))
        if not time.offsets:
            return local
        own = local.utcoffset() or timedelta(0)
        minutes = next((one for one in time.offsets if timedelta(minutes=one) == own), time.offsets[0])
        found = local.replace(tzinfo=timezone(timedelta(minutes=minutes)))
        return found if minutes else found.astimezone(zone)
    except (ValueError, OverflowError):
        return None


def precision(time: TimeOfDay | None) -> str:
    """The precision of a time of day: second, minute, hour, or day if there is no time."""
    if time is None:
        return "day"
    return "second" if time.second >= 0 else "minute" if time.minute >= 0 else "hour"


def _offsets(match: re.Match[str]) -> tuple[int, ...]:
    if match["greenwich"]:
        return OFFSETS["gmt"]
    if match["mecca"]:
        return OFFSETS["msk"]
    return offsets(match["gmt"] or match["off"] or match["zone"] or "")
