"""Authors over a corpus: names are compared in two halves of its sites."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from bench import authors, rivals


def test_authors_are_scored_by_the_half_in_which_their_site_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rivals, "PYTHON", tmp_path / "none")
    (tmp_path / "paper" / "html").mkdir(parents=True)
    sites = {half: next(f"s{n}.test" for n in range(99) if authors.half_of(f"s{n}.test") == half) for half in (0, 1)}
    golds = []
    for half, name in ((0, "Ada Quill"), (1, "Jon Pell")):
        html = f"<html><body><h1>Ferry</h1><p class=author>Ada Quill</p><p>{half}</p></body></html>"
        (tmp_path / "paper" / "html" / f"{half}.html.gz").write_bytes(gzip.compress(html.encode()))
        golds.append({"id": f"paper/{half}", "url": f"https://{sites[half]}/1", "site": sites[half], "authors": [name]})
    (tmp_path / "paper" / "gold.jsonl").write_text("\n".join(map(json.dumps, golds)) + "\n")

    assert authors.main([str(tmp_path)], tmp_path / "benchmarks.md") == 0

    assert "| paper | 2 | 1.0000 | 0.0000 | 0.5000 |" in (tmp_path / "benchmarks.md").read_text()
