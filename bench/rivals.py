"""The answers of the extractors we are measured against, kept from run to run for as long as nothing changed.

They live in an environment of their own, made from bench/peers.lock; bench/peers.py is what runs there. An answer is
kept by the corpus' digest and the extractor's version.
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from bench import score
from bench.corpus import Corpus, batch_line

FOLDER = Path(__file__).resolve().parent
PYTHON = FOLDER / ".venv-peers" / "bin" / "python"
KEPT = FOLDER / ".cache"
# To be raised where bench/peers.py asks an extractor otherwise than before.
FORM = 1
USUAL = (
    "trafilatura",
    "trafilatura_default",
    "trafilatura_precision",
    "trafilatura_recall",
    "readability",
    "resiliparse",
    "newspaper4k",
    "goose3",
    "justext",
    "boilerpy3",
    "htmldate",
)
SLOW = ("newsplease",)
FOUR = ("trafilatura", "resiliparse", "readability", "trafilatura_precision")
MEDOID = "medoid of four"
ERRORS_SHOWN = 3


def there() -> bool:
    """Whether the environment of the extractors was made."""
    return PYTHON.exists()


@lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    """The version of each extractor, by its name here."""
    done = subprocess.run(
        [PYTHON, "-P", FOLDER / "peers.py", "--versions"], stdout=subprocess.PIPE, text=True, check=True
    )
    return dict(json.loads(done.stdout))


def version_of(name: str) -> str:
    """The version of an extractor, or of the four behind the medoid."""
    return "of " + ", ".join(FOUR) if name == MEDOID else versions()[name]


def is_kept(corpus: Corpus, name: str) -> bool:
    """Whether an extractor's answers are kept from an earlier run."""
    return all(_file(corpus, each).exists() for each in (FOUR if name == MEDOID else (name,)))


def answers(corpus: Corpus, name: str) -> tuple[dict[str, score.ScoredText], str]:
    """What one extractor makes of every page, by id, and the day it was asked; runs it where no answer is kept."""
    if name == MEDOID:
        return _medoid(corpus)
    file = _file(corpus, name)
    if not file.exists():
        _ask(corpus, name, file)
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = list(map(json.loads, lines))
    made = {
        row["id"]: score.ScoredText(row["text"], row["title"], row["date"], tuple(row["authors"]), row["cms"])
        for row in rows
    }
    return made, f"{datetime.fromtimestamp(file.stat().st_mtime, UTC):%Y-%m-%d}"


def _file(corpus: Corpus, name: str) -> Path:
    return KEPT / f"{corpus.name}-{corpus.digest[:12]}" / f"{name}-{versions()[name]}-{FORM}.jsonl.gz"


def _ask(corpus: Corpus, name: str, file: Path) -> None:
    """Run an extractor over a corpus in its environment, and keep what it says."""
    began = time.monotonic()
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as batch:
        batch.writelines(json.dumps(batch_line(gold)) + "\n" for gold in corpus.every)
        batch.flush()
        done = subprocess.run(
            [PYTHON, "-P", FOLDER / "peers.py", name, batch.name], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    if done.returncode:
        raise RuntimeError(f"{name} ended with {done.returncode} on {corpus.name}.")
    errors = [row["error"] for row in map(json.loads, done.stdout.splitlines()) if row["error"]]
    seconds = time.monotonic() - began
    print(f"{corpus.name}: {name}, {len(errors)} errors {errors[:ERRORS_SHOWN]}, {seconds:.0f} s", file=sys.stderr)
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_suffix(".part")
    beside.write_bytes(gzip.compress(done.stdout))
    beside.rename(file)


def _medoid(corpus: Corpus) -> tuple[dict[str, score.ScoredText], str]:
    """Of four extractors, for each page, the text that is closest to the other three; costs all four."""
    asked = [answers(corpus, name) for name in FOUR]
    made = {}
    for gold in corpus.every:
        each: Sequence[score.ScoredText] = [found.get(gold.id, score.ScoredText()) for found, _ in asked]
        best = each[score.medoid([answer.text for answer in each])]
        made[gold.id] = score.ScoredText(best.text, ms=sum(answer.ms for answer in each))
    return made, min(day for _, day in asked)
