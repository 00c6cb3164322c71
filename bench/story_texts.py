"""Texts as outlets print them: stories with near copies in seven languages, and items of templates that are none.

The words are those of the demo's sentences, used as often as there, and rarer ones made of their syllables; they are
drawn, so two stories have in common what chance gives. The same seed gives the same texts.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from demo import texts

LANGUAGES = ("ar", "en", "fr", "tr", "fa", "de", "zh")
# Words of a story: the middle and the spread of real news; the shortest is no short item.
MEDIAN_WORDS, SPREAD, LEAST_WORDS, MOST_WORDS = 254, 0.5, 100, 1_500
# Of ten words so many are of the demo's; of the rarer ones there are so many.
COMMON_OF_TEN, RARE_WORDS = 6, 20_000
IDEOGRAPHS = "".join(map(chr, range(0x4E00, 0x4E00 + 2_500)))


@dataclass(frozen=True)
class Copy:
    """A text of a story, and how it differs from the first one."""

    story: int
    text: str
    edit: str = ""


@lru_cache(maxsize=8)
def _words(language: str) -> tuple[list[str], list[str]]:
    dice = random.Random(f"words of {language}")
    if language == "zh":
        # As often as the characters of a script are: the second half as often as the first.
        common = dice.choices(IDEOGRAPHS, weights=[1 / (n + 10) for n in range(len(IDEOGRAPHS))], k=4_000)
        return ["".join(common[at : at + 2]) for at in range(0, len(common), 2)], list(IDEOGRAPHS)
    said = " ".join(" ".join(texts.write(language, "stories", n).paragraphs) for n in range(120))
    common = re.findall(r"[^\W\d]+", said)
    parts = sorted({word[:half] for word in common for half in (2, 3)})
    ends = sorted({word[half:] for word in common for half in (2, 3) if len(word) > half})
    return common, [dice.choice(parts) + dice.choice(ends) for _ in range(RARE_WORDS)]


def words(language: str, dice: random.Random, count: int) -> list[str]:
    """Words of a language as they are used."""
    common, rare = _words(language)
    return [dice.choice(common if dice.randrange(10) < COMMON_OF_TEN else rare) for _ in range(count)]


def story(language: str, dice: random.Random, count: int = 0) -> str:
    """A text of its own: paragraphs of sentences, some with numbers."""
    count = count or min(MOST_WORDS, max(LEAST_WORDS, int(dice.lognormvariate(0, SPREAD) * MEDIAN_WORDS)))
    sentences = []
    while count > 0:
        drawn = words(language, dice, min(max(count, 4), dice.randint(9, 24)))
        count -= len(drawn)
        if dice.random() < 0.3:
            drawn.insert(dice.randrange(len(drawn)), str(dice.randint(2, 2_000)))
        sentences.append(_sentence(language, drawn))
    return "\n".join(_join(language, sentences[at : at + 3]) for at in range(0, len(sentences), 3))


def copies(language: str, number: int, seed: int = 0) -> list[Copy]:
    """A story and its lightly edited copies."""
    dice = random.Random(f"{seed} {language} {number}")
    whole = story(language, dice)
    return [Copy(number, whole), *(Copy(number, edit(language, whole, dice), name) for name, edit in EDITS.items())]


def _sentence(language: str, drawn: list[str]) -> str:
    if language == "zh":
        return "".join(drawn) + "。"
    return " ".join(drawn).capitalize() + "."


def _join(language: str, parts: list[str]) -> str:
    return ("" if language == "zh" else " ").join(parts)


def _pieces(language: str, whole: str) -> list[str]:
    return re.findall(r"[一-鿿]{1,2}|\d+|.", whole, re.DOTALL) if language == "zh" else re.split(r"(\s+)", whole)


def _change(share: float) -> Callable[[str, str, random.Random], str]:
    def edit(language: str, whole: str, dice: random.Random) -> str:
        made = []
        for piece in _pieces(language, whole):
            is_word = bool(re.search(r"\w", piece)) and not piece.isdigit()
            made.append(words(language, dice, 1)[0] if is_word and dice.random() < share else piece)
        return "".join(made)

    return edit


def _cut(share: float) -> Callable[[str, str, random.Random], str]:
    def edit(language: str, whole: str, dice: random.Random) -> str:
        pieces = _pieces(language, whole)
        return "".join(pieces[: int(len(pieces) * (1 - share))])

    return edit


def _add_lead(language: str, whole: str, dice: random.Random) -> str:
    return story(language, dice, max(20, len(_pieces(language, whole)) // 10)) + "\n" + whole


def _add_signature(language: str, whole: str, dice: random.Random) -> str:
    name = _join(language, words(language, dice, 3))
    return f"{name} ({dice.randint(1, 28)}/{dice.randint(1, 12)}/2026)\n{whole}\n{name}"


def _leave_in(language: str, whole: str, dice: random.Random) -> str:
    """With what a site prints around its texts left in."""
    return f"{whole}\n{story(language, dice, 25)}"


def _respell(language: str, whole: str, dice: random.Random) -> str:
    return whole.replace("ا", "أ").replace("ة", "ه").replace("'", "’").upper().replace(".", " .")


def _both(language: str, whole: str, dice: random.Random) -> str:
    return _add_signature(language, _cut(0.3)(language, _change(0.05)(language, whole, dice), dice), dice)


EDITS: dict[str, Callable[[str, str, random.Random], str]] = {
    "other byline": _add_signature,
    "other spelling": _respell,
    "boilerplate left in": _leave_in,
    "lead added": _add_lead,
    "cut by 30 %": _cut(0.3),
    "cut by 50 %": _cut(0.5),
    "5 % changed": _change(0.05),
    "10 % changed": _change(0.1),
    "5 % changed, cut by 30 %, other byline": _both,
}

PLACES = """Aleppo Amman Ankara Athens Baghdad Basra Beirut Berlin Bern Cairo Damascus Doha Dublin Erbil Gaza
Geneva Hama Homs Istanbul Jeddah Kabul Kirkuk Latakia Lima Lisbon London Lyon Madrid Manama Mosul
Muscat Najaf Oslo Palmyra Paris Prague Rabat Raqqa Riga Riyadh Rome Sanaa Seville Sofia Tabriz
Tartus Tehran Tripoli Tunis Turin Vienna Warsaw Zagreb Zurich""".split()  # noqa: SIM905
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SKIES = ("sunny", "cloudy", "partly cloudy", "rainy", "foggy", "clear", "stormy", "windy")
WINDS = ("north", "south", "east", "west", "northwest", "southeast")
MONEYS = ("dollar", "euro", "pound", "yen", "franc", "lira", "rouble", "dinar", "riyal", "dirham", "krona", "zloty")


def _weather(dice: random.Random) -> str:
    place, low = dice.choice(PLACES), dice.randint(-5, 25)
    return (
        f"The weather in {place} on {dice.choice(DAYS)} will be {dice.choice(SKIES)} with temperatures between {low} "
        f"and {low + dice.randint(4, 14)} degrees. Winds blow from the {dice.choice(WINDS)} at {dice.randint(5, 60)} "
        f"kilometres an hour and humidity reaches {dice.randint(20, 95)} percent. The national centre advises drivers "
        f"in {place} to take care on the roads in the early hours of the morning."
    )


def _rates(dice: random.Random) -> str:
    money = dice.choice(MONEYS)
    closed, before, sold = (f"{dice.randint(1, 900)}.{dice.randint(0, 99):02}" for _ in range(3))
    return (
        f"The {money} closed at {closed} on the exchange of {dice.choice(PLACES)} on {dice.choice(DAYS)}, after "
        f"{before} the day before. Dealers sold the {money} for {sold} in the morning. The central bank left its rate "
        f"unchanged and the volume of trade was close to the average of the month, market sources said."
    )


def _results(dice: random.Random) -> str:
    home, away = dice.sample(PLACES, 2)
    return (
        f"{home} beat {away} {dice.randint(2, 5)}-{dice.randint(0, 1)} in round {dice.randint(1, 34)} of the premier "
        f"league on {dice.choice(DAYS)} evening. The hosts scored first in minute {dice.randint(1, 45)} and controlled "
        f"the match until the final whistle in front of a full stadium. {away} have to wait for the next round to "
        f"improve their place in the table."
    )


def _appointments(dice: random.Random) -> str:
    """One without any number."""
    home, away = dice.sample(PLACES, 2)
    return (
        f"The minister named a new director of the hospital of {home} on {dice.choice(DAYS)}. The director worked in "
        f"{away} before and takes up the post at the beginning of next month. The ministry thanked the staff in {home} "
        f"for their work under difficult conditions and said that the building would be extended soon."
    )


def _arabic_weather(dice: random.Random) -> str:
    place, low = dice.choice(texts.write("ar", "places", dice.randrange(500)).tags), dice.randint(-5, 25)
    return (
        f"تكون الأجواء في {place} يوم غد صحوة بوجه عام وتتراوح درجات الحرارة بين {low} و{low + dice.randint(4, 14)} "
        f"درجة مئوية. وتهب الرياح بسرعة {dice.randint(5, 60)} كيلومترا في الساعة وتبلغ الرطوبة {dice.randint(20, 95)} "
        f"بالمئة. ودعت المديرية العامة للأرصاد الجوية السائقين في {place} إلى توخي الحذر على الطرقات في الصباح الباكر."
    )


TEMPLATES: dict[str, Callable[[random.Random], str]] = {
    "weather": _weather,
    "rates": _rates,
    "results": _results,
    "appointments": _appointments,
    "Arabic weather": _arabic_weather,
}


def items(template: str, count: int, seed: int = 0) -> list[str]:
    """So many short items of one template, all of them different."""
    dice = random.Random(f"{seed} {template}")
    made: dict[str, None] = {}
    while len(made) < count:
        made[TEMPLATES[template](dice)] = None
    return list(made)
