"""What our chain makes of sites that it was not fitted to: all that is fitted is fitted anew without them, some times.

python -m bench unseen CORPUS [--splits N] [--kept]

Sites are dealt into five folds, several times anew. For each fold the judge of blocks, the choice between whole texts
and its margin are fitted to the other folds alone; the choice to what judges make of folds that they have not seen
either. Then the pages of the fold are read with these. What was settled by people who looked at the same corpora, the
columns and the settings of the fit, is not chosen anew: the estimate is that much too kind.

A split takes minutes, and what it found is kept in a file: whoever is ended goes on where it was. With --kept only what
is there is shown.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from bench import examples, fit, page, score
from bench.corpus import Corpus, Gold, content
from bench.corpus import read as read_corpora
from bench.examples import Example
from pipelines.extract import blocks, markup, preview
from pipelines.extract.fields import metadata
from pipelines.extract.text import assembly, block_chances, classifier, place_sums

# Pages of a corpus from which on it has a line of its own; the smaller ones are pooled.
MANY = 50
POOLED = "the rest, pooled"
KEPT = Path(__file__).resolve().parent / ".cache" / "unseen"
# What a split hangs on beside the pages: what is seen of blocks and texts, and how trees are fitted.
FITTED_BY = (
    "bench/examples.py", "bench/fit.py", "bench/fitting.py", "pipelines/extract/blocks.py",
    "pipelines/extract/text/features.py", "pipelines/extract/text/place_sums.py",
    "pipelines/extract/text/text_choice.py",
)  # fmt: skip
SPLITS = 10
TITLE = "Real pages, sites never seen"
MEASURES = {"f1": "word F1", "shingle4": "shingle-4", "truncated": "truncated", "leak": "leak by phrase",
            "place": "leak by place"}  # fmt: skip
CHOICE = frozenset({"choice"})
# The figures of a page by its id: without the choice between texts, and with it.
SplitFigures = dict[str, tuple[dict[str, float], dict[str, float]]]
Found = dict[str, list[list[Mapping[str, float]]]]


@dataclass(frozen=True)
class UnseenJob:
    """A page with what judges who did not see its site think of its blocks; trees: those that choose between its
    texts, as the text of their file."""

    gold: Gold
    example: Example
    chances: Any
    trees: str


def main(words: Sequence[str]) -> int:
    """Make the splits that are not kept yet, one after the other, and write what is there into the docs."""
    parser = argparse.ArgumentParser(prog="python -m bench unseen", description=__doc__)
    parser.add_argument("corpus", type=Path, help="the folder of a corpus, or of several")
    parser.add_argument("--splits", type=int, default=SPLITS, metavar="N", help=f"how many ({SPLITS})")
    parser.add_argument("--kept", action="store_true", help="show what ended earlier, and make none")
    parser.add_argument("--processes", type=int, default=1, help="workers that read pages (1)")
    given = parser.parse_args(list(words))
    if not given.kept and not fit.there():
        return 1
    corpora = read_corpora(given.corpus)
    pages = [] if given.kept else examples.read(given.corpus, given.processes)
    kept = splits(corpora, pages, given.splits, given.processes)
    if not kept:
        print(f"No split has ended yet: {KEPT} has none of these pages and this fit.", file=sys.stderr)
        return 1
    without, chosen = (by_corpus(corpora, kept, chosen=one) for one in (False, True))
    said = show(without, chosen)
    print(said)
    page.write({TITLE: said}, f"python -m bench unseen CORPUS --splits {len(kept)}")
    return 0


def run(corpora: Sequence[Corpus], pages: Sequence[Example], wanted: int, processes: int) -> Found:
    """The figures of every page with the choice between texts, split by split, by corpus."""
    return by_corpus(corpora, splits(corpora, pages, wanted, processes), chosen=True)


def splits(corpora: Sequence[Corpus], pages: Sequence[Example], wanted: int, processes: int) -> list[SplitFigures]:
    """The figures of so many splits; those that are kept are not made again, without pages none is made."""
    found: list[SplitFigures] = []
    for seed in range(wanted):
        file = split_file(corpora, seed)
        if not file.exists() and pages:
            file.parent.mkdir(parents=True, exist_ok=True)
            beside = file.with_suffix(".part")
            beside.write_text(json.dumps(_make_split(corpora, pages, seed, processes)))
            beside.rename(file)
            print(f"... split {seed + 1} of {wanted}", file=sys.stderr, flush=True)
        if file.exists():
            found.append(json.loads(file.read_text()))
    return found


def split_file(corpora: Sequence[Corpus], seed: int) -> Path:
    """Where a split is kept, by its pages and by all that it is fitted with."""
    root = KEPT.parents[2]
    told = [*(each.digest for each in corpora), *((root / name).read_text(encoding="utf-8") for name in FITTED_BY)]
    return KEPT / f"{sha256(''.join(told).encode()).hexdigest()[:12]}-{seed}.json"


def by_corpus(corpora: Sequence[Corpus], kept: Sequence[SplitFigures], *, chosen: bool) -> Found:
    """The figures split by split, by corpus, small corpora pooled; each split has all of the pages."""
    names = {gold.id: corpus.name for corpus in corpora for gold in corpus.pages}
    shown = [names[number] for number in kept[0] if number in names] if kept else []
    found: Found = {}
    for number, one in enumerate(kept):
        for its_id, figures in one.items():
            if its_id in names:
                name = names[its_id] if shown.count(names[its_id]) >= MANY else POOLED
                found.setdefault(name, [[] for _ in kept])[number].append(figures[chosen])
    return found


def show(without: Found, chosen: Found) -> str:
    """Both beside each other, with the spread of the splits."""
    count = len(next(iter(chosen.values())))
    many = f"{count} splits; spread is the standard deviation between them" if count > 1 else "one split, so no spread"
    rows = []
    for measure, label in MEASURES.items():
        for corpus, found in sorted(chosen.items()):
            (own, _), (mean, deviation) = spread(without[corpus], measure), spread(found, measure)
            row = [label, corpus, str(len(found[0])), f"{own:.4f}", f"{mean:.4f}"]
            rows.append([*row, *([f"{deviation:.4f}"] if count > 1 else [])])
    head = ["measure", "corpus", "pages", "without the choice between texts", "with it"]
    return (
        "Estimated for sites that the trees were not fitted to: sites are dealt into five folds, and each fold is read "
        "with trees that\nwere fitted to the others alone, the choice between texts and its margin to judges that saw "
        f"neither; without what is learned\nof a source. {many.capitalize()}. What peers make of the same pages, which "
        "none of them was\nfitted to, stands in the sections by corpus.\n\n"
        + page.table([*head, *(["spread"] if count > 1 else [])], rows)
    )


def spread(found: Sequence[Sequence[Mapping[str, float]]], measure: str) -> tuple[float, float]:
    """The mean over the splits, and how far splits differ: their standard deviation."""
    means = [score.mean(split).get(measure, 0.0) for split in found]
    return statistics.fmean(means), statistics.stdev(means) if len(means) > 1 else 0.0


def figures_of(job: UnseenJob) -> tuple[dict[str, float], dict[str, float]]:
    """The figures of one page, without the choice between texts and with it."""
    gold, compared, chances = job.gold, job.example.compared, job.chances
    url = gold.url or examples.NOWHERE
    source = preview.anonymous(url)
    saved = preview.read_saved(content(gold), url, source, "utf-8")
    wanted = score.WantedText(gold)
    tree = markup.parse(markup.decode(saved.body, "text/html; charset=utf-8", "")[0])
    if tree is None:
        none = score.score(wanted, None)
        return none, none
    found, facts = blocks.blocks(tree), metadata.facts_of(tree, saved, source)
    kinds = place_sums.kinds_of(found, compared.shares["lines"].tolist())
    if facts.posts:
        chances = np.where(block_chances.find_posts(found, facts.posts), block_chances.POSTED, chances)
    judged = block_chances.join(found, kinds, compared.shares["lines"].tolist(), chances.tolist())
    seen = block_chances.JudgedPage(judged, (), (), compared)
    trees = classifier.of_text(job.trees)
    own, made = (assembly.settle(seen, tree, facts, source, None, one, trees) for one in (CHOICE, frozenset[str]()))
    without, chosen = (score.score(wanted, score.ScoredText("\n".join(text.lines))) for text in (own, made))
    return without, chosen


def _make_split(corpora: Sequence[Corpus], pages: Sequence[Example], seed: int, processes: int) -> SplitFigures:
    golds = {gold.id: gold for corpus in corpora for gold in corpus.pages if gold.paragraphs}
    pages = [one for one in pages if one.id in golds]
    folds = fit.split(pages, seed)
    whole, inner = fit.across(pages, folds, inner=True)
    made = []
    for fold in range(fit.FOLDS):
        others = [number for number, its in enumerate(folds) if its != fold]
        own = [inner[fold][number] for number in others]
        made.append(fit.chooser([pages[n] for n in others], own, [folds[n] for n in others]))
    jobs = [UnseenJob(golds[one.id], one, whole[n], made[folds[n]]) for n, one in enumerate(pages)]
    with ProcessPoolExecutor(processes) as pool:
        return {job.example.id: told for job, told in zip(jobs, pool.map(figures_of, jobs, chunksize=4), strict=True)}
