"""Decision trees: how likely each block of a page is a part of its article, and what another text of it would gain.

The trees were fitted by `python -m bench fit` to pages with gold text; data/judge.json and data/choice.json hold their
numbers and nothing of the pages. It alone knows the form of those files.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Numbers = NDArray[np.int32]
# The files: trees over what features.py sees of a block, and over what text_choice.py sees of a text.
JUDGE, CHOICE = "judge.json", "choice.json"


@dataclass(frozen=True)
class Trees:
    """Decision trees, the nodes of all in one row: the children of node n are nodes too, the one that a row goes to by
    what is above its threshold at 2n, the other at 2n + 1; those of a leaf are the leaf itself.

    roots: the first node of each tree. margin: what the sum of the leaves has to be above, where that was fitted with
    them.
    """

    roots: Numbers
    feature: Numbers
    threshold: Floats
    children: Numbers
    value: Floats
    depth: int
    columns: int
    margin: float


def probabilities(rows: Floats) -> Floats:
    """For each row, 0 to 1: how likely the block is a part of the article."""
    if not len(rows):
        return np.zeros(0, dtype=np.float32)
    return np.asarray(1 / (1 + np.exp(-sums(load(JUDGE), rows))), dtype=np.float32)


def sums(trees: Trees, rows: Floats) -> Floats:
    """For each row the sum of the leaves that it ends in."""
    if rows.shape[1] != trees.columns:
        have = rows.shape[1]
        raise ValueError(f"These trees were fitted to {trees.columns} columns, not to {have}: fit them again.")
    # Every tree's nodes stand in one row of them: `take` from that is far quicker than two numbers for a node.
    cells, starts = np.ascontiguousarray(rows).ravel(), np.arange(len(rows), dtype=np.int32)[:, None] * rows.shape[1]
    at = np.broadcast_to(trees.roots, (len(rows), len(trees.roots)))
    for _ in range(trees.depth):
        goes_left = cells.take(starts + trees.feature.take(at)) <= trees.threshold.take(at)
        at = trees.children.take(2 * at + goes_left)
    return np.asarray(trees.value.take(at).sum(axis=1), dtype=np.float32)


@lru_cache(maxsize=2)
def load(name: str) -> Trees:
    """The trees of a file in data/."""
    return of_text((files("pipelines.extract") / "data" / name).read_text(encoding="utf-8"))


def of_text(text: str) -> Trees:
    """The trees that such a file's text holds."""
    found = json.loads(text)
    trees = found["trees"]
    starts = np.cumsum([0, *(len(tree["feature"]) for tree in trees)]).astype(np.int32)

    def row(name: str) -> list[float]:
        return [value for tree in trees for value in tree[name]]

    def children(name: str) -> Numbers:
        numbers = (np.array(tree[name], dtype=np.int32) + start for tree, start in zip(trees, starts, strict=False))
        return np.concatenate(list(numbers))

    return Trees(
        roots=starts[:-1],
        feature=np.array(row("feature"), dtype=np.int32),
        threshold=np.array(row("threshold"), dtype=np.float32),
        children=np.stack([children("right"), children("left")], axis=1).ravel(),
        value=np.array(row("value"), dtype=np.float32),
        depth=int(found["depth"]),
        columns=int(found["columns"]),
        margin=float(found.get("margin", 0)),
    )
