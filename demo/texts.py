"""Article texts from the sentence banks in demo/data: it alone knows their notation. Same seed, same text."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from random import Random
from typing import Any

LANGUAGES = ("ar", "ckb", "de", "en", "fa", "fr", "tr")
RIGHT_TO_LEFT = ("ar", "ckb", "fa")
JOINED = ("fa",)
OWN, GENERAL, CALLS = 5, 3, 2
FEWEST_WORDS = 120


@dataclass(frozen=True, kw_only=True)
class WrittenText:
    """An article as it was written: the first paragraph is the lede."""

    title: str
    paragraphs: tuple[str, ...]
    authors: tuple[str, ...]
    section: str
    tags: tuple[str, ...]


@lru_cache(maxsize=4096)
def write(language: str, seed: str, number: int = 0, *, breaking: bool = False) -> WrittenText:
    """An article of 120 to 400 words; `number` deals topics and titles round, so that neighbours on a site differ."""
    bank = _bank(language)
    rng = Random(f"{language}/{seed}/{number}")
    topics = bank["topics"]
    topic = bank["breaking"] if breaking else topics[number % len(topics)]
    cast = _cast(bank, rng)
    turn = number if breaking else number // len(topics)
    title = _fill(topic["titles"][turn % len(topic["titles"])], cast, rng)
    lede = _fill(rng.choice(topic["ledes"]), cast, rng)
    spoken = [
        *_dealt(topic["sentences"], f"{language}/{seed}/{topic['section']}", turn, OWN),
        *_dealt(bank["general"]["sentences"], f"{language}/{seed}", number, GENERAL),
    ]
    calls = rng.sample(bank["calls"]["sentences"], len(bank["calls"]["sentences"]))
    filled = [_fill(sentence, cast, rng) for sentence in [*spoken, *calls[:CALLS]]]
    for call in calls[CALLS:]:
        if len(" ".join([lede, *filled]).split()) < FEWEST_WORDS:
            filled.append(_fill(call, cast, rng))
    paragraphs = [lede, *_paragraphs(filled, rng)]
    return WrittenText(
        title=title,
        paragraphs=tuple(paragraphs),
        authors=(rng.choice(bank["words"]["author"]),),
        section=topic["section"],
        tags=(cast["a"], cast["b"]),
    )


@lru_cache(maxsize=4096)
def revise(text: WrittenText, language: str, seed: str, edit: int) -> WrittenText:
    """The text after its `edit`-th edit: a paragraph in the middle is gone and a dated remark stands at the end."""
    bank = _bank(language)
    rng = Random(f"{language}/{seed}/edit/{edit}")
    remark = _fill(rng.choice(bank["update"]["sentences"]), _cast(bank, rng), rng)
    kept = list(text.paragraphs)
    if len(kept) > 4:
        del kept[rng.randint(1, len(kept) - 2)]
    return WrittenText(
        title=text.title, paragraphs=(*kept, remark), authors=text.authors, section=text.section, tags=text.tags
    )


def ui(language: str) -> dict[str, Any]:
    """What a site of this language writes on buttons, boxes and notices; `months` is a list of twelve."""
    found: dict[str, Any] = _bank(language)["ui"]
    return found


def sections(language: str) -> list[str]:
    """The sections a site of this language has, breaking news last."""
    bank = _bank(language)
    return list(dict.fromkeys([*(topic["section"] for topic in bank["topics"]), bank["breaking"]["section"]]))


@lru_cache(maxsize=len(LANGUAGES))
def _bank(language: str) -> dict[str, Any]:
    raw = (resources.files("demo") / "data" / f"{language}.toml").read_text(encoding="utf-8")
    return tomllib.loads(raw.replace("~", "\u200c") if language in JOINED else raw)


def _dealt(sentences: list[str], seed: str, turn: int, count: int) -> list[str]:
    """A hand of sentences that comes round only when the others were dealt: articles that share many read as copies."""
    order = Random(seed).sample(sentences, len(sentences))
    return [order[(turn * count + i) % len(order)] for i in range(min(count, len(order)))]


def _cast(bank: dict[str, Any], rng: Random) -> dict[str, str]:
    words = bank["words"]
    people, places = words["person"], words["place"]
    p, q = rng.choice(people[0::2]), rng.choice(people[1::2])
    a, b = rng.sample(places, 2)
    said = {f"day {i}": day for i, day in enumerate(words["day"])}
    said |= {f"x {i}": person for i, person in enumerate(people)} | {f"c {i}": place for i, place in enumerate(places)}
    return {"p": p, "q": q, "a": a, "b": b, "o": rng.choice(words["body"]), "role": rng.choice(words["role"]), **said}


def _fill(template: str, cast: dict[str, str], rng: Random) -> str:
    chosen = re.sub(r"\[([^]]*)\]", lambda found: rng.choice(found[1].split("|")), template)
    called = {
        f"{kind}{turn}": name
        for kind in "xc"
        for turn, name in enumerate(rng.sample([v for k, v in cast.items() if k.startswith(f"{kind} ")], 4), start=1)
    }
    whole = re.sub(r"\{(\w+)\}", lambda found: _word(found[1], cast | called, rng), chosen)
    return whole[0].upper() + whole[1:]


def _word(slot: str, cast: dict[str, str], rng: Random) -> str:
    if slot == "n":
        return str(rng.randint(11, 29))
    if slot == "m":
        return str(rng.randint(31, 95))
    if slot == "big":
        return str(rng.randrange(200, 9_900, 100))
    if slot == "day":
        return rng.choice([value for key, value in cast.items() if key.startswith("day ")])
    return cast[slot]


def _paragraphs(sentences: list[str], rng: Random) -> list[str]:
    found = []
    while sentences:
        size = rng.randint(1, 3)
        found.append(" ".join(sentences[:size]))
        sentences = sentences[size:]
    return found
