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
# The files: trees over what features.py sees of a block, and over what choice.py sees of a text.
JUDGE, CHOICE = "judge.json", "choice.json"


@dataclass(frozen=True)
class Trees:
    """Decision trees as arrays of shape (trees, nodes): a node's children are numbers of nodes, a leaf's its own.

    margin: what the sum of the leaves has to be above, where that was fitted with them.
    """

    feature: Numbers
    threshold: Floats
    left: Numbers
    right: Numbers
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
    every = np.arange(trees.feature.shape[0])
    of_row = np.arange(len(rows))[:, None]
    at = np.zeros((len(rows), len(every)), dtype=np.int32)
    for _ in range(trees.depth):
        goes_left = rows[of_row, trees.feature[every, at]] <= trees.threshold[every, at]
        at = np.where(goes_left, trees.left[every, at], trees.right[every, at])
    return np.asarray(trees.value[every, at].sum(axis=1), dtype=np.float32)


@lru_cache(maxsize=2)
def load(name: str) -> Trees:
    """The trees of a file in data/."""
    return of_text((files("pipelines.extract") / "data" / name).read_text(encoding="utf-8"))


def of_text(text: str) -> Trees:
    """The trees that such a file's text holds."""
    found = json.loads(text)
    trees = found["trees"]
    most = max(len(tree["feature"]) for tree in trees)

    def table(name: str, kind: type) -> NDArray[np.generic]:
        return np.array([tree[name] + [0] * (most - len(tree[name])) for tree in trees], dtype=kind)

    return Trees(
        feature=np.asarray(table("feature", np.int32), dtype=np.int32),
        threshold=np.asarray(table("threshold", np.float32), dtype=np.float32),
        left=np.asarray(table("left", np.int32), dtype=np.int32),
        right=np.asarray(table("right", np.int32), dtype=np.int32),
        value=np.asarray(table("value", np.float32), dtype=np.float32),
        depth=int(found["depth"]),
        columns=int(found["columns"]),
        margin=float(found.get("margin", 0)),
    )
