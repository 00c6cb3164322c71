"""Which of several whole texts of a page is its article, where they differ: trees over how far they agree.

The judge of blocks errs by whole boxes now and then: it keeps a third of a list, or a second article. Here its text
stands beside texts of other extractors and beside what it would keep if it were bolder or more careful, all as sets of
the page's blocks. What is looked at is how long they are, what they share, how sure the judge is of what they dispute,
and what that looks like; no name of the page's markup. The trees were fitted by `python -m bench fit` to what the judge
makes of sites that it was not fitted to. It alone knows the columns of data/choice.json.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipelines.extract.text import classifier

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
OURS = "ours"
# Extractors that every page is read with, and those that are asked only where there is doubt.
FIRST, ASKED = ("lines", "plain"), ("precise", "default", "read")
# What the judge would keep if it were bolder or more careful: by how much the log odds of every block are shifted.
BOLD, BOLDER, CAREFUL = 1.2, 2.2, -1.2
# The texts that are chosen between, in the order in which the trees know them: the judge's own shifted, those of the
# extractors, ours with what another has, ours without what another lacks.
TEXTS = ("bold", "bolder", "careful", "lines", "precise", "default", "read", "with default", "with read", "in default")
# What a text adds to ours has to be that likely. Chosen: less is what the judge is sure of.
LEAST_ADDED_CHANCE = 0.05
# Two texts that share less of their words are in doubt, those that share more are the same. Measured out of fold.
DOUBTED_SHARE, SAME_SHARE = 0.9, 0.97
# Words that two texts do not share from which on they are in doubt. Chosen: below them a line of a short text decides.
DISPUTED_WORDS = 40
# Words of a text that is one. Chosen: as of a short sentence.
LEAST_WORDS = 10
# The share of a block's words from which on an extractor has it.
HALF_SHARE = 0.5
# Chances that are weighed: nothing is certain.
LEAST_CHANCE, MOST_CHANCE = 0.005, 0.995
# Chances between which the judge is not sure of a block. The trees were fitted with it: change it and fit anew.
UNSURE, SURE = 0.15, 0.85
# What stands in the trees where there is no block to speak of.
NONE = -1.0


@dataclass(frozen=True, slots=True)
class Blocks:
    """A page's blocks as arrays: words, those in links, the least chance of each to be kept, what it looks like (SIGNS
    of features), and how much of it each extractor has, by the extractor's name."""

    words: Floats
    linked: Floats
    least: Floats
    signs: Floats
    shares: Mapping[str, Floats]


def choose_text(
    blocks: Blocks,
    chances: Floats,
    ask: Callable[[], Mapping[str, Floats]],
    trees: classifier.Trees | None = None,
) -> Mask | None:
    """The blocks of the text that is better than the judge's own; None where that is the best, or nothing is in doubt.

    ask: what the extractors of ASKED have of each block; called only where it matters, and is not known yet.
    """
    if not in_doubt(blocks, chances):
        return None
    known = all(name in blocks.shares for name in ASKED)
    asked = blocks if known else replace(blocks, shares={**blocks.shares, **ask()})
    names, seen = rows(asked, chances)
    if not names:
        return None
    trees = trees or classifier.load(classifier.CHOICE)
    gains = classifier.sums(trees, seen)
    best = int(gains.argmax())
    return texts(asked, chances)[names[best]] if gains[best] > trees.margin else None


def in_doubt(blocks: Blocks, chances: Floats) -> bool:
    """Whether the judge would keep much more or less if it were bolder, or a first extractor differs from it."""
    own = _own(blocks, chances)
    ours = own[OURS]
    return any(
        _alike(blocks.words, ours, other) < DOUBTED_SHARE and blocks.words[ours ^ other].sum() >= DISPUTED_WORDS
        for other in own.values()
    )


def texts(blocks: Blocks, chances: Floats) -> dict[str, Mask]:
    """Every text of a page that every extractor was asked for, ours among them."""
    made = _own(blocks, chances)
    ours, likely = made[OURS], chances >= LEAST_ADDED_CHANCE
    for name in ASKED:
        made[name] = blocks.shares[name] >= HALF_SHARE
    made["with default"] = ours | (made["default"] & likely)
    made["with read"] = ours | (made["read"] & likely)
    made["in default"] = ours & made["default"]
    return made


def rows(blocks: Blocks, chances: Floats) -> tuple[list[str], NDArray[np.float32]]:
    """The texts that differ from ours, by name, and what is seen of each: one row of numbers per text."""
    words, made = blocks.words, texts(blocks, chances)
    ours = made[OURS]
    theirs = {name: blocks.shares[name] >= HALF_SHARE for name in (*FIRST, *ASKED)}
    size = words[ours].sum()
    page = (
        np.log1p(size), _mean(words, ours, chances), words[(chances > UNSURE) & (chances < SURE)].sum() / max(1, size),
        (words * chances).sum() / max(1, size),
        _alike(words, theirs["precise"], theirs["default"]), _alike(words, theirs["precise"], theirs["read"]),
        _alike(words, theirs["default"], theirs["read"]), _alike(words, theirs["plain"], theirs["default"]),
        *(_alike(words, ours, one) for one in theirs.values()),
        *(_longer(words, one, ours) for one in theirs.values()),
    )  # fmt: skip
    names, seen = [], []
    for number, name in enumerate(TEXTS):
        text = made[name]
        alike = _alike(words, ours, text)
        if alike >= SAME_SHARE or words[text].sum() < LEAST_WORDS or words[ours ^ text].sum() < DISPUTED_WORDS:
            continue
        names.append(name)
        seen.append((
            *page, alike, _longer(words, text, ours), _mean(words, text, chances),
            *(_alike(words, text, one) for one in theirs.values()),
            *_describe_disputed(blocks, chances, text & ~ours, ours, text, theirs),
            *_describe_disputed(blocks, chances, ours & ~text, ours, text, theirs),
            number,
        ))  # fmt: skip
    return names, np.array(seen, dtype=np.float32)


def _own(blocks: Blocks, chances: Floats) -> dict[str, Mask]:
    """The judge's text as it is, bolder and more careful, and that of the extractor every page is read with."""
    able = chances > 0
    return {
        OURS: chances >= blocks.least,
        **{
            name: able & (_shift(chances, by) >= blocks.least)
            for name, by in (("bold", BOLD), ("bolder", BOLDER), ("careful", CAREFUL))
        },
        "lines": blocks.shares["lines"] >= HALF_SHARE,
    }


def _describe_disputed(
    blocks: Blocks, chances: Floats, part: Mask, ours: Mask, text: Mask, theirs: Mapping[str, Mask]
) -> Sequence[float]:
    """What the blocks look like that one of two texts has: how many, how likely, link, list, place, who else has them.

    NONE throughout where there are none.
    """
    words = blocks.words
    size = words[part].sum()
    places = np.arange(len(words))
    own = np.flatnonzero(ours)
    first, last = (own[0], own[-1]) if len(own) else (0, len(words))
    looks = (
        chances, blocks.linked / np.maximum(1, words), *blocks.signs.T, places < first, places > last, *theirs.values()
    )  # fmt: skip
    if not size:
        return (0.0, *[NONE] * (len(looks) + 2))
    return (
        size / max(1, words[ours | text].sum()),
        *(_mean(words, part, look) for look in looks),
        chances[part].max(),
        np.log1p(size / part.sum()),
    )


def _shift(chances: Floats, by: float) -> Floats:
    inside = np.clip(chances, LEAST_CHANCE, MOST_CHANCE)
    return np.asarray(1 / (1 + np.exp(-(np.log(inside / (1 - inside)) + by))))


def _alike(words: Floats, one: Mask, other: Mask) -> float:
    """The share of their words that two texts have in common, 0 to 1."""
    return float(2 * words[one & other].sum() / max(1, words[one].sum() + words[other].sum()))


def _longer(words: Floats, one: Mask, other: Mask) -> float:
    return float(np.log((1 + words[one].sum()) / (1 + words[other].sum())))


def _mean(words: Floats, part: Mask, figures: Floats | Mask) -> float:
    """The mean of some blocks' figures, each as heavy as it has words."""
    return float((words[part] * figures[part]).sum() / max(1, words[part].sum()))
