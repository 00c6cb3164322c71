"""The fitting of the judge itself: rows in, trees out. It runs in bench's own environment, where lightgbm is."""

import json
import sys
from pathlib import Path

import lightgbm
import numpy as np

TREES = 200
# Thresholds drawn at random carry over to sites never seen better than the best ones do.
SETTINGS = {
    "objective": "cross_entropy", "num_leaves": 16, "learning_rate": 0.1, "min_data_in_leaf": 100, "max_bin": 63,
    "bagging_fraction": 0.7, "bagging_freq": 1, "feature_fraction": 0.5, "lambda_l2": 5, "extra_trees": True,
    "verbose": -1, "seed": 1, "deterministic": True,
}  # fmt: skip


def flat(node, tree):
    """A tree as lists: a node's number, its children after it; a leaf's children are itself."""
    number = len(tree["feature"])
    for name in ("feature", "threshold", "left", "right", "value"):
        tree[name].append(0)
    if "leaf_value" in node:
        tree["left"][number] = tree["right"][number] = number
        tree["value"][number] = round(node["leaf_value"], 5)
        return number, 0
    tree["feature"][number] = node["split_feature"]
    tree["threshold"][number] = float(np.float32(node["threshold"]))
    tree["left"][number], one = flat(node["left_child"], tree)
    tree["right"][number], other = flat(node["right_child"], tree)
    return number, 1 + max(one, other)


def main(given, target):
    data = np.load(given)
    rows = lightgbm.Dataset(data["x"], np.clip(data["y"], 0, 1), weight=data["w"])
    model = lightgbm.train(SETTINGS, rows, num_boost_round=TREES)
    trees, depth = [], 0
    for info in model.dump_model()["tree_info"]:
        tree = {name: [] for name in ("feature", "threshold", "left", "right", "value")}
        depth = max(depth, flat(info["tree_structure"], tree)[1])
        trees.append(tree)
    text = ",\n".join(json.dumps(tree, separators=(",", ":")) for tree in trees)

    head = f'{{"columns":{data["x"].shape[1]},"depth":{depth},"trees":['
    Path(target).write_text(f"{head}\n{text}\n]}}\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
