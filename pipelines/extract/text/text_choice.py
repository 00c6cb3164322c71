"""Chooses which of several texts of a page is its article. Decision trees decide, by how far the texts agree.

Sometimes the judge of blocks (the classifier that decides which blocks belong to the article) is wrong about a whole
box: it keeps part of a list, or another article. Here its text is compared with texts of other extractors, and with
what it would keep if it were bolder or more careful. Each of these texts is a set of the page's blocks. The trees see
the lengths of the texts, what they share, the judge's certainty about disputed blocks and the appearance of these, but
no names in the page's markup. `python -m bench fit` fits the trees to the judge's results on sites that the judge was
not fitted to. Only this module knows the columns of data/choice.json.
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
# The extractors of FIRST read every page; those of ASKED are called only in doubt.
FIRST, ASKED = ("lines", "plain"), ("precise", "default", "read")
# For bolder and more careful judges, the log odds of every block are shifted by these numbers.
BOLD, BOLDER, CAREFUL = 1.2, 2.2, -1.2
# These texts can be chosen, in the order to which the trees were fitted: the judge's own texts, bolder or more careful;
# the extractors' texts; ours with what another text adds; and ours without what another text lacks.
TEXTS = ("bold", "bolder", "careful", "lines", "precise", "default", "read", "with default", "with read", "in default")
# A block that another text adds to ours has at least this chance. Chosen: below this chance the judge is sure that a
# block is outside of the article.
LEAST_ADDED_CHANCE = 0.05
# If two texts share less than DOUBTED_SHARE of their words, the choice is in doubt; if they share more than SAME_SHARE,
# they count as the same. Both were measured on pages to which the trees were not fitted.
DOUBTED_SHARE, SAME_SHARE = 0.9, 0.97
# The choice between two texts is in doubt from this many unshared words on. Chosen: with fewer, one line of a short
# text would decide.
DISPUTED_WORDS = 40
# A text can be chosen only if it has at least this many words. Chosen: a short sentence has as many.
LEAST_WORDS = 10
# An extractor has a block if it has at least this share of the block's words.
HALF_SHARE = 0.5
# A chance below LEAST_CHANCE is raised to it, and one above MOST_CHANCE is lowered to it, because nothing is certain.
LEAST_CHANCE, MOST_CHANCE = 0.005, 0.995
# Between these chances the judge is not sure of a block. The trees were fitted with these values: after a change, fit
# them again.
UNSURE, SURE = 0.15, 0.85
# A sign has this value if there are no blocks that it could be about.
NONE = -1.0


@dataclass(frozen=True, slots=True)
class Blocks:
    """A page's blocks as arrays.

    The arrays are: words, words in links, the least chance at which a block is kept, the block's appearance (see
    `features.signs`), and how much of the block each extractor has, by the extractor's name.
    """

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
    """The blocks of the text that is better than the judge's own; None if its own is the best, or nothing is in doubt.

    ask: gives the share of each block that the extractors of ASKED have; called only if needed and not yet known.
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
    """Whether the judge's text would be quite different if the judge were bolder or more careful, or is quite different
    from trafilatura's.
    """
    own = _own(blocks, chances)
    ours = own[OURS]
    return any(
        _alike(blocks.words, ours, other) < DOUBTED_SHARE and blocks.words[ours ^ other].sum() >= DISPUTED_WORDS
        for other in own.values()
    )


def texts(blocks: Blocks, chances: Floats) -> dict[str, Mask]:
    """Every text of a page that all extractors have read, ours among them."""
    made = _own(blocks, chances)
    ours, likely = made[OURS], chances >= LEAST_ADDED_CHANCE
    for name in ASKED:
        made[name] = blocks.shares[name] >= HALF_SHARE
    made["with default"] = ours | (made["default"] & likely)
    made["with read"] = ours | (made["read"] & likely)
    made["in default"] = ours & made["default"]
    return made


def rows(blocks: Blocks, chances: Floats) -> tuple[list[str], NDArray[np.float32]]:
    """The texts that differ from ours, by name, and the signs of each: one row of numbers per text."""
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
    """The judge's text as it is, bolder, and more careful; and trafilatura's text (lines)."""
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
    """About the blocks that only one of two texts has: how many words they have, their chances, links, appearance and
    place, and which extractors have them too.

    If there are no such blocks, the first value is 0, and all others are NONE.
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
    """The share of the words of two texts that they have in common, 0 to 1."""
    return float(2 * words[one & other].sum() / max(1, words[one].sum() + words[other].sum()))


def _longer(words: Floats, one: Mask, other: Mask) -> float:
    return float(np.log((1 + words[one].sum()) / (1 + words[other].sum())))


def _mean(words: Floats, part: Mask, figures: Floats | Mask) -> float:
    """The mean of some blocks' figures, weighted by their words."""
    return float((words[part] * figures[part]).sum() / max(1, words[part].sum()))
