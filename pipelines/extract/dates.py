"""What was written as a date, read: ISO 8601, month names of every Arabic region and many languages, Hijri, relative.

It alone knows the names of months. A date that cannot be read is None, never a guess at the first of January.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.text import normal

OLDEST = 1970
JALALI_EPOCH = datetime(622, 3, 21, tzinfo=UTC)
Moment = tuple[datetime, str]
# Hour, minute and second (-1: not given), and the offset as written.
Time = tuple[tuple[int, int, int] | None, str]

# Names stand here in the normal form of pipelines.text.
MONTHS = {
    1: "كانون الثاني|يناير|جانفي|ينير|january|jan|januar|janvier|enero|ocak|января|январь|ژانويه|جنوري|ינואר|"
    "كانووني دووهم|رييهندان|reb[eê]ndan|gennaio|janeiro|stycznia|січня|"
    "ιανουαρ[ιί]ου|ιανου[αά]ριοσ|γεν[αά]ρη|ιαν|januari",
    2: "شباط|فبراير|فيفري|february|feb|februar|fevrier|février|febrero|subat|şubat|февраля|февраль|فوريه|فروري|פברואר|"
    "شوبات|sibat|febbraio|fevereiro|lutego|лютого|"
    "φεβρουαρ[ιί]ου|φεβρου[αά]ριοσ|φλεβ[αά]ρη|φεβ|februari",
    3: "اذار|مارس|march|mar|marz|märz|mars|marzo|mart|марта|март|مارچ|מרץ|adar|março|marca|березня|"
    "μαρτ[ιί]ου|μ[αά]ρτιοσ|μ[αά]ρτη|μαρ|maart|maret",
    4: "نيسان|ابريل|افريل|april|apr|avril|abril|nisan|апреля|апрель|اوريل|اپريل|אפריל|aprile|kwietnia|квітня|"
    "απριλ[ιί]ου|απρ[ιί]λιοσ|απρ[ιί]λη|απρ",
    5: "ايار|مايو|ماي|may|mai|mayo|mayis|mayis|мая|май|مه|مي|מאי|gulan|maggio|maio|maja|травня|"
    "μα[ιίϊΐ]ου|μ[αά][ιϊ]οσ|μ[αά]η|mei|maj",
    6: "حزيران|يونيو|يونيه|جوان|june|jun|juni|juin|junio|haziran|июня|июнь|ژوئن|جون|יוני|حوزهيران|hezîran|giugno|junho|"
    "czerwca|червня|"
    "ιουν[ιί]ου|ιο[υύ]νιοσ|ιο[υύ]νη|ιουν",
    7: "تموز|يوليو|يوليه|جويليه|يوليوز|july|jul|juli|juillet|julio|temmuz|июля|июль|ژوئيه|جولاي|جولائي|יולי|تهمووز|"
    "tîrmeh|luglio|julho|lipca|липня|"
    "ιουλ[ιί]ου|ιο[υύ]λιοσ|ιο[υύ]λη|ιουλ",
    8: "اب|اغسطس|اوت|غشت|august|aug|aout|août|agosto|agustos|ağustos|августа|август|اگست|אוגוסט|ئاب|tebax|серпня|"
    "αυγο[υύ]στου|α[υύ]γουστοσ|αυγ|augusti|augustus|agustus",
    9: "ايلول|سبتمبر|شتنبر|september|sept|sep|septembre|septiembre|eylul|eylül|сентября|сентябрь|سپتامبر|ستمبر|ספטמבר|"
    "ئهيلوول|îlon|settembre|setembro|wrzesnia|września|вересня|"
    "σεπτεμβρ[ιί]ου|σεπτ[εέ]μβριοσ|σεπτ[εέ]μβρη|σεπ",
    10: "تشرين الاول|اكتوبر|october|oct|oktober|okt|octobre|octubre|ekim|октября|октябрь|اكتبر|אוקטובר|تشريني يهكهم|"
    "cotmeh|ottobre|outubro|pazdziernika|października|жовтня|"
    "οκτωβρ[ιί]ου|οκτ[ωώ]βριοσ|οκτ[ωώ]βρη|οκτ",
    11: "تشرين الثاني|نوفمبر|نونبر|november|nov|novembre|noviembre|kasim|ноября|ноябрь|نوامبر|נובמבר|تشريني دووهم|"
    "mijdar|novembro|listopada|листопада|"
    "νοεμβρ[ιί]ου|νο[εέ]μβριοσ|νο[εέ]μβρη|νοε",
    12: "كانون الاول|ديسمبر|دجنبر|december|dec|dezember|dez|decembre|décembre|diciembre|aralik|декабря|декабрь|"
    "دسامبر|دسمبر|דצמבר|كانووني يهكهم|berfanbar|dicembre|dezembro|grudnia|грудня|"
    "δεκεμβρ[ιί]ου|δεκ[εέ]μβριοσ|δεκ[εέ]μβρη|δεκ|desember",
}
HIJRI = {
    1: "محرم", 2: "صفر", 3: "ربيع الاول", 4: "ربيع الثاني|ربيع الاخر", 5: "جمادي الاولي|جمادي الاول",
    6: "جمادي الثانيه|جمادي الاخره|جمادي الثاني", 7: "رجب", 8: "شعبان", 9: "رمضان", 10: "شوال",
    11: "ذو القعده|ذي القعده|ذوالقعده", 12: "ذو الحجه|ذي الحجه|ذوالحجه",
}  # fmt: skip
JALALI = {
    1: "فروردين", 2: "ارديبهشت", 3: "خرداد", 4: "تير", 5: "مرداد|امرداد", 6: "شهريور",
    7: "مهر", 8: "ابان", 9: "اذر", 10: "دي", 11: "بهمن", 12: "اسفند",
}  # fmt: skip
UNITS = {
    "minute": "دقيقه|دقائق|دقيقتين|دقايق|minutes?|mins?|dakika|minuten?|минут[уы]?|minutos?",
    "hour": "ساعه|ساعات|ساعتين|hours?|hrs?|saat|stunden?|час(?:а|ов)?|heures?|horas?|ساعت|שעות",
    "day": "يوم|ايام|يومين|يوما|days?|gün|tage?n?|дн(?:я|ей)|день|jours?|d[ií]as?|روز|دن",
    "week": "اسبوع|اسابيع|اسبوعين|weeks?|hafta|wochen?|недел[юьи]|semaines?|semanas?|هفته",
    "month": "شهر|اشهر|شهور|شهرين|months?|ay|monate?n?|месяц(?:а|ев)?|mois|mes(?:es)?|ماه",
    "year": "سنه|سنوات|سنتين|سنين|عام|عامين|اعوام|years?|yil|yil|jahre?n?|год(?:а)?|лет|ans?|años?|سال",
}
DUALS = "دقيقتين|ساعتين|يومين|اسبوعين|شهرين|سنتين|عامين"
SECONDS = {"minute": 60, "hour": 3600, "day": 86400, "week": 7 * 86400}
PRECISION = {"minute": "minute", "hour": "hour", "day": "day", "week": "day", "month": "day", "year": "day"}
TODAY = "اليوم|today|bugün|heute|сегодня|aujourd'hui|hoy|امروز|اج|ئهمرو|היום"
YESTERDAY = "امس|البارحه|yesterday|dün|gestern|вчера|hier|ayer|ديروز|دويني|אתמול"
BEFORE = "اول امس|امس الاول|قبل امس"
TODAY_WORDS = 3
EVENING = "مساء|م(?=\\s|$)|pm|p\\.m\\.?|بعد الظهر"
MORNING = "صباحا|ص(?=\\s|$)|am|a\\.m\\.?"

ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:[t ]+(\d\d?):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?\s*(z|utc|gmt|[+-]\d\d:?\d\d|[+-]\d\d)?)?(?!\d)"
)
CLOCK = re.compile(
    rf"(?<!\d)(\d{{1,2}}):(\d\d)(?::(\d\d))?\s*(?:({EVENING}|{MORNING})|(z|utc|gmt|[+-]\d\d:?\d\d)(?!\w))?"
)
YMD = re.compile(r"(?<!\d)(\d{4})\s?[/.-]\s?(\d{1,2})\s?[/.-]\s?(\d{1,2})(?!\d)")
CJK = re.compile(r"(?<!\d)(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]")
LABEL = re.compile(r"^[^\W\d]+(?: [^\W\d]+){0,3}\s*:\s*")
SHORT_DMY = re.compile(r"(?<![\d./-])(\d\d)([./-])(\d\d)\2(\d\d)(?!\d|[./]\d)")
DMY = re.compile(r"(?<!\d)(\d{1,2})\s?[/.-]\s?(\d{1,2})\s?[/.-]\s?(\d{4})(?!\d)")


def parse_date(text: str, now: datetime, timezone: str, language: str) -> Moment | None:
    """The moment a text names, in UTC, and its precision (second to year); None where it names none that can be read.

    now is what a relative date is relative to; timezone (IANA) is that of a date without one; language settles
    05/01/2015, which is the first of May in American English alone.
    """
    plain = re.sub(r"\s*[،,]\s*", " ", normal(text))[:300]
    zone = ZoneInfo(timezone)
    for read in (_iso, _named, _numeric, _relative):
        found = read(plain, now.astimezone(zone), zone, language)
        if found:
            return found
    return _foreign(text[:100], now, zone, language)


def only_a_date(text: str) -> bool:
    """Whether a line is a date and its time with at most one word more, such as the weekday, and a label before it."""
    plain = LABEL.sub("", re.sub(r"\s*[،,]\s*", " ", normal(text)))
    for pattern in (*(calendar[0] for calendar in _CALENDARS), ISO, YMD, DMY):
        match = pattern.search(plain)
        if match:
            rest = CLOCK.sub(" ", plain[: match.start()] + " " + plain[match.end() :])
            return len(re.findall(r"[^\W\d]{2,}", rest)) <= 1 and not re.search(r"\d", rest)
    return False


def jalali(year: int, month: int, day: int) -> tuple[int, int, int]:
    """A date of the solar Hijri calendar in the Gregorian one; right from 1200 to 1500."""
    # The 33-year cycle of the calendar, whose leap years are those with these remainders.
    past = year - 1
    leaps = past // 33 * 8 + sum(1 for rest in (1, 5, 9, 13, 17, 22, 26, 30) if rest <= past % 33)
    within = (month - 1) * 31 if month < 7 else (month - 7) * 30 + 186
    at = JALALI_EPOCH + timedelta(days=365 * past + leaps + within + day - 1)
    return at.year, at.month, at.day


def hijri(year: int, month: int, day: int) -> tuple[int, int, int]:
    """A date of the lunar Hijri calendar in the Gregorian one, by the tabular calendar: at most two days off."""
    julian = (11 * year + 3) // 30 + 354 * year + 30 * month - (month - 1) // 2 + day + 1948440 - 385
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=julian - 2440588)
    return at.year, at.month, at.day


def _iso(plain: str, now: datetime, zone: ZoneInfo, language: str) -> Moment | None:
    match = ISO.search(plain)
    if not match or int(match[1]) < 1900:
        return None
    return _moment(
        (int(match[1]), int(match[2]), int(match[3])), (_clock(match[4], match[5], match[6]), match[7] or ""), zone
    )


def _named(plain: str, now: datetime, zone: ZoneInfo, language: str) -> Moment | None:
    """Day, month name and year in any order; a Gregorian date wins over the Hijri one beside it."""
    for pattern, names, convert in _CALENDARS:
        for match in pattern.finditer(plain):
            day, month, year = match["d"] or match["d2"], match["m"] or match["m2"], match["y"] or match["y2"]
            number = next(n for n, name in names.items() if re.fullmatch(name, month))
            date = (int(year), number, int(day))
            if convert and int(year) > 1900:
                continue
            found = _moment(convert(*date) if convert else date, _time_beside(plain, match), zone)
            if found:
                return found
    return None


def _numeric(plain: str, now: datetime, zone: ZoneInfo, language: str) -> Moment | None:
    match = YMD.search(plain) or CJK.search(plain)
    if match:
        year, month, day = int(match[1]), int(match[2]), int(match[3])
        if 1300 <= year < 1480:
            convert = jalali if language in ("fa", "ckb", "prs") or year < 1420 else hijri
            year, month, day = convert(year, month, day)
        return _moment((year, month, day), _time_beside(plain, match), zone)
    match = DMY.search(plain)
    if match:
        first, second, year = int(match[1]), int(match[2]), int(match[3])
    else:
        match = SHORT_DMY.search(plain)
        if not match:
            return None
        first, second, year = int(match[1]), int(match[3]), 2000 + int(match[4])
    american = language in ("en-US", "en_US") or second > 12
    date = (year, first, second) if american else (year, second, first)
    return _moment(date, _time_beside(plain, match), zone)


def _relative(plain: str, now: datetime, zone: ZoneInfo, language: str) -> Moment | None:
    if len(plain.split()) > 8:
        return None
    match = _AGO.search(plain)
    if match:
        word, number = match["unit"] or match["unit2"], match["n"] or match["n2"] or ""
        unit = next(name for name, words in UNITS.items() if re.fullmatch(words, word))
        count = int(number) if number.isdigit() else 2 if re.fullmatch(DUALS, word) else 1
        if count > 1000:
            return None
        return _ago(now, unit, count), PRECISION[unit]
    for words, days in ((BEFORE, 2), (YESTERDAY, 1), (TODAY, 0)):
        # In a sentence it says nothing of the article.
        alone = len(plain.split()) <= TODAY_WORDS or _time_in(plain)[0]
        if alone and re.search(rf"(?<!\w)(?:{words})(?!\w)", plain):
            at = now - timedelta(days=days)
            return _moment((at.year, at.month, at.day), _time_in(plain), zone)
    return None


def _ago(now: datetime, unit: str, count: int) -> datetime:
    if unit in SECONDS:
        return (now - timedelta(seconds=SECONDS[unit] * count)).astimezone(UTC)
    months = now.year * 12 + now.month - 1 - count * (12 if unit == "year" else 1)
    year, month = divmod(months, 12)
    for day in range(now.day, 27, -1):
        try:
            return now.replace(year=year, month=month + 1, day=day).astimezone(UTC)
        except ValueError:
            continue
    return now.replace(year=year, month=month + 1, day=min(now.day, 28)).astimezone(UTC)


def _foreign(text: str, now: datetime, zone: ZoneInfo, language: str) -> Moment | None:
    """What dateparser makes of a language whose months are not in the table; only a whole date counts."""
    import dateparser

    if not re.search(r"\d", text) or len(text.split()) > 12:
        return None
    settings: dict[str, Any] = {
        "REQUIRE_PARTS": ["day", "month", "year"],
        "TIMEZONE": str(zone),
        "TO_TIMEZONE": "UTC",
        "RETURN_AS_TIMEZONE_AWARE": True,
        "RELATIVE_BASE": now.astimezone(zone).replace(tzinfo=None),
        "PARSERS": ["custom-formats", "absolute-time"],
    }
    code = re.split("[-_]", language)[0]
    try:
        found = dateparser.parse(text, languages=[code] if code else None, settings=settings)
    except ValueError:
        found = dateparser.parse(text, settings=settings)
    if not found or found.year < OLDEST:
        return None
    return found.astimezone(UTC), "minute" if re.search(r"\d:\d\d", text) else "day"


def _time_beside(plain: str, date: re.Match[str]) -> Time:
    """The time of day that follows a date, or else stands before it, and its offset."""
    after = _time_in(plain[date.end() : date.end() + 30])
    return after if after[0] else _time_in(plain[max(0, date.start() - 30) : date.start()])


def _time_in(text: str) -> Time:
    match = CLOCK.search(text)
    if not match:
        return None, ""
    hour = int(match[1])
    if match[4] and re.match(EVENING, match[4]) and hour < 12:
        hour += 12
    elif match[4] and re.match(MORNING, match[4]) and hour == 12:
        hour = 0
    return (hour, int(match[2]), int(match[3]) if match[3] else -1), match[5] or ""


def _clock(hour: str | None, minute: str | None, second: str | None) -> tuple[int, int, int] | None:
    return (int(hour), int(minute or 0), int(second) if second else -1) if hour else None


def _moment(date: tuple[int, int, int], time: Time, zone: ZoneInfo) -> Moment | None:
    """The aware moment of a date and a time of day; None where there is no such day."""
    clock, offset = time
    hour, minute, second = clock or (0, 0, 0)
    text = f"{date[0]:04}-{date[1]:02}-{date[2]:02}T{hour:02}:{minute:02}:{max(second, 0):02}"
    if offset in ("z", "utc", "gmt"):
        text += "+00:00"
    elif offset:
        text += offset if len(offset) > 3 else offset + ":00"
    try:
        at = datetime.fromisoformat(text)
        at = (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    if at.year < OLDEST:
        return None
    return at, "day" if clock is None else "minute" if second < 0 else "second"


def _calendar(names: dict[int, str], year: str) -> re.Pattern[str]:
    # Longer names first: «كانون الاول» before what it begins with.
    month = "|".join(sorted("|".join(names.values()).split("|"), key=len, reverse=True))
    aside = rf"(?:\s*[/(-]\s*(?:{month})\)?)?"
    return re.compile(
        rf"(?<!\d)(?P<d>\d{{1,2}})(?:\.|st|nd|rd|th|er|ي)?\s*(?:de |من |of )?[-/\s]?\s*(?P<m>{month})ي?(?!\w)\.?{aside}"
        rf"\s*(?:de |del |عام |سنه )?[-/\s]?\s*(?P<y>{year})(?!\d)"
        rf"|(?<!\w)(?P<m2>{month})(?!\w)\.?\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<y2>{year})(?!\d)"
    )


_CALENDARS = (
    (_calendar(MONTHS, r"(?:19|20)\d\d"), MONTHS, None),
    (_calendar(JALALI, r"1[34]\d\d"), JALALI, jalali),
    (_calendar(HIJRI, r"1[34]\d\d"), HIJRI, hijri),
)
_UNIT = "|".join(UNITS.values())
_AGO = re.compile(
    rf"(?<!\w)(?:منذ|قبل|il y a|hace|vor|بهر له)\s+(?:حوالي |نحو )?(?:(?P<n>\d+)\s+)?(?P<unit>{_UNIT})(?!\w)"
    rf"|(?<!\w)(?P<n2>\d+|an?|one)\s+(?P<unit2>{_UNIT})\s+(?:ago|önce|назад|پيش|قبل|پهلے|لهمهوبهر)(?!\w)"
)
