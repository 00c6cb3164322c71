"""The estimate of sites never seen: what a split found is kept, and shown beside what it has without the choice."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from bench import corpus, unseen


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(unseen, "KEPT", tmp_path / "bench" / ".cache" / "unseen")
    for name in unseen.FITTED_BY:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "paper" / "html").mkdir(parents=True)
    (tmp_path / "paper" / "html" / "a.html.gz").write_bytes(gzip.compress(b"<p>One.</p>"))
    gold = {"id": "paper/a", "url": "https://a.test/1", "lang": "en", "paras": [["One.", False]], "corpus": "paper"}
    (tmp_path / "paper" / "gold.jsonl").write_text(json.dumps(gold) + "\n")
    unseen.KEPT.mkdir(parents=True)
    return tmp_path


def write_split(folder: Path, seed: int, own: float, chosen: float) -> None:
    told = {"paper/a": [{"f1": own}, {"f1": chosen}]}
    unseen.split_file(corpus.read(folder), seed).write_text(json.dumps(told))


def test_splits_that_ended_are_shown_with_their_spread_and_none_is_made(kept: Path) -> None:
    write_split(kept, 0, 0.90, 0.94)
    write_split(kept, 2, 0.92, 0.96)

    corpora = corpus.read(kept)
    found = unseen.splits(corpora, [], 10, 1)

    without, chosen = (unseen.by_corpus(corpora, found, chosen=one) for one in (False, True))
    shown = unseen.show(without, chosen)
    assert "2 splits" in shown
    assert "| word F1 | the rest, pooled | 1 | 0.9100 | 0.9500 | 0.0141 |" in shown


def test_a_split_of_other_trees_or_pages_counts_no_more(kept: Path) -> None:
    write_split(kept, 0, 0.90, 0.94)

    (kept / unseen.FITTED_BY[0]).write_text("fitted otherwise")

    assert unseen.splits(corpus.read(kept), [], 10, 1) == []
