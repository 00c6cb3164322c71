"""What an extractor's answer is worth against the gold: one page at a time, and the means over many.

Words are runs of letters and digits, in scripts without spaces single characters, without vowel marks and invisible
controls. Word F1 compares the lower-cased words as multisets, shingle F1 sequences of four of them; both take the
choice of optional paragraphs that suits the answer best. A text is truncated where it lacks more than a fifth of the
gold's words; it leaks where it holds a boilerplate block of its own page.
"""

from __future__ import annotations

import itertools
import re
import statistics
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha1
from typing import TypeVar

from bench.corpus import Gold

T = TypeVar("T")
LETTERS = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0e7f\u1000-\u109f"
WORD = re.compile(rf"[{LETTERS}]|[^\W{LETTERS}]+")
INVISIBLE = dict.fromkeys(
    itertools.chain(
        range(0x610, 0x61B), range(0x64B, 0x660), range(0x200B, 0x2010), range(0x202A, 0x202F), range(0x2066, 0x206A),
        (0x670, 0x640, 0xAD, 0xFEFF),
    )
)  # fmt: skip
SIZE = 4
CHOICES = 3
RECALL = 0.8
MEASURES = (
    "f1", "shingle4", "truncated", "leak", "place", "segments", "title", "day", "authors", "ms",
)  # fmt: skip


@dataclass(frozen=True)
class ScoredText:
    """What an extractor says of a page; date is a day, ms the CPU milliseconds, reason why it was rejected."""

    text: str = ""
    title: str = ""
    date: str = ""
    authors: tuple[str, ...] = ()
    ms: float = 0.0
    reason: str = ""


class WantedText:
    """A page's gold, prepared once for all the answers it is compared with."""

    def __init__(self, gold: Gold) -> None:
        self.gold = gold

    @cached_property
    def texts(self) -> list[tuple[Counter[str], Counter[tuple[str, ...]]]]:
        """Words and shingles of the body, once for every choice of its optional paragraphs."""
        return [(words(text), shingles(text)) for text in bodies(self.gold.paragraphs)]


def score(wanted: WantedText, answer: ScoredText | None) -> dict[str, float]:
    """The figures of one answer, by measure; only what the gold can say. None: the extractor said nothing at all.

    tp, fp, fn are the page's share in the pooled shingle F1.
    """
    gold, answer = wanted.gold, answer or ScoredText()
    figures: dict[str, float] = {}
    if gold.paragraphs:
        got, got_shingles = words(answer.text), shingles(answer.text)
        true, true_shingles = max(wanted.texts, key=lambda body: f1(body[1], got_shingles))
        figures["f1"] = f1(true, got)
        figures["truncated"] = float(_ratio(_count_shared(true, got), true.total()) < RECALL)
        both = _count_shared(true_shingles, got_shingles)
        apart = {"tp": both, "fp": got_shingles.total() - both, "fn": true_shingles.total() - both}
        figures.update({name: _ratio(count, sum(apart.values())) for name, count in apart.items()})
    if gold.present or gold.absent:
        flat = _flat(answer.text)
        hits = [_flat(segment) in flat for segment in gold.present]
        hits += [_flat(segment) not in flat for segment in gold.absent]
        figures["segments"] = statistics.mean(hits)
    if gold.leaks is not None:
        framed = f" {normal(answer.text)} "
        figures["leak"] = float(any(f" {block} " in framed for block in gold.leaks))
    if gold.places is not None:
        figures["place"] = float(any(_digest(line) in gold.places for line in answer.text.splitlines()))
    if gold.title:
        figures["title"] = float(normal(answer.title) == normal(gold.title))
    if gold.date:
        figures["day"] = float(answer.date[:10] == gold.date)
    if gold.authors:
        figures["authors"] = f1(Counter(set(map(normal, gold.authors))), Counter(set(map(normal, answer.authors))))
    if answer.ms:
        figures["ms"] = answer.ms
    return figures


def mean(pages: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """The figures of many pages: means over those that have one, the pooled shingle F1, the median of milliseconds."""
    columns: dict[str, list[float]] = {}
    for page in pages:
        for name, figure in page.items():
            columns.setdefault(name, []).append(figure)
    means = {name: statistics.fmean(column) for name, column in columns.items() if name not in ("tp", "fp", "fn", "ms")}
    if "tp" in columns:
        tp, fp, fn = (sum(columns[name]) for name in ("tp", "fp", "fn"))
        means["shingle4"] = _ratio(2 * tp, 2 * tp + fp + fn)
    if "ms" in columns:
        means["ms"] = statistics.median(columns["ms"])
    return {name: means[name] for name in MEASURES if name in means}


def medoid(texts: Sequence[str]) -> int:
    """Which of several texts is closest to all the others, by shingles; the first of equals."""
    bags = [shingles(text) for text in texts]
    return max(range(len(bags)), key=lambda one: sum(f1(bags[one], bag) for n, bag in enumerate(bags) if n != one))


def words(text: str) -> Counter[str]:
    """The multiset of a text's lower-cased words."""
    return Counter(word.lower() for word in _words(text))


def shingles(text: str) -> Counter[tuple[str, ...]]:
    """The multiset of a text's runs of four words; of a shorter text, all of it."""
    found = list(_words(text))
    if len(found) < SIZE:
        return Counter([tuple(found)] if found else [])
    return Counter(zip(*(found[start:] for start in range(SIZE)), strict=False))


def f1(true: Counter[T], got: Counter[T]) -> float:
    """The harmonic mean of precision and recall of two multisets; 0 where they share nothing."""
    return _ratio(2 * _count_shared(true, got), true.total() + got.total())


def normal(text: str) -> str:
    """Lower case without punctuation: what two lines that a reader takes for the same have in common."""
    return " ".join(re.sub(r"[\W_]+", " ", unicodedata.normalize("NFC", text.lower()).translate(INVISIBLE)).split())


def bodies(paragraphs: Sequence[tuple[str, bool]]) -> list[str]:
    """The body with every choice of the optional paragraphs; with all or none where they are more than three."""
    optional = [number for number, (_, may) in enumerate(paragraphs) if may]
    if len(optional) > CHOICES:
        dropped: Iterable[Sequence[int]] = ((), optional)
    else:
        dropped = itertools.chain.from_iterable(itertools.combinations(optional, n) for n in range(len(optional) + 1))
    texts = ("\n".join(text for n, (text, _) in enumerate(paragraphs) if n not in out) for out in dropped)
    return [text for text in texts if text.strip()] or [""]


def _words(text: str) -> Iterator[str]:
    return (found.group() for found in WORD.finditer(unicodedata.normalize("NFC", text).translate(INVISIBLE)))


def _count_shared(one: Counter[T], other: Counter[T]) -> int:
    small, large = (one, other) if len(one) <= len(other) else (other, one)
    return sum(min(count, large[item]) for item, count in small.items() if item in large)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _flat(text: str) -> str:
    return " ".join(text.split())


def _digest(line: str) -> str:
    return sha1(normal(line).encode()).hexdigest()[:10]
