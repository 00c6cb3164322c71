"""Pages with gold as what trees are fitted to: what is seen of their blocks, and how much of each is gold."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from pipelines import urls
from pipelines.extract import blocks, markup
from pipelines.extract.fields import json_ld, metadata
from pipelines.extract.phrases import key
from pipelines.extract.preview import anonymous, read_saved
from pipelines.extract.text import assembly, block_chances, features, place_sums, text_choice
from pipelines.extract.text.block_coverage import coverage
from pipelines.extract.text.features import Sign

SHINGLE = 3
SURE = 0.7
HALF = 0.5
LONG = 8
GAP = 250
# Modern news counts for more than guides, and both for more than pages of 2011, of which there are many.
WEIGHTS = {"zyte": 3.0, "fundus": 2.0, "fundus_eval": 3.0, "rtl": 3.0, "daniel": 0.6}
NOWHERE = "https://example.org/"


@dataclass(frozen=True)
class Example:
    """A page as the trees see it: rows of its blocks, which of them can be article at all, how much of each is gold.

    counted: whether a block counts; weights: how heavy it is; compared: the same blocks as whole texts are chosen by,
    every extractor asked."""

    id: str
    corpus: str
    site: str
    rows: Any
    able: Any
    labels: Any
    counted: Any
    weights: Any
    compared: text_choice.Blocks

    def worth(self, kept: Any) -> float:
        """The word F1 of a text that is so many of the blocks, as far as the blocks' labels tell."""
        words = self.compared.words * self.counted
        gold = words * self.labels
        return float(2 * gold[kept].sum() / max(1.0, words[kept].sum() + gold.sum()))


def read(corpus: Path, processes: int = 2) -> list[Example]:
    """Every page with gold paragraphs in a folder of corpora, but those that nothing is seen on."""
    with ProcessPoolExecutor(processes) as pool:
        return [made for made in pool.map(example, list(golds(corpus)), chunksize=4) if made is not None]


def golds(corpus: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The folder and gold of every page that counts."""
    suspects = corpus / "suspects.tsv"
    left_out = {line.split("\t")[0] for line in suspects.read_text().splitlines()} if suspects.exists() else set()
    for file in sorted(corpus.glob("*/gold.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            gold = json.loads(line)
            if gold["paras"] and gold["id"] not in left_out:
                yield file.parent, gold


def example(one: tuple[Path, dict[str, Any]]) -> Example | None:
    """One page as an example; None where nothing is seen on it."""
    folder, gold = one
    content = gzip.decompress((folder / "html" / f"{gold['id'].split('/', 1)[1]}.html.gz").read_bytes())
    url = gold["url"] or NOWHERE
    source = anonymous(url)
    html, _ = markup.decode(content, "text/html; charset=utf-8", "")
    tree = markup.parse(html)
    found = [] if tree is None else blocks.blocks(tree)
    if tree is None or not found:
        return None
    facts = metadata.facts_of(tree, read_saved(content, url, source, "utf-8"), source)
    lines, plain = block_chances.ask_extractors(tree, html)
    rows = features.rows(found, lines, plain, facts.titles, facts.description, json_ld.body(facts.node))
    compared = block_chances.compare(found, place_sums.kinds_of(found, rows[:, Sign.LINES].tolist()), rows)
    # On a page of this size or depth they can take minutes, and are not asked.
    asked = dict.fromkeys(text_choice.ASKED, lines) if markup.deep(tree) else assembly.ask_witnesses(tree)
    shares = {name: np.array(coverage(found, told)) for name, told in asked.items()}
    return make_example(folder.name, gold, rows, found, replace(compared, shares={**compared.shares, **shares}))


def make_example(
    corpus: str, gold: dict[str, Any], rows: Any, found: Sequence[blocks.Block], compared: text_choice.Blocks
) -> Example:
    """An example of what was seen of a page."""
    labels, counted = _labels(found, gold["paras"])
    sizes = np.array([block.words for block in found], dtype=float)
    doubt = 1 - 0.6 * ((labels > 0.25) & (labels < 0.75))
    weights = (
        WEIGHTS.get(corpus, 1.0) * doubt * counted * (np.minimum(sizes, 80) + 4) / max(30.0, (sizes * labels).sum())
    )
    host = urlsplit(gold["url"] or "").hostname or ""
    # One site is one unit in whichever corpora it is.
    site = urls.site(host) if host else gold.get("site") or gold["id"]
    return Example(gold["id"], corpus, site, rows, features.worth(rows), labels, counted, weights, compared)


def _labels(found: Sequence[blocks.Block], paras: Sequence[tuple[str, bool]]) -> tuple[Any, Any]:
    """For each block how much of it is gold, and whether it counts: optional gold counts neither way."""
    wanted, optional = (_gold(paras, may) for may in (False, True))
    hits = np.array([_hit(block.key, wanted) for block in found])
    others = np.array([_hit(block.key, optional) for block in found])
    counted = ~((others > hits) & (others > HALF))
    sure = [n for n, block in enumerate(found) if block.words >= LONG and hits[n] >= SURE]
    sure = sure or [n for n in range(len(found)) if hits[n] >= SURE]
    if not sure:
        return hits * 0, counted
    sizes = np.cumsum([found[n].words for n in sure])
    at = int(np.searchsorted(sizes, sizes[-1] / 2))
    first = last = sure[at]
    for n in sure[at + 1 :]:
        if sum(found[q].words for q in range(last + 1, n) if hits[q] < HALF) > GAP:
            break
        last = n
    for n in reversed(sure[:at]):
        if sum(found[q].words for q in range(n + 1, first) if hits[q] < HALF) > GAP:
            break
        first = n
    nearest: dict[str, int] = {}
    for n, block in enumerate(found):
        if hits[n] >= HALF and (block.key not in nearest or abs(n - sure[at]) < abs(nearest[block.key] - sure[at])):
            nearest[block.key] = n
    for n, block in enumerate(found):
        short_and_far = block.words < LONG and not first - 2 <= n <= last + 2
        said_again = hits[n] >= HALF and nearest[block.key] != n and not first <= n <= last
        if short_and_far or said_again:
            hits[n] = 0
    return hits, counted


def _gold(paras: Sequence[tuple[str, bool]], may: bool) -> tuple[set[str], str, set[tuple[str, ...]]]:
    keys = [key(line) for text, optional in paras if bool(optional) is may for line in text.split("\n")]
    joined = f" {' '.join(keys)} "
    return set(keys), joined, set(_shingles(joined.split()))


def _hit(its_key: str, gold: tuple[set[str], str, set[tuple[str, ...]]]) -> float:
    keys, joined, known = gold
    if its_key in keys:
        return 1.0
    mine = _shingles(its_key.split())
    if len(mine) < 2:
        return float(" " in its_key and f" {its_key} " in joined)
    return sum(shingle in known for shingle in mine) / len(mine)


def _shingles(tokens: Sequence[str]) -> list[tuple[str, ...]]:
    return [tuple(tokens[at : at + SHINGLE]) for at in range(len(tokens) - SHINGLE + 1)]
