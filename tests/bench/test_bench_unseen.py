"""The estimate of sites never seen: what a split fitted is kept, and pages are read with it by the code of today."""

from __future__ import annotations

import gzip
import json
import pickle
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from bench import corpus, unseen

SENTENCE = "The ferry to the island left the harbour late again on Monday, and nobody on the quay could say why."
OTHER = "Fifty people waited for an hour in the rain until a second boat came over from the other side."
TREES = (files("pipelines.extract") / "data" / "choice.json").read_text(encoding="utf-8")
WORDS = len(SENTENCE.split()), len(OTHER.split())


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(unseen, "KEPT", tmp_path / "bench" / ".cache" / "unseen")
    for name in unseen.FITTED_BY:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "paper" / "html").mkdir(parents=True)
    page = f"<html><body><article><p>{SENTENCE}</p><p>{OTHER}</p></article></body></html>"
    (tmp_path / "paper" / "html" / "a.html.gz").write_bytes(gzip.compress(page.encode()))
    gold = {"id": "paper/a", "url": "https://a.test/1", "lang": "en", "paras": [[SENTENCE, False]], "corpus": "paper"}
    (tmp_path / "paper" / "gold.jsonl").write_text(json.dumps(gold) + "\n")
    unseen.KEPT.mkdir(parents=True)
    return tmp_path


def keep_split(folder: Path, seed: int, first: float, second: float) -> None:
    """A split whose judges think so of the page's two blocks."""
    made = unseen.SplitFit({"paper/a": np.array([first, second])}, {"paper/a": TREES})
    unseen.split_file(corpus.read(folder), seed).write_bytes(pickle.dumps(made))


def test_pages_are_read_with_the_splits_that_are_kept_and_shown_with_their_spread(kept: Path) -> None:
    keep_split(kept, 0, 0.9, 0.1)
    keep_split(kept, 2, 0.9, 0.9)

    corpora = corpus.read(kept)
    found = unseen.read_splits(corpora, kept, 10, 1, make=False)

    both = 2 * WORDS[0] / (2 * WORDS[0] + WORDS[1])
    assert [split["paper/a"][True]["f1"] for split in found] == [1.0, pytest.approx(both)]
    without, chosen = (unseen.by_corpus(corpora, found, chosen=one) for one in (False, True))
    shown = unseen.show(without, chosen)
    assert "2 splits" in shown
    mean, spread = (1 + both) / 2, (1 - both) / 2**0.5
    assert f"| word F1 | the rest, pooled | 1 | {mean:.4f} | {mean:.4f} | {spread:.4f} |" in shown


def test_a_split_of_other_trees_or_pages_counts_no_more(kept: Path) -> None:
    keep_split(kept, 0, 0.9, 0.1)

    (kept / unseen.FITTED_BY[0]).write_text("fitted otherwise")

    assert unseen.read_splits(corpus.read(kept), kept, 10, 1, make=False) == []


def test_what_was_seen_of_pages_is_kept_too(kept: Path) -> None:
    first = unseen.examples_of(corpora := corpus.read(kept), kept, 1)

    (kept / "paper" / "html" / "a.html.gz").unlink()

    assert [one.id for one in unseen.examples_of(corpora, kept, 1)] == [one.id for one in first] == ["paper/a"]
