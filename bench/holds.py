"""How often articles of a source whose template did not change are held, and how soon those of one that changed are.

python -m bench holds [--sources N] [--first SEED]

A source is simulated for a quarter of nights: how many articles a night, how long they are (lognormal, with a spread of
its own), how many lack a date, a line of the house at their end. In one of ten nights a part of the articles, a fifth
to nine tenths, is what newsrooms do now and then: tickers of forty words, long reads, a series with one title, notes
without a date. Each night is held against the newest articles before it, as load does (`load.drift`), and is among them
from then on. Then the template changes, in several shapes, and it is told whether its first night is held.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

from pipelines.load import drift, policy
from pipelines.load.drift import ArticleMeasures

NIGHTS, SOURCES, HELD_OUT = 90, 200, 500
# The nights that a source is known before a false hold counts, and the share of nights that have something odd.
KNOWN_NIGHTS, ODD_SHARE = 10, 0.1
PARAGRAPH_WORDS = 55
HOUSE = (("house", 14),)


def article(dice: Random, middle: float, spread: float, undated: float, number: int) -> ArticleMeasures:
    """An article as this source writes it."""
    words = max(15, round(dice.lognormvariate(math.log(middle), spread)))
    paragraphs = tuple((f"{number}/{n}", PARAGRAPH_WORDS) for n in range(max(1, words // PARAGRAPH_WORDS)))
    return ArticleMeasures(
        words=words, dated=dice.random() >= undated, title=f"title {number}", paragraphs=paragraphs + HOUSE
    )


def odd(dice: Random, night: list[ArticleMeasures]) -> list[ArticleMeasures]:
    """What a newsroom does now and then to some of a night, or to most."""
    share = dice.choice((0.2, 0.4, 0.6, 0.9))
    change: Callable[[ArticleMeasures], ArticleMeasures] = dice.choice((
        lambda one: replace(one, words=dice.randint(25, 60), paragraphs=one.paragraphs[:1]),
        lambda one: replace(one, words=one.words * 3),
        lambda one: replace(one, title="live: the vote"),
        lambda one: replace(one, dated=False),
    ))  # fmt: skip
    return [change(one) if dice.random() < share else one for one in night]


# How a template goes wrong: its articles as they would then be read.
CHANGES: dict[str, Callable[[ArticleMeasures], ArticleMeasures]] = {
    "standfirst only": lambda one: replace(one, words=min(one.words, 35), paragraphs=one.paragraphs[:1]),
    "a sidebar in each": lambda one: replace(
        one, words=one.words + 700, paragraphs=one.paragraphs + tuple((f"side{n}", 70) for n in range(10))
    ),
    "the site's name as title": lambda one: replace(one, title="the daily"),
    "no date": lambda one: replace(one, dated=False),
    "a consent text": lambda one: replace(one, words=220, paragraphs=(("we value", 110), ("your privacy", 110))),
}


def main(words: Sequence[str]) -> int:
    """Simulate, and print a line for each size of nights and each change."""
    parser = argparse.ArgumentParser(prog="python -m bench holds")
    parser.add_argument("--sources", type=int, default=SOURCES)
    parser.add_argument("--first", type=int, default=HELD_OUT)
    asked = parser.parse_args(words)
    held, plain, nights, caught, seen = Counter[str](), 0, 0, Counter[str](), Counter[str]()
    for seed in range(asked.first, asked.first + asked.sources):
        dice = Random(seed)
        a_night = dice.choice((2, 5, 12, 40))
        writes = _writes(dice)
        kept, false = _quarter(dice, writes, a_night)
        held[f"{a_night} a night"] += len(false)
        seen[f"{a_night} a night"] += 1
        nights += NIGHTS - KNOWN_NIGHTS
        plain += sum(not is_odd for is_odd in false)
        for name, change in CHANGES.items():
            fresh = [change(one) for one in _night(Random(f"{seed}/{name}"), writes, NIGHTS * 1_000, a_night)]
            caught[name] += bool(_find_drifts(fresh, kept))
            seen[name] += 1
    for size in sorted(held | seen, key=lambda name: (name in CHANGES, name)):
        if size not in CHANGES:
            print(f"{size:28} {seen[size]:4} sources, held wrongly {held[size] / seen[size]:.2f} a source and quarter")
    total = sum(held.values())
    print(f"all: {total} of {nights} nights, {total / asked.sources:.2f} a source and quarter")
    print(f"of them nights without anything odd: {plain}, {plain / asked.sources:.2f} a source and quarter")
    for name in CHANGES:
        print(f"{name:28} held in its first night at {caught[name]} of {seen[name]} sources")
    return 0


def _writes(dice: Random) -> tuple[float, float, float]:
    """How a source writes: the middle of its lengths, how they spread, and the share without a date."""
    return dice.uniform(120, 500), dice.uniform(0.3, 0.8), dice.choice((0.0, 0.0, 0.05, 0.3))


def _quarter(
    dice: Random, writes: tuple[float, float, float], a_night: int
) -> tuple[list[ArticleMeasures], list[bool]]:
    """The articles of a quarter, newest first, and of each night that was held whether something of it was odd."""
    kept: list[ArticleMeasures] = []
    false: list[bool] = []
    for night in range(NIGHTS):
        fresh = _night(dice, writes, night * 1_000, a_night)
        is_odd = dice.random() < ODD_SHARE
        fresh = odd(dice, fresh) if is_odd else fresh
        if night >= KNOWN_NIGHTS and _find_drifts(fresh, kept):
            false.append(is_odd)
        kept = [*fresh, *kept]
    return kept, false


def _night(dice: Random, writes: tuple[float, float, float], first: int, about: int) -> list[ArticleMeasures]:
    many = max(1, round(dice.gauss(about, math.sqrt(about))))
    return [article(dice, *writes, first + n) for n in range(many)]


def _find_drifts(fresh: Sequence[ArticleMeasures], kept: Sequence[ArticleMeasures]) -> list[drift.Drift]:
    """As `quarantine.judge` has it: a small night is compared together with the newest before it."""
    before = kept[: policy.DRIFT_BEFORE]
    borrowed = max(0, policy.DRIFT_ARTICLES - len(fresh))
    return drift.find([*fresh, *before[:borrowed]], before[borrowed:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
