"""How likely each block of a page is a part of its article: decision trees over what features.py sees.

The trees were fitted by `python -m bench fit` to pages with gold text; data/judge.json holds their numbers and nothing
of the pages. It alone knows that file's form.
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


@dataclass(frozen=True)
class Trees:
    """Decision trees as arrays of shape (trees, nodes): a node's children are numbers of nodes, a leaf's its own."""

    feature: Numbers
    threshold: Floats
    left: Numbers
    right: Numbers
    value: Floats
    depth: int
    columns: int


def probabilities(rows: Floats) -> Floats:
    """For each row, 0 to 1: how likely the block is a part of the article."""
    if not len(rows):
        return np.zeros(0, dtype=np.float32)
    trees = load()
    if rows.shape[1] != trees.columns:
        have = rows.shape[1]
        raise ValueError(f"data/judge.json was fitted to {trees.columns} columns, not to {have}: fit it again.")
    every = np.arange(trees.feature.shape[0])
    of_row = np.arange(len(rows))[:, None]
    at = np.zeros((len(rows), len(every)), dtype=np.int32)
    for _ in range(trees.depth):
        goes_left = rows[of_row, trees.feature[every, at]] <= trees.threshold[every, at]
        at = np.where(goes_left, trees.left[every, at], trees.right[every, at])
    odds = trees.value[every, at].sum(axis=1)
    return np.asarray(1 / (1 + np.exp(-odds)), dtype=np.float32)


@lru_cache(maxsize=1)
def load() -> Trees:
    """The trees of data/judge.json."""
    text = (files("pipelines.extract") / "data" / "judge.json").read_text(encoding="utf-8")
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
    )
