"""Real pages with gold, in the common form, wherever they are: it alone knows the form's files.

A corpus is a folder with gold.jsonl and html/<slug>.html.gz, the slug being the id after its slash. Beside the folder,
or in it, may stand suspects.tsv (ids of pages whose gold looks wrong), leaks.jsonl and leak_places.jsonl.gz (a page's
boilerplate blocks that the gold lacks, found by phrase and by place).
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Gold:
    """A page and what is true of it; empty or None where the corpus does not say.

    paragraphs: the body, each with whether it may be left out. present, absent: strings that the text must, must not
    hold. date: a day. leaks: boilerplate blocks in normal form; places: digests of such blocks.
    """

    id: str
    path: Path
    url: str
    site: str
    language: str
    paragraphs: tuple[tuple[str, bool], ...] = ()
    present: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    title: str = ""
    date: str = ""
    authors: tuple[str, ...] = ()
    kind: str = ""
    leaks: tuple[str, ...] | None = None
    places: frozenset[str] | None = None


@dataclass(frozen=True)
class Corpus:
    """The pages of one corpus, those with suspect gold left out of `pages` but not of `every`.

    digest: of all that an extractor is given, so that its answers can be kept.
    """

    name: str
    every: tuple[Gold, ...]
    suspect: frozenset[str] = field(default_factory=frozenset)
    digest: str = ""

    @property
    def pages(self) -> list[Gold]:
        """The pages that count."""
        return [gold for gold in self.every if gold.id not in self.suspect]


def read(folder: Path) -> list[Corpus]:
    """The corpus of a folder, or those of its subfolders, by name; FileNotFoundError where there is none."""
    folders = [folder] if (folder / "gold.jsonl").exists() else sorted(p.parent for p in folder.glob("*/gold.jsonl"))
    if not folders:
        raise FileNotFoundError(f"{folder}: neither it nor a folder in it holds a gold.jsonl.")
    return [_corpus(each) for each in folders]


def batch_line(gold: Gold) -> dict[str, str]:
    """What an extractor is told of a page: never its gold."""
    return {
        "id": gold.id,
        "path": str(gold.path),
        "url": gold.url,
        "source": gold.site,
        "language": gold.language,
        "html_encoding": "utf-8",
    }


def content(gold: Gold) -> bytes:
    """The bytes of a page."""
    return gzip.decompress(gold.path.read_bytes())


def _corpus(folder: Path) -> Corpus:
    suspect = {line.split("\t")[0] for line in _lines(_beside(folder, "suspects.tsv"))}
    leaks = {row["id"]: tuple(row["blocks"]) for row in map(json.loads, _lines(_beside(folder, "leaks.jsonl")))}
    places = {
        row["id"]: frozenset(row["blocks"]) for row in map(json.loads, _lines(_beside(folder, "leak_places.jsonl.gz")))
    }
    digest = sha256()
    every = []
    for row in map(json.loads, _lines(folder / "gold.jsonl")):
        gold = _gold(folder, row, leaks.get(row["id"]), places.get(row["id"]))
        digest.update(f"{gold.id}\n{gold.url}\n{gold.site}\n{gold.language}\n".encode())
        digest.update(sha256(gold.path.read_bytes()).digest())
        every.append(gold)
    return Corpus(folder.resolve().name, tuple(every), frozenset(suspect), digest.hexdigest())


def _gold(folder: Path, row: dict[str, Any], leaks: tuple[str, ...] | None, places: frozenset[str] | None) -> Gold:
    slug = row["id"].split("/", 1)[1]
    return Gold(
        id=row["id"],
        path=(folder / "html" / f"{slug}.html.gz").resolve(),
        url=row["url"] or "",
        site=row.get("site") or "",
        language=row.get("lang") or "",
        paragraphs=tuple((text, bool(optional)) for text, optional in row.get("paras") or ()),
        present=tuple(row.get("with_") or ()),
        absent=tuple(row.get("without") or ()),
        title=row.get("title") or "",
        date=row.get("date") or "",
        authors=tuple(row.get("authors") or ()),
        kind=row.get("gold_kind") or "",
        leaks=leaks,
        places=places,
    )


def _beside(folder: Path, name: str) -> Path:
    inside = folder / name
    return inside if inside.exists() else folder.resolve().parent / name


def _lines(file: Path) -> Iterator[str]:
    """The lines of a file, packed or not; none where there is no such file."""
    if not file.exists():
        return
    with gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else file.open(encoding="utf-8") as stream:
        yield from stream
