"""Decision trees tell two things about a page: how likely each block is a part of the article, and whether another text
is better than that of the likely blocks.

`python -m bench fit` fits the trees to pages of which the true text is known. data/judge.json and data/choice.json hold
only numbers of the trees, and nothing from the pages. Only this module knows the form of these files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
# Nodes are looked up by intp, because numpy would turn any other type into it at every step. The trees are stored in
# smaller numbers (Numbers), because they leave the processor's cache between two pages, and less is read again.
Places = NDArray[np.intp]
Numbers = NDArray[np.int32]
# JUDGE has the trees over the signs of a block (features.py), and CHOICE the trees over the signs of a text
# (text_choice.py).
JUDGE, CHOICE = "judge.json", "choice.json"


@dataclass(frozen=True)
class Trees:
    """Decision trees, with the nodes of all in one row.

    children: at place 2n the node that follows node n for a value above its threshold, at place 2n + 1 the one that
        follows for another value. The node that follows a leaf is the leaf itself.
    roots: the first node of each tree, the deepest tree first.
    going: for each level, how many trees go on below it.
    margin: a text is chosen only if the sum of its leaves is above this number; 0 if the file has none.
    """

    roots: Places
    feature: NDArray[np.int16]
    threshold: Floats
    children: Numbers
    value: Floats
    going: Sequence[int]
    columns: int
    margin: float


def probabilities(rows: Floats) -> Floats:
    """For each row, how likely the block is a part of the article, 0 to 1."""
    if not len(rows):
        return np.zeros(0, dtype=np.float32)
    return np.asarray(1 / (1 + np.exp(-sums(load(JUDGE), rows))), dtype=np.float32)


def sums(trees: Trees, rows: Floats) -> Floats:
    """For each row, the sum of the leaves that it reaches."""
    if rows.shape[1] != trees.columns:
        have = rows.shape[1]
        raise ValueError(f"These trees were fitted to {trees.columns} columns, not to {have}: fit them again.")
    # All nodes are in one row, because `take` is far quicker than an index of two numbers for each node.
    cells, starts = np.ascontiguousarray(rows).ravel(), np.arange(len(rows)) * rows.shape[1]
    at = np.repeat(trees.roots[:, None], len(rows), axis=1)
    for count in trees.going:
        nodes = at[:count]
        goes_left = cells.take(starts + trees.feature.take(nodes)) <= trees.threshold.take(nodes)
        at[:count] = trees.children.take(2 * nodes + goes_left)
    return np.asarray(trees.value.take(at).sum(axis=0), dtype=np.float32)


@lru_cache(maxsize=2)
def load(name: str) -> Trees:
    """The trees of a file in data/."""
    return of_text((files("pipelines.extract") / "data" / name).read_text(encoding="utf-8"))


def of_text(text: str) -> Trees:
    """The trees in the text of a file of data/."""
    found = json.loads(text)
    trees = sorted(found["trees"], key=_depth, reverse=True)
    depths = [_depth(tree) for tree in trees]
    starts = np.cumsum([0, *(len(tree["feature"]) for tree in trees)], dtype=np.intp)

    def row(name: str) -> list[float]:
        return [value for tree in trees for value in tree[name]]

    def children(name: str) -> Numbers:
        numbers = ((np.array(tree[name]) + start).astype(np.int32) for tree, start in zip(trees, starts, strict=False))
        return np.concatenate(list(numbers))

    return Trees(
        roots=starts[:-1],
        feature=np.array(row("feature"), dtype=np.int16),
        threshold=np.array(row("threshold"), dtype=np.float32),
        children=np.stack([children("right"), children("left")], axis=1).ravel(),
        value=np.array(row("value"), dtype=np.float32),
        going=[sum(depth > level for depth in depths) for level in range(max(depths))],
        columns=int(found["columns"]),
        margin=float(found.get("margin", 0)),
    )


def _depth(tree: Mapping[str, Sequence[int]]) -> int:
    """How many steps it is from the root of a tree to the furthest leaf."""
    steps = [0] * len(tree["left"])
    # A node's children come after it.
    for node, children in enumerate(zip(tree["left"], tree["right"], strict=True)):
        for child in set(children) - {node}:
            steps[child] = steps[node] + 1
    return max(steps)
