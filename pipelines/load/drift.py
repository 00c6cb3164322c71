"""Decides whether the articles of a run are like the earlier articles of their source, from their measures alone.

The measures of an article are how many words it has, whether it has a date, its title, and the share of its words in
paragraphs that other articles have as well. A run drifts if most of its articles are far from the usual values of the
source. A few odd pages never make a run drift. A new page design of the site does not either, if the texts are as good
as before. The result names each way in which the run drifts, with its figures and the usual value.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from pipelines.codes import DriftKind
from pipelines.load import policy

# SENTENCES has the English sentence for each way in which a run drifts; LENGTHS is a part of two of them. The Desk has
# the same sentences in its reader's language, under `drift.*` in airflow/console/languages.
LENGTHS = "{words} words each at the middle; usually {low} to {high}"
SENTENCES = {
    DriftKind.SHORTER: f"its {{articles}} articles are shorter than usual: {LENGTHS}",
    DriftKind.LONGER: f"its {{articles}} articles are longer than usual: {LENGTHS}",
    DriftKind.NO_DATE: "{count} of {articles} have no date; usually {usual} of 100",
    DriftKind.SAME_TITLE: "{count} of {articles} have a title that others have too; usually {usual} of 100",
    DriftKind.SAME_TEXT: "{count} of {articles} have a text that is mostly the same as others'; usually {usual} of 100",
}


@dataclass(frozen=True, kw_only=True)
class ArticleMeasures:
    """The measures of an article. `paragraphs`: each paragraph with its number of words."""

    words: int
    dated: bool
    title: str
    paragraphs: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Drift:
    """A way in which the articles of a run differ from the earlier ones, and the figures that its sentence tells."""

    kind: DriftKind
    figures: Mapping[str, int]


def measure_article(words: int, dated: bool, title: str, text: str) -> ArticleMeasures:
    """The measures of an article, from its row."""
    paragraphs = tuple((line.strip(), len(line.split())) for line in text.split("\n") if line.strip())
    return ArticleMeasures(words=words, dated=dated, title=" ".join(title.casefold().split()), paragraphs=paragraphs)


def find(run: Sequence[ArticleMeasures], before: Sequence[ArticleMeasures]) -> list[Drift]:
    """How the articles of a run differ from the earlier ones. Empty if they are alike, or if the run or the earlier
    articles are too few to compare.
    """
    if len(run) < policy.DRIFT_ARTICLES or len(before) < policy.DRIFT_KNOWN:
        return []
    return [drift for drift in (_of_length(run, before), *_of_shares(run, before)) if drift]


def describe(drifts: Sequence[Drift]) -> str:
    """The drifts in one English sentence, without a capital and a full stop; empty if there are none."""
    return "; ".join(SENTENCES[drift.kind].format(**drift.figures) for drift in drifts)


def _of_length(run: Sequence[ArticleMeasures], before: Sequence[ArticleMeasures]) -> Drift | None:
    low, high = _quantiles([one.words for one in before])
    middle, usual = median(one.words for one in run), max(1.0, median(one.words for one in before))
    short = middle < low and middle * policy.DRIFT_TIMES <= usual
    long = middle > high and middle >= policy.DRIFT_TIMES * usual
    if (
        not (short or long)
        or _apart([one.words for one in run], [one.words for one in before]) < policy.DRIFT_DEVIATIONS
    ):
        return None
    figures = {"articles": len(run), "words": round(middle), "low": round(low), "high": round(high)}
    return Drift(kind=DriftKind.SHORTER if short else DriftKind.LONGER, figures=figures)


def _of_shares(run: Sequence[ArticleMeasures], before: Sequence[ArticleMeasures]) -> list[Drift | None]:
    """What most of the run's articles lack or share, unlike the earlier articles."""
    titles = _common([{one.title} for one in run]), _common([{one.title} for one in before])
    return [
        _more(DriftKind.NO_DATE, run, before, lambda one, _: not one.dated),
        _more(DriftKind.SAME_TITLE, run, before,
              lambda one, of_run: one.title in titles[0 if of_run else 1]),
        _more(DriftKind.SAME_TEXT, run, before, _mostly_shared(run, before)),
    ]  # fmt: skip


def _mostly_shared(
    run: Sequence[ArticleMeasures], before: Sequence[ArticleMeasures]
) -> Callable[[ArticleMeasures, bool], bool]:
    lines = [_common([{key for key, _ in one.paragraphs} for one in articles]) for articles in (run, before)]

    def is_shared(one: ArticleMeasures, of_run: bool) -> bool:
        words = sum(count for _, count in one.paragraphs)
        common = sum(count for key, count in one.paragraphs if key in lines[0 if of_run else 1])
        return common > policy.DRIFT_SHARED * words

    return is_shared


def _more(
    kind: DriftKind,
    run: Sequence[ArticleMeasures],
    before: Sequence[ArticleMeasures],
    is_so: Callable[[ArticleMeasures, bool], bool],
) -> Drift | None:
    """A drift if most articles of the run have a property that far fewer of the earlier articles have.

    is_so: whether an article has the property. Its second argument says whether the article is of the run.
    """
    now = sum(is_so(one, True) for one in run)
    then = sum(is_so(one, False) for one in before)
    share = (then + 1) / (len(before) + 2)
    if now <= (share + policy.DRIFT_MORE) * len(run) or _by_chance(now, len(run), share) > policy.DRIFT_UNLIKELY:
        return None
    figures = {"count": now, "articles": len(run), "usual": round(100 * then / len(before))}
    return Drift(kind=kind, figures=figures)


def _common(articles: Sequence[set[str]]) -> set[str]:
    """The items that are in several of these sets."""
    counts = Counter(key for article in articles for key in article)
    return {key for key, count in counts.items() if count > 1}


def _quantiles(values: Sequence[float]) -> tuple[float, float]:
    ordered = sorted(values)
    last = len(ordered) - 1
    return tuple(ordered[round(share * last)] for share in policy.DRIFT_USUAL)  # type: ignore[return-value]


def _apart(one: Sequence[float], two: Sequence[float]) -> float:
    """By how many standard deviations the ranks of two samples differ (Mann and Whitney)."""
    both = sorted([*one, *two])
    # All equal values get the same rank, which is the middle of their places.
    first: dict[float, int] = {}
    for place, value in enumerate(both):
        first.setdefault(value, place)
    counts = Counter(both)
    ranks = sum(first[value] + (counts[value] + 1) / 2 for value in one)
    expected = len(one) * (len(both) + 1) / 2
    # This is the standard deviation of a sum of ranks.
    deviation = math.sqrt(len(one) * len(two) * (len(both) + 1) / 12)
    return abs(ranks - expected) / deviation


def _by_chance(count: int, of: int, share: float) -> float:
    """The chance that at least `count` articles have a property, if each has it with the probability `share`."""
    return sum(math.comb(of, n) * share**n * (1 - share) ** (of - n) for n in range(count, of + 1))
