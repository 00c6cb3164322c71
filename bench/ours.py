"""Our own answers over a corpus, by the command that anybody would use: `nightdesk try --batch`."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bench.corpus import Corpus, Gold, batch_line
from bench.score import ScoredText

NAME = "nightdesk"
NO_SITE = "nightdesk --no-site"
COMMAND = Path(sys.executable).with_name("nightdesk")


def answers(corpora: Iterable[Corpus], *, site: bool, processes: int) -> dict[str, ScoredText]:
    """What we make of every page, by id; site: whether each source is learned from its own pages first."""
    pages = [gold for corpus in corpora for gold in corpus.every]
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as batch:
        batch.writelines(_line(gold) for gold in pages)
        batch.flush()
        words = ["try", "--batch", batch.name, "--processes", str(processes), *([] if site else ["--no-site"])]
        done = subprocess.run([COMMAND, *words], capture_output=True, text=True, encoding="utf-8")
    if done.returncode:
        raise RuntimeError(f"`nightdesk {' '.join(words)}` ended with {done.returncode}:\n{done.stderr[-2000:]}")
    rows = [json.loads(line) for line in done.stdout.split("\n") if line]
    return {row["id"]: _answer(row) for row in rows}


def source_name(gold: Gold) -> str:
    """What a page's source is called: two corpora can hold pages of one site, and each is learned of by itself."""
    return f"{gold.id.split('/')[0]}:{gold.site}"


def _line(gold: Gold) -> str:
    return json.dumps({**batch_line(gold), "source": source_name(gold)}) + "\n"


def _answer(row: dict[str, Any]) -> ScoredText:
    rejected = row.get("rejection")
    if rejected:
        return ScoredText(rejected["text"], ms=row["ms"], reason=rejected["reason"])
    made = row["article"]
    return ScoredText(made["text"], made["title"], (made["published_at"] or "")[:10], tuple(made["authors"]), row["ms"])
