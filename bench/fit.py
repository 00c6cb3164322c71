"""The judge of blocks, fitted: `python -m bench fit CORPUS` reads pages with gold text and writes data/judge.json.

Only numbers of the trees are kept. The fitting itself runs in bench's own environment, outside the lock.
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.extract import blocks, markup
from pipelines.extract.fields import json_ld, metadata
from pipelines.extract.phrases import key
from pipelines.extract.preview import anonymous, read_saved
from pipelines.extract.text import assembly, features

JUDGE = Path(__file__).resolve().parent.parent / "pipelines" / "extract" / "data" / "judge.json"
FITTING = Path(__file__).with_name("fitting.py")
PYTHON = Path(__file__).with_name(".venv-peers") / "bin" / "python"
SHINGLE = 3
SURE = 0.7
HALF = 0.5
LONG = 8
GAP = 250
# Modern news counts for more than guides, and both for more than pages of 2011, of which there are many.
WEIGHTS = {"zyte": 3.0, "fundus": 2.0, "fundus_eval": 3.0, "rtl": 3.0, "daniel": 0.6}
Example = dict[str, Any]


def main(corpus: Path) -> int:
    """Fit the judge to every corpus with gold paragraphs in a folder; 1 where bench's environment is not there."""
    if not PYTHON.exists():
        print("There is no bench/.venv-peers yet: `make bench-extraction CORPUS=...` makes it.", file=sys.stderr)
        return 1
    golds = list(_golds(corpus))
    rows, labels, weights = [], [], []
    with ProcessPoolExecutor() as pool:
        for made in pool.map(_example, golds, chunksize=4):
            if made is not None:
                rows.append(made["rows"])
                labels.append(made["labels"])
                weights.append(made["weights"])
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder) / "rows.npz"
        np.savez(given, x=np.vstack(rows), y=np.concatenate(labels), w=np.concatenate(weights))
        subprocess.run([PYTHON, FITTING, given, JUDGE], check=True)
    print(f"{JUDGE} was fitted to {len(golds)} pages.")
    return 0


def _golds(corpus: Path) -> Iterator[tuple[Path, Example]]:
    suspects = corpus / "suspects.tsv"
    left_out = {line.split("\t")[0] for line in suspects.read_text().splitlines()} if suspects.exists() else set()
    for file in sorted(corpus.glob("*/gold.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            gold = json.loads(line)
            if gold["paras"] and gold["id"] not in left_out:
                yield file.parent, gold


def _example(one: tuple[Path, Example]) -> Example | None:
    folder, gold = one
    content = gzip.decompress((folder / "html" / f"{gold['id'].split('/', 1)[1]}.html.gz").read_bytes())
    url = gold["url"] or "https://example.org/"
    source = anonymous(url)
    page = read_saved(content, url, source, "utf-8")
    html, _ = markup.decode(content, "text/html; charset=utf-8", "")
    tree = markup.parse(html)
    if tree is None:
        return None
    facts = metadata.facts_of(tree, page, source)
    found = blocks.blocks(tree)
    if not found:
        return None
    lines, plain = assembly.opinions(tree, html)
    made = features.rows(
        found,
        lines,
        plain,
        facts.titles,
        facts.description,
        json_ld.body(facts.node),
    )
    labels, counted = _labels(found, gold["paras"])
    sizes = np.array([block.words for block in found], dtype=float)
    doubt = 1 - 0.6 * ((labels > 0.25) & (labels < 0.75))
    corpus = gold["corpus"]
    weights = (
        WEIGHTS.get(corpus, 1.0) * doubt * counted * (np.minimum(sizes, 80) + 4) / max(30.0, (sizes * labels).sum())
    )
    looked_at = features.worth(made)
    return {
        "rows": made[looked_at],
        "labels": labels[looked_at],
        "weights": weights[looked_at],
    }


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
