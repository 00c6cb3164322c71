"""What our chain makes of sites that it was not fitted to: all that is fitted is fitted anew without them, some times.

Sites are dealt into five folds, several times anew. For each fold the judge of blocks, the choice between whole texts
and its margin are fitted to the other folds alone; the choice to what judges make of folds that they have not seen
either. Then the pages of the fold are read with these. What was settled by people who looked at the same corpora, the
columns and the settings of the fit, is not chosen anew: the estimate is that much too kind.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench import examples, fit, score
from bench.corpus import Corpus, Gold, content
from bench.examples import Example
from pipelines.extract import blocks, markup, preview
from pipelines.extract.fields import metadata
from pipelines.extract.text import assembly, block_chances, classifier, place_sums

# Pages of a corpus from which on it has a line of its own; the smaller ones are pooled.
MANY = 50
POOLED = "the rest, pooled"


@dataclass(frozen=True)
class UnseenJob:
    """A page with what the judges of every split, who did not see its site, think of its blocks; trees: the names of
    those that choose between its texts, split by split."""

    gold: Gold
    example: Example
    chances: Sequence[Any]
    trees: Sequence[str]


def run(
    corpora: Sequence[Corpus], pages: Sequence[Example], splits: int, processes: int
) -> dict[str, list[list[Mapping[str, float]]]]:
    """The figures of every page, split by split, by corpus; each split has all of the pages."""
    golds = {gold.id: (corpus.name, gold) for corpus in corpora for gold in corpus.pages if gold.paragraphs}
    pages = [page for page in pages if page.id in golds]
    chances: list[list[Any]] = [[] for _ in pages]
    trees: list[list[str]] = [[] for _ in pages]
    for seed in range(splits):
        folds = fit.split(pages, seed)
        whole, inner = fit.across(pages, folds, inner=True)
        made = []
        for fold in range(fit.FOLDS):
            others = [number for number, its in enumerate(folds) if its != fold]
            own = [inner[fold][number] for number in others]
            made.append(fit.chooser([pages[n] for n in others], own, [folds[n] for n in others]))
        for number, fold in enumerate(folds):
            chances[number].append(whole[number])
            trees[number].append(made[fold])
    jobs = [UnseenJob(golds[page.id][1], page, chances[n], trees[n]) for n, page in enumerate(pages)]
    with ProcessPoolExecutor(processes) as pool:
        scored = list(pool.map(figures, jobs, chunksize=4))
    names = {page.id: golds[page.id][0] for page in pages}
    sizes = {name: list(names.values()).count(name) for name in set(names.values())}
    found: dict[str, list[list[Mapping[str, float]]]] = {}
    for page, told in zip(pages, scored, strict=True):
        name = names[page.id] if sizes[names[page.id]] >= MANY else POOLED
        by_split = found.setdefault(name, [[] for _ in range(splits)])
        for kept, one in zip(by_split, told, strict=True):
            kept.append(one)
    return found


def figures(job: UnseenJob) -> list[dict[str, float]]:
    """The figures of one page, split by split."""
    gold, compared = job.gold, job.example.compared
    url = gold.url or examples.NOWHERE
    source = preview.anonymous(url)
    page = preview.read_saved(content(gold), url, source, "utf-8")
    tree = markup.parse(markup.decode(page.body, "text/html; charset=utf-8", "")[0])
    if tree is None:
        return [score.score(score.WantedText(gold), None) for _ in job.chances]
    found, facts, wanted = blocks.blocks(tree), metadata.facts_of(tree, page, source), score.WantedText(gold)
    chosen = compared.shares["lines"].tolist()
    kinds = place_sums.kinds_of(found, chosen)
    told = []
    for chances, trees in zip(job.chances, job.trees, strict=True):
        if facts.posts:
            chances = np.where(block_chances.find_posts(found, facts.posts), block_chances.POSTED, chances)
        seen = block_chances.JudgedPage(block_chances.join(found, kinds, chosen, chances.tolist()), (), (), compared)
        made = assembly.settle(seen, tree, facts, source, trees=classifier.of_text(trees))
        told.append(score.score(wanted, score.ScoredText("\n".join(made.lines))))
    return told


def spread(found: Sequence[Sequence[Mapping[str, float]]], measure: str) -> tuple[float, float]:
    """The mean over the splits, and how far splits differ: their standard deviation."""
    means = [score.mean(split).get(measure, 0.0) for split in found]
    return statistics.fmean(means), statistics.stdev(means) if len(means) > 1 else 0.0
