"""The judge of blocks and the choice between whole texts, fitted: `python -m bench fit CORPUS`.

It reads pages with gold text and writes data/judge.json and data/choice.json. Invented pages, of kinds that the real
ones hardly have, are added to what the judge is fitted to, and to nothing else: the choice is fitted to real pages.

The choice is fitted to what a judge makes of sites that it was not fitted to: one that has seen them would teach it to
trust the judge. Only numbers of the trees are kept. The fitting itself runs in bench's own environment, outside the
lock.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench import examples, invented, score
from bench.examples import Example
from pipelines.extract.text import text_choice

DATA = Path(__file__).resolve().parent.parent / "pipelines" / "extract" / "data"
FITTING = Path(__file__).with_name("fitting.py")
PYTHON = Path(__file__).with_name(".venv-peers") / "bin" / "python"
FOLDS = 5
SEED = 0
# What a truncated text costs beyond what it lacks. Chosen on ten splits by site: the choice then takes fewer texts that
# lack half of a list.
TRUNCATED_COST = 0.07
# The fold of pages that every judge is fitted to.
EVERY = -1


def main(corpus: Path) -> int:
    """Fit both to every corpus with gold paragraphs in a folder; 1 where bench's environment is not there."""
    if not there():
        return 1
    pages = examples.read(corpus)
    made = invented.weigh(invented.read(), pages)
    (DATA / "judge.json").write_text(judge([*pages, *made]), encoding="utf-8")
    folds = split(pages, SEED)
    whole, _ = across(pages, folds, made, inner=False)
    (DATA / "choice.json").write_text(chooser(pages, whole, folds), encoding="utf-8")
    print(f"{DATA}/judge.json and choice.json were fitted to {len(pages)} pages.")
    return 0


def there() -> bool:
    """Whether bench's environment is there; says so where it is not."""
    if not PYTHON.exists():
        print("There is no bench/.venv-peers yet: `make bench-extraction CORPUS=...` makes it.", file=sys.stderr)
    return PYTHON.exists()


def split(pages: Sequence[Example], seed: int) -> list[int]:
    """The fold of each page: sites are dealt out by chance, all pages of a site to one fold."""
    sites = sorted({page.site for page in pages})
    np.random.default_rng(seed).shuffle(sites)
    fold_of = {site: number % FOLDS for number, site in enumerate(sites)}
    return [fold_of[page.site] for page in pages]


def judge(pages: Sequence[Example]) -> str:
    """The trees of a judge of blocks that saw all of the pages, as the text of their file."""
    return _run("judge", **_blocks(pages)).decode()


def across(
    pages: Sequence[Example], folds: Sequence[int], made: Sequence[Example], *, inner: bool
) -> tuple[list[Any], list[list[Any]]]:
    """For each page the chances of its blocks by judges that saw no page of its fold; inner: for each fold, the same by
    judges that saw none of that fold either (of no use for its own pages). made: pages that all of these judges saw.
    """
    whole = [*pages, *made]
    of_each = zip(whole, [*folds, *[EVERY] * len(made)], strict=True)
    rows = np.concatenate([np.full(page.able.sum(), fold) for page, fold in of_each])
    found = np.load(io.BytesIO(_run("across", **_blocks(whole), fold=rows, inner=np.array(inner))))
    told = [_whole(pages, chances) for chances in found]
    return told[0], told[1:]


def chooser(pages: Sequence[Example], chances: Sequence[Any], folds: Sequence[int]) -> str:
    """The trees that choose between whole texts, as the text of their file, fitted to the pages with such chances."""
    seen, gains, weights, numbers, their_folds = [], [], [], [], []
    for number, (page, one, fold) in enumerate(zip(pages, chances, folds, strict=True)):
        if not text_choice.in_doubt(page.compared, one):
            continue
        names, rows = text_choice.rows(page.compared, one)
        texts = text_choice.texts(page.compared, one)
        ours = merit(page, texts[text_choice.OURS])
        for name, row in zip(names, rows, strict=True):
            seen.append(row)
            gains.append(merit(page, texts[name]) - ours)
            weights.append(examples.WEIGHTS.get(page.corpus, 1.0) / len(names) ** 0.5)
            numbers.append(number)
            their_folds.append(fold)
    columns = {"x": seen, "y": gains, "w": weights, "page": numbers, "fold": their_folds}
    return _run("choice", **{name: np.array(column) for name, column in columns.items()}).decode()


def merit(page: Example, kept: Any) -> float:
    """What a text that is so many of the blocks is worth to the choice: its word F1, less if it is truncated."""
    gold = page.compared.words * page.counted * page.labels
    truncated = gold[kept].sum() < score.RECALL * gold.sum()
    return page.worth(kept) - TRUNCATED_COST * float(truncated)


def _blocks(pages: Sequence[Example]) -> dict[str, Any]:
    return {
        "x": np.vstack([page.rows[page.able] for page in pages]),
        "y": np.concatenate([page.labels[page.able] for page in pages]),
        "w": np.concatenate([page.weights[page.able] for page in pages]),
    }


def _whole(pages: Sequence[Example], chances: Any) -> list[Any]:
    """Chances of all blocks, page by page, from those of the blocks that can be article, all in one."""
    found, start = [], 0
    for page in pages:
        own, end = np.zeros(len(page.rows)), start + int(page.able.sum())
        own[page.able] = chances[start:end]
        found.append(own)
        start = end
    return found


def _run(what: str, **arrays: Any) -> bytes:
    """What fitting.py makes of arrays, in bench's environment: the content of its file."""
    with tempfile.TemporaryDirectory(prefix="nightdesk-fit-") as folder:
        given, target = Path(folder, "given.npz"), Path(folder, "made")
        np.savez(given, **arrays)
        subprocess.run([PYTHON, FITTING, what, given, target], check=True)
        return target.read_bytes()
