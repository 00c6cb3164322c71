"""What our chain makes of sites that it was not fitted to: all that is fitted is fitted anew without them, some times.

python -m bench unseen CORPUS [--splits N] [--kept]

Sites are dealt into five folds, several times anew. For each fold the judge of blocks, the choice between whole texts
and its margin are fitted to the other folds alone; the choice to what judges make of folds that they have not seen
either. Then the pages of the fold are read with these. Invented pages are in every fit of a judge, and in no figure.
What was settled by people who looked at the same corpora, the columns and the settings of the fit, is not chosen anew:
the estimate is that much too kind.

What a split fitted is kept in a file, and so is what was seen of the pages: whoever is ended goes on where it was. Then
each page is read once with what all the splits fitted, by the code of today: a change of what is cut from a text is
measured without a new fit. With --kept no split is fitted that is not there.
"""

from __future__ import annotations

import argparse
import pickle
import statistics
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from bench import examples, fit, invented, page, score
from bench.corpus import Corpus, Gold, content
from bench.corpus import read as read_corpora
from bench.examples import Example
from pipelines.extract import blocks, markup, preview
from pipelines.extract.fields import metadata
from pipelines.extract.text import assembly, block_chances, classifier, place_sums, text_choice

# Pages of a corpus from which on it has a line of its own; the smaller ones are pooled.
MANY = 50
POOLED = "the rest, pooled"
KEPT = Path(__file__).resolve().parent / ".cache" / "unseen"
# What is seen of blocks and texts hangs on this beside the pages, and what a split fits on more.
SEEN_BY = (
    "bench/examples.py", "pipelines/extract/blocks.py", "pipelines/extract/markup.py", "pipelines/extract/phrases.py",
    "pipelines/extract/fields/json_ld.py", "pipelines/extract/fields/metadata.py",
    "pipelines/extract/text/block_chances.py", "pipelines/extract/text/block_coverage.py",
    "pipelines/extract/text/by_trafilatura.py", "pipelines/extract/text/features.py",
    "pipelines/extract/text/place_sums.py", "pipelines/extract/text/text_choice.py",
)  # fmt: skip
INVENTED_BY = (*SEEN_BY, "bench/invented.py", "bench/invented_parts.py", "bench/invented_texts.py")
FITTED_BY = (*INVENTED_BY, "bench/fit.py", "bench/fitting.py")
SPLITS = 10
TITLE = "Real pages, sites never seen"
MEASURES = {"f1": "word F1", "shingle4": "shingle-4", "truncated": "truncated", "leak": "leak by phrase",
            "place": "leak by place"}  # fmt: skip
CHOICE = frozenset({"choice"})
# The figures of a page: without the choice between texts, and with it.
PageFigures = tuple[dict[str, float], dict[str, float]]
# Those of every page by its id, as one split reads them.
SplitFigures = dict[str, PageFigures]
Found = dict[str, list[list[Mapping[str, float]]]]


@dataclass(frozen=True)
class SplitFit:
    """What a split fitted, by the page's id: chances of its blocks, and the trees that choose between its texts, as the
    text of their file. All are of fits that did not see the page's site."""

    chances: dict[str, Any]
    trees: dict[str, str]


@dataclass(frozen=True)
class UnseenJob:
    """A page, and for each split what judges who did not see its site think of its blocks, and the trees that choose
    between its texts."""

    gold: Gold
    compared: text_choice.Blocks
    fits: Sequence[tuple[Any, str]]


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
    read = read_splits(corpora, given.corpus, given.splits, given.processes, make=not given.kept)
    if not read:
        print(f"No split has ended yet: {KEPT} has none of these pages and this fit.", file=sys.stderr)
        return 1
    without, chosen = (by_corpus(corpora, read, chosen=one) for one in (False, True))
    said = show(without, chosen)
    print(said)
    page.write({TITLE: said}, f"python -m bench unseen CORPUS --splits {len(read)}")
    return 0


def run(corpora: Sequence[Corpus], folder: Path, wanted: int, processes: int) -> Found:
    """The figures of every page with the choice between texts, split by split, by corpus."""
    return by_corpus(corpora, read_splits(corpora, folder, wanted, processes, make=True), chosen=True)


def read_splits(
    corpora: Sequence[Corpus], folder: Path, wanted: int, processes: int, *, make: bool
) -> list[SplitFigures]:
    """The figures of so many splits; folder: that of the corpora. Splits that are not kept are fitted, if make."""
    if not make and not any(split_file(corpora, seed).exists() for seed in range(wanted)):
        return []
    golds = {gold.id: gold for corpus in corpora for gold in corpus.pages if gold.paragraphs}
    pages = [one for one in examples_of(corpora, folder, processes) if one.id in golds]
    fits = list(fit_splits(corpora, pages, wanted, make=make))
    jobs = [
        UnseenJob(golds[one.id], one.compared, [(each.chances[one.id], each.trees[one.id]) for each in fits])
        for one in pages
    ]
    with ProcessPoolExecutor(processes) as pool:
        told = list(pool.map(figures_of, jobs, chunksize=4))
    return [{job.gold.id: its[number] for job, its in zip(jobs, told, strict=True)} for number in range(len(fits))]


def examples_of(corpora: Sequence[Corpus], folder: Path, processes: int) -> list[Example]:
    """What is seen of the corpora's pages, from its file if it is kept."""
    file = KEPT / f"{_digest(corpora, SEEN_BY)}-pages.pickle"
    if not file.exists():
        _keep(file, pickle.dumps(examples.read(folder, processes)))
    found: list[Example] = pickle.loads(file.read_bytes())
    return found


def fit_splits(corpora: Sequence[Corpus], pages: Sequence[Example], wanted: int, *, make: bool) -> Iterator[SplitFit]:
    """What each of so many splits fitted; those that are kept are not fitted again, and if not make, no other is."""
    made: list[Example] = []
    for seed in range(wanted):
        file = split_file(corpora, seed)
        if not file.exists() and make:
            made = made or invented.weigh(_read_invented(), pages)
            _keep(file, pickle.dumps(_fit_split(pages, made, seed)))
            print(f"... split {seed + 1} of {wanted}", file=sys.stderr, flush=True)
        if file.exists():
            yield pickle.loads(file.read_bytes())


def split_file(corpora: Sequence[Corpus], seed: int) -> Path:
    """Where a split is kept, by its pages and by all that it is fitted with."""
    return KEPT / f"{_digest(corpora, FITTED_BY)}-{seed}.pickle"


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


def figures_of(job: UnseenJob) -> list[PageFigures]:
    """The figures of one page for each split."""
    gold, compared, lines = job.gold, job.compared, job.compared.shares["lines"].tolist()
    url = gold.url or examples.NOWHERE
    source = preview.anonymous(url)
    saved = preview.read_saved(content(gold), url, source, "utf-8")
    wanted = score.WantedText(gold)
    tree = markup.parse(markup.decode(saved.body, "text/html; charset=utf-8", "")[0])
    if tree is None:
        none = score.score(wanted, None)
        return [(none, none)] * len(job.fits)
    found, facts = blocks.blocks(tree), metadata.facts_of(tree, saved, source)
    kinds = place_sums.kinds_of(found, lines)
    posted = np.array(block_chances.find_posts(found, facts.posts)) if facts.posts else np.zeros(len(found), dtype=bool)
    scored: dict[tuple[str, ...], dict[str, float]] = {}

    def read_with(chances: Any, trees: classifier.Trees, without: frozenset[str]) -> dict[str, float]:
        chances = np.where(posted, block_chances.POSTED, chances)
        judged = block_chances.join(found, kinds, lines, chances.tolist())
        seen = block_chances.JudgedPage(judged, (), (), compared)
        made = assembly.settle(seen, tree, facts, source, None, without, trees).lines
        # Most splits make the same text of a page.
        if made not in scored:
            scored[made] = score.score(wanted, score.ScoredText("\n".join(made)))
        return scored[made]

    told = []
    for chances, text in job.fits:
        assert len(chances) == len(found), f"{gold.id} has other blocks than those whose chances are kept"
        own = read_with(chances, _trees(text), CHOICE)
        doubted = text_choice.in_doubt(compared, np.where(posted, block_chances.POSTED, chances))
        told.append((own, read_with(chances, _trees(text), frozenset()) if doubted else own))
    return told


# Of all folds of ten splits.
@lru_cache(maxsize=50)
def _trees(text: str) -> classifier.Trees:
    return classifier.of_text(text)


def _read_invented() -> list[Example]:
    """The invented pages that every judge is fitted to, from their file if it is kept."""
    file = KEPT / f"{_digest((), INVENTED_BY)}-invented.pickle"
    if not file.exists():
        _keep(file, pickle.dumps(invented.read()))
    found: list[Example] = pickle.loads(file.read_bytes())
    return found


def _fit_split(pages: Sequence[Example], invented_pages: Sequence[Example], seed: int) -> SplitFit:
    folds = fit.split(pages, seed)
    whole, inner = fit.across(pages, folds, invented_pages, inner=True)
    made = []
    for fold in range(fit.FOLDS):
        others = [number for number, its in enumerate(folds) if its != fold]
        own = [inner[fold][number] for number in others]
        made.append(fit.chooser([pages[n] for n in others], own, [folds[n] for n in others]))
    return SplitFit(
        {one.id: chances for one, chances in zip(pages, whole, strict=True)},
        {one.id: made[fold] for one, fold in zip(pages, folds, strict=True)},
    )


def _digest(corpora: Sequence[Corpus], files: Sequence[str]) -> str:
    """A name for what is made of the corpora by files of this repository."""
    root = KEPT.parents[2]
    told = [part for each in corpora for part in (each.digest, *(gold.id for gold in each.pages))]
    told += [(root / name).read_text(encoding="utf-8") for name in files]
    return sha256("".join(told).encode()).hexdigest()[:12]


def _keep(file: Path, made: bytes) -> None:
    """Write a file that is there whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_suffix(".part")
    beside.write_bytes(made)
    beside.rename(file)
