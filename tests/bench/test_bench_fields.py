"""Titles, days and authors over a corpus, in two halves of its sites."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from bench import fields, rivals


def test_fields_are_scored_by_the_half_in_which_their_site_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rivals, "PYTHON", tmp_path / "none")
    (tmp_path / "paper" / "html").mkdir(parents=True)
    sites = {half: next(f"s{n}.test" for n in range(99) if fields.half_of(f"s{n}.test") == half) for half in (0, 1)}
    golds = []
    for half, name in ((0, "Ada Quill"), (1, "Jon Pell")):
        html = f"<body><h1>The ferry</h1><time>2026-11-20</time><p class=author>Ada Quill</p><p>{half}</p></body>"
        (tmp_path / "paper" / "html" / f"{half}.html.gz").write_bytes(gzip.compress(html.encode()))
        golds.append({"id": f"paper/{half}", "url": f"https://{sites[half]}/1", "site": sites[half], "authors": [name]})
    golds[0] |= {"title": "The Ferry", "date": "2026-11-20"}
    (tmp_path / "paper" / "gold.jsonl").write_text("\n".join(map(json.dumps, golds)) + "\n")

    assert fields.main([str(tmp_path)], tmp_path / "benchmarks.md") == 0

    told = (tmp_path / "benchmarks.md").read_text()
    assert "| title | paper | 1 | 1.0000 |  | 1.0000 |" in told
    assert "| day | paper | 1 | 1.0000 |  | 1.0000 |" in told
    assert "| authors | paper | 2 | 1.0000 | 0.0000 | 0.5000 |" in told
