"""What invented pages say: sentences, headings, names and values in several languages, no two alike on a page."""

from __future__ import annotations

import re
from random import Random

from demo import texts

# Articles of the demo's writers that a page's lines are dealt from.
ARTICLES = 24
UNITS = (
    "kg",
    "g",
    "mm",
    "cm",
    "m",
    "km",
    "km/h",
    "W",
    "kWh",
    "V",
    "GB",
    "Hz",
    "h",
    "min",
    "l",
    "ml",
    "%",
    "€",
    "$",
    "°C",
)
SENTENCE = re.compile(r"(?<=[.!?؟۔])\s+")
# The fewest words of a clause that is a line of its own.
CLAUSE = 4


class PageWriter:
    """One page's writer: deals out lines of its language, each once as long as there are others."""

    def __init__(self, language: str, number: int, chance: Random) -> None:
        self.language, self._chance = language, chance
        written = [texts.write(language, f"invented/{number}", turn) for turn in range(ARTICLES)]
        said = [line for text in written for paragraph in text.paragraphs for line in SENTENCE.split(paragraph)]
        self._sentences, self._titles = list(dict.fromkeys(said)), list(dict.fromkeys(text.title for text in written))
        self._people = sorted({name for text in written for name in text.authors})
        self._words = [word.strip(".,;:،؛") for line in said for word in line.split()]
        chance.shuffle(self._sentences)
        chance.shuffle(self._titles)
        self._at = self._titled = 0

    def sentence(self) -> str:
        """A whole sentence."""
        self._at += 1
        return self._sentences[self._at % len(self._sentences)]

    def short(self) -> str:
        """The beginning of a sentence, with or without a full stop."""
        words = self.sentence().split()
        return " ".join(words[: self._chance.randint(CLAUSE, 9)]).rstrip(".,;:،؛") + self._chance.choice(("", "."))

    def paragraph(self) -> str:
        """One to four sentences."""
        return " ".join(self.sentence() for _ in range(self._chance.choice((1, 1, 2, 2, 3, 4))))

    def heading(self) -> str:
        """A headline, or the first words of a sentence as one."""
        self._titled += 1
        if self._titled < len(self._titles) and self._chance.random() < 0.6:
            return self._titles[self._titled]
        return " ".join(self.sentence().split()[: self._chance.randint(3, 7)]).rstrip(".,;:،؛")

    def name(self) -> str:
        """One to three words."""
        at = self._chance.randrange(len(self._words) - 3)
        said = " ".join(self._words[at : at + self._chance.choice((1, 1, 2, 2, 3))])
        return said[:1].upper() + said[1:]

    def amount(self) -> str:
        """A number with a unit."""
        number = self._chance.choice((str(self._chance.randint(1, 900)), f"{self._chance.uniform(0, 90):.1f}", "½"))
        return f"{number} {self._chance.choice(UNITS)}"

    def value(self) -> str:
        """What stands in a cell: a number, an amount, a word or two."""
        number = str(self._chance.randint(0, 3000))
        return self._chance.choice((number, self.amount(), self.amount(), self.name(), f"{number} {self.name()}"))

    def person(self) -> str:
        """The name of somebody who writes."""
        return self._chance.choice(self._people)

    def day(self) -> str:
        """A day as a byline has it."""
        months: list[str] = texts.ui(self.language)["months"]
        return f"{self._chance.randint(1, 28)} {self._chance.choice(months)} 20{self._chance.randint(10, 26)}"

    def ui(self, key: str) -> str:
        """What a site of this language writes on a button, a box or a notice."""
        said: str = texts.ui(self.language)[key]
        return said
