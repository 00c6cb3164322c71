"""Reads relative dates, such as "3 hours ago" and "yesterday", in many languages.

Only this module knows the words for units of time. Words are looked up in their folded form (pipelines.dates.months).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from pipelines.dates.clocks import CLOCK
from pipelines.dates.months import fold

# Each unit is given in seconds.
SECOND, MINUTE, HOUR, DAY = 1, 60, 3600, 86400
UNITS = {
    "second": "ثانيه|ثواني|ثوان|ثانيتين|لحظه|لحظات|لحظاتي|seconds?|secs?|saniye|sekunden?|секунд[уы]?|secondes?|"
    "segundos?|secondi|sekund|שניות|秒|초",
    "minute": "دقيقه|دقائق|دقيقتين|دقايق|minutes?|mins?|min|dakika|deqiqe|minuten?|минут[уы]?|minutos?|minuti|minuto|"
    "minut|minutami|perce|perccel|"
    "minuter|minutter|minuty|minute|minuut|minuuttia|хвилин[иу]?|мин|خولهك|منٹ|منت|דקות|דקה|λεπτα|λεπτο|λ|menit|phut|"
    "分钟|分鐘|分|분|मिनट|นาที",
    "hour": "ساعه|ساعات|ساعتين|سويعات|hours?|hrs?|hr|h|saat|saet(?:an)?|stunden?|std|час(?:а|ов)?|ч|"
    "heures?|horas?|hora|ore|ora|"
    "oras|uur|uren|timer?|timmar|timme|timmer|tuntia|godzin[yae]?|godz|годин[иу]?|годину|ساعت|كاتژمير|كاتژمێر|سهعات|"
    "گهنٹي|گهنٹے|"
    "گهنٹه|گهنتي|گهنته|שעות|שעה|שעתיים|ωρες|ωρα|hodin(?:ami|ou|y)?|orera|oraja|jam|gio|小时|小時|个小时|個小時|時間|시간|घट[ेा]|"
    "ชวโมง",
    "day": "يوم|ايام|يومين|يوما|days?|d|gun|tage?n?|tag|дн(?:я|ей|і|ів)|день|jours?|j|dias?|giorni|giorno|dagar?|"
    "dage?|dagen|"
    "dager|dni|dnem|dzien|paivaa|روز|روژ|رۆژ|ڕۆژ|ڕۆژان|دن|rojan?|ימים|יום|יומיים|μερες|ημερες|ημερα|μερα|zile|zi|dny|"
    "napja|hari|ngay|天|日|일|दन|วน",
    "week": "اسبوع|اسابيع|اسبوعين|weeks?|w|hafta|hefteyan?|wochen?|недел[юьи]|тижн[іяів]+|тиждень|semaines?|semanas?|"
    "settimana|settimane|weken|veckor|vecka|uger?|uker?|tygodni[ea]?|tydzien|viikkoa|هفته|ههفته|שבועות|שבוע|εβδομαδες|"
    "εβδομαδα|saptamani?|minggu|tuan|周|週間|週|주",
    "month": "شهر|اشهر|شهور|شهرين|months?|ay|mehan?|monate?n?|месяц(?:а|ев)?|місяц[іьяів]+|mois|mes(?:es|i)?|mese|"
    "maanden|"
    "maand|manader|manad|maneder|maned|miesiac[ea]?|miesiecy|kuukautta|ماه|مانگ|ماه|חודשים|חודש|μηνες|μηνα|luni|luna|"
    "bulan|thang|个月|個月|か月|ヶ月|개월",
    "year": "سنه|سنوات|سنتين|سنين|عام|عامين|اعوام|years?|yrs?|yil|salan?|jahre?n?|jahr|год(?:а|у)?|лет|рок[иуів]+|"
    "ans?|annees?|anos?|anni|anno|jaar|ar|år|lat[a]?|rok|vuotta|سال|سالا?|שנים|שנה|χρονια|χρονο|ani|tahun|nam|年|년",
}
DUALS = "دقيقتين ساعتين يومين اسبوعين شهرين سنتين عامين ثانيتين שעתיים יומיים"
TWO = frozenset(DUALS.split())
NUMBERS = {
    1: "a an one ein einer einem eine un une uno una um uma один одну одна bir yek een en ett et jeden jedna "
    "واحده واحد يك ايك אחת",
    2: "two zwei deux dos due dois duas два две две iki du اثنين اثنتين دو دوو שתי שני",
    3: "three drei trois tres tre три uc ثلاث ثلاثه سه سي שלוש שלושה",
    4: "four vier quatre cuatro четыре dort اربع اربعه چهار",
    5: "five fünf cinq cinco пять bes خمس خمسه پنج", 6: "six sechs seis шесть altı ست سته شش",
    7: "seven sieben sept siete семь yedi سبع سبعه هفت", 8: "eight acht huit ocho восемь sekiz ثمان ثماني ثمانيه هشت",
    9: "nine neun neuf nueve девять dokuz تسع تسعه نه", 10: "ten zehn dix diez десять on عشر عشره ده",
}  # fmt: skip
BEFORE = (
    "منذ|قبل|مضي|il y a|hace|vor|بهر له|پيش|لهپيش|beri|beriya|há|ha|acum|prije|před|pred|πριν απο|πριν|לפני|"
    "przed|cách đây"
)
AFTER = (
    "ago|önce|назад|тому|پيش|قبل|پهلي|پهلے|لهمهوبهر|بهري|berê|fa|atrás|geleden|sedan|siden|sitten|temu|nazaj|lalu|"
    "yang lalu|trước|ezelőtt|前|之前|以前|전|पहले|ทแลว|مضت"
)
NOW = (
    "الان|للتو|قبل قليل|منذ قليل|منذ لحظات|قبل لحظات|just now|now|moments? ago|gerade eben|şimdi|az önce|"
    "только что|à l'instant|ahora|刚刚|剛剛|たった今|방금"
)
# These words for "now" occur in any text, so `without` does not remove them.
ALONE_NOW = frozenset(("الان", "now", "ahora", "şimdi"))
SOME = (
    "a few|few|several|some|a couple of|بضع|بضعه|عده|quelques|plusieurs|einigen|wenigen|ein paar|unos|unas|algunos|"
    "algunas|alguns|algumas|pochi|poche|alcuni|alcune|birkaç|несколько|кілька|چند|چهند|kilka|několika|enkele|"
    "några|noen|nogle|câteva|μερικα|beberapa"
)
TODAY = (
    "اليوم|today|bugün|heute|сегодня|сьогодні|aujourd'hui|hoy|hoje|oggi|vandaag|i dag|idag|i dag|dzisiaj|dziś|dnes|"
    "danas|tänään|astăzi|azi|σήμερα|امروز|اج|ئهمرو|ئهمرۆ|îro|היום|hari ini|hôm nay|今天|今日|本日|오늘|आज|วนน"
)
YESTERDAY = (
    "امس|البارحه|مبارح|يوم امس|yesterday|dün|gestern|вчера|вчора|hier|ayer|ontem|ieri|gisteren|i går|igår|wczoraj|"
    "včera|jučer|eilen|tegnap|χθες|χτες|ديروز|دويني|دوێني|گزشته روز|duh|אתמול|kemarin|hôm qua|昨天|昨日|어제|कल|เมอวาน"
)
DAY_BEFORE = (
    "اول امس|اول من امس|امس الاول|قبل امس|vorgestern|позавчера|avant-hier|anteayer|پريروز|"
    "שלשום|evvelsi gün|前天|一昨日|그저께"
)
# A text with a phrase such as "three hours ago" has at most this many words. Chosen: a longer text is a sentence.
LONGEST_WORDS = 8
# A text with a word such as "now", or with one such as "today" and no time of day, has at most this many words. Chosen:
# a longer text is a sentence.
DAY_WORDS = 3
# A count of units is at most this number. Chosen: a larger number has another meaning.
MOST_UNITS = 1000
PRECISION = {"second": "minute", "minute": "minute", "hour": "hour"}
SECONDS = {"second": SECOND, "minute": MINUTE, "hour": HOUR, "day": DAY, "week": 7 * DAY}
SHORT_UNITS = ("second", "minute", "hour", "day")
ABOUT = r"(?:حوالي |نحو |اكثر من |about |ungefahr |etwa |circa |около |environ |unos |unas |yaklasik |almost |over )?"


@dataclass(frozen=True, slots=True)
class _Patterns:
    """The patterns of this module, and the number for each number word."""

    units: Mapping[str, re.Pattern[str]]
    numbers: Mapping[str, int]
    ago: re.Pattern[str]
    asian: re.Pattern[str]
    # span: a further part, as in `1 hour, 12 minutes ago`. some: a time without a number, such as `a few hours ago`.
    span: re.Pattern[str]
    some: re.Pattern[str]
    now: re.Pattern[str]
    just: re.Pattern[str]
    today: re.Pattern[str]
    yesterday: re.Pattern[str]
    day_before: re.Pattern[str]


def ago(plain: str, now: datetime) -> tuple[datetime, str] | None:
    """The moment of a phrase like `3 hours ago` in a folded text, and its precision; None if there is no such
    phrase."""
    if plain.count(" ") >= LONGEST_WORDS:
        return None
    patterns = _patterns()
    if patterns.now.search(plain) and plain.count(" ") < DAY_WORDS:
        return now, "minute"
    for pattern in (patterns.ago, patterns.asian):
        match = pattern.search(plain)
        if match:
            found = match.groupdict()
            word, number = found["unit"] or found.get("unit2") or "", found["n"] or found.get("n2") or ""
            unit = next(name for name, pattern in patterns.units.items() if pattern.fullmatch(word))
            count = int(number) if number.isdigit() else patterns.numbers.get(number, 2 if word in TWO else 1)
            return (_past(now, unit, count), PRECISION.get(unit, "day")) if count <= MOST_UNITS else None
    return None


def without(plain: str) -> str:
    """A folded text without its phrases like `3 hours ago`."""
    patterns = _patterns()
    plain = patterns.just.sub(" ", patterns.some.sub(" ", plain))
    rest = patterns.asian.sub(" ", patterns.ago.sub(" ", plain))
    if rest != plain:
        rest = patterns.span.sub(" ", rest)
    # A word for "yesterday" may have another meaning, so it is removed only if the text also has a time of day.
    return patterns.yesterday.sub(" ", rest) if CLOCK.search(rest) else rest


def find_age(plain: str, at: int) -> int:
    """The end of a phrase like `3 hours ago` that begins at this place of a folded text; 0 if none does. Only seconds
    to days are found: `12 years ago` is of a story and not of a page.
    """
    patterns = _patterns()
    for pattern in (patterns.ago, patterns.asian):
        if match := pattern.match(plain, at):
            found = match.groupdict()
            word = found["unit"] or found.get("unit2") or ""
            return match.end() if any(patterns.units[unit].fullmatch(word) for unit in SHORT_UNITS) else 0
    return 0


def days_ago(plain: str) -> int | None:
    """How many days ago the day was that a folded text names (0: today); None if the text names no such day."""
    patterns = _patterns()
    for pattern, days in ((patterns.day_before, 2), (patterns.yesterday, 1), (patterns.today, 0)):
        if pattern.search(plain):
            return days
    return None


def read_days() -> list[str]:
    """The words for today, yesterday and the day before, folded, in all our languages."""
    return [fold(word) for words in (TODAY, YESTERDAY, DAY_BEFORE) for word in words.split("|")]


def _past(now: datetime, unit: str, count: int) -> datetime:
    if unit in SECONDS:
        return now - timedelta(seconds=SECONDS[unit] * count)
    months = now.year * 12 + now.month - 1 - count * (12 if unit == "year" else 1)
    year, month = divmod(max(months, 12), 12)
    # If the month has no such day, its last day is taken; every month has 28 days.
    for day in range(now.day, 27, -1):
        try:
            return now.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    # Every month has 28 days.
    return now.replace(year=year, month=month + 1, day=min(now.day, 28))


def _alternatives(words: str) -> str:
    # Longer phrases come first, because a pattern takes the first that fits: «اول امس» comes before the word at its
    # end.
    return "|".join(sorted({re.sub(r" ", r"\\s+", fold(word)) for word in words.split("|")}, key=len, reverse=True))


def _alone(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{_alternatives(words)})(?![\w'-])")


@cache
def _patterns() -> _Patterns:
    """All patterns. They are compiled only when a text is first examined, because this takes a tenth of a second."""
    # The units are patterns, already written in folded form.
    units = {name: words.replace("ς", "σ") for name, words in UNITS.items()}
    numbers = {fold(word): number for number, words in NUMBERS.items() for word in words.split()}
    unit, count = "|".join(units.values()), rf"\d+|{'|'.join(sorted(numbers, key=len, reverse=True))}"
    before, some, after = _alternatives(BEFORE), _alternatives(SOME), _alternatives(AFTER)
    return _Patterns(
        units={name: re.compile(words) for name, words in units.items()},
        numbers=numbers,
        ago=re.compile(
            rf"(?<!\w)(?:{before})\s+{ABOUT}(?:(?P<n>{count})\s*)?(?P<unit>{unit})(?!\w)"
            rf"|(?:^|(?<!\w)(?P<n2>{count})\s*)(?P<unit2>{unit})\s+(?:{after})(?!\w)"
        ),
        asian=re.compile(rf"(?<!\d)(?P<n>\d+)\s*(?P<unit>{unit})\s*(?:之?前|以前|전|ทแลว)"),
        span=re.compile(rf"(?<!\w)(?:(?:and|et|und|y|e|ve|и|و)\s+)?(?:{count})\s*(?:{unit})(?!\w)"),
        some=re.compile(
            rf"(?<!\w)(?:{before})\s+(?:{some})\s+(?:{unit})(?!\w)"
            rf"|(?<!\w)(?:{some})\s+(?:{unit})\s+(?:{after})(?!\w)"
        ),
        now=_alone(NOW),
        just=_alone("|".join(set(NOW.split("|")) - ALONE_NOW)),
        today=_alone(TODAY),
        yesterday=_alone(YESTERDAY),
        day_before=_alone(DAY_BEFORE),
    )
