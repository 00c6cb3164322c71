"""Evidence: one file with the raw records behind articles and their revisions, the lists that named them, their texts
and digests.

The records are copied byte for byte from the raw store, so the digests in the records and in the ledger are also right
for the copies. Programs that replay web archives read the page list. `nightdesk/articles.jsonl` has a line for each
revision: text, digests, and the place of its page. `nightdesk/chain.jsonl` has the lines of the chains about the raw
files.
"""

from __future__ import annotations

import json
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from pipelines import steering
from pipelines.archive import kept_wordings, provenance, wacz
from pipelines.archive.wacz import IndexEntry
from pipelines.errors import NightdeskError
from pipelines.model import Pointer
from pipelines.settings import Settings
from pipelines.stores import bucket, chain, postgres, warc, warc_records
from pipelines.stores.warc_records import Record

ARTICLES, CHAIN = "nightdesk/articles.jsonl", "nightdesk/chain.jsonl"
# At most this many levels of lists are followed upwards from an article: an index names a sitemap, and another index
# may name that index.
MOST_LISTS = 5
PIECE_BYTES = 1 << 20


@dataclass(frozen=True, kw_only=True)
class EvidenceCount:
    """The content of a file of evidence: how many articles, revisions, and pages as they were sent, including lists.

    missing: a sentence, without its full stop, for everything that belongs in the file and is no longer stored.
    """

    articles: int
    revisions: int
    pages: int
    missing: tuple[str, ...]


def collect(
    settings: Settings,
    conn: postgres.Connection,
    numbers: Sequence[int],
    out: Path,
    *,
    why: str,
    on_line: Callable[[str], None] = lambda line: None,
) -> EvidenceCount:
    """Write all records behind these articles into a WACZ file.

    why: the request, for the file's description.

    NightdeskError if there is no such article, or if the raw store has none of the records any more.
    """
    rows = [(number, row) for number in numbers for row in _revisions(settings, conn, number)]
    lists = postgres.query(conn, "lists_of_articles", articles=list(numbers), most=MOST_LISTS)
    conn.rollback()
    wanted: dict[str, set[int]] = defaultdict(set)
    for row in (*(row for _, row in rows), *lists):
        if row["warc_file"]:
            wanted[row["warc_file"]].add(row["warc_offset"])
    missing = [
        kept_wordings.explain(row, article=number).removesuffix(".")
        for number, row in rows
        if not kept_wordings.is_kept(row)
    ]
    entries: list[IndexEntry] = []
    with tempfile.TemporaryDirectory(prefix="nightdesk-evidence-") as folder:
        packed = Path(folder) / "data.warc.gz"
        with packed.open("wb") as stream:
            for name in sorted(wanted):
                on_line(name)
                entries += _copy_pages(settings.raw, name, wanted[name], stream, missing)
        if not entries:
            raise NightdeskError(
                "None of the raw records behind these articles is in the raw store any more"
                f"{': ' + missing[0] if missing else ''}; there is nothing to hand over but the text, "
                "which `nightdesk articles` shows."
            )
        named = {row["warc_file"] for _, row in rows} | {row["warc_file"] for row in lists}
        wacz.write(
            out, packed, entries, list(_pages(rows)), title=f"Evidence of {len(numbers)} articles", description=why,
            more={ARTICLES: _write_list(rows, lists), CHAIN: _links(settings.raw, sorted(filter(None, named)))},
        )  # fmt: skip
    return EvidenceCount(articles=len(numbers), revisions=len(rows), pages=len(entries), missing=tuple(missing))


def _revisions(settings: Settings, conn: postgres.Connection, number: int) -> list[postgres.Row]:
    """The revisions of an article, oldest first, each with its text, its digests and its place in the raw store."""
    found = {row["revision"]: row for row in postgres.query(conn, "texts_of_article", id=number)}
    if not found:
        raise NightdeskError(f"There is no article {number}; `nightdesk articles` lists the latest.")
    known = provenance.of_article(conn, settings.raw, number)
    return [{**row, **found[row["revision"]]} for row in sorted(known, key=lambda row: row["revision"])]


def _copy_pages(raw: Path, name: str, offsets: set[int], out: BinaryIO, missing: list[str]) -> Iterator[IndexEntry]:
    """Copy the pages of a raw file whose answers begin at `offsets`, each with its request and its metadata record."""
    path = raw / name
    if not bucket.is_there(path):
        path = path.with_name(path.name + ".open")
    if not bucket.is_there(path):
        missing.append(f"{name} is not in the raw store, with {len(offsets)} of the records")
        return
    left = set(offsets)
    before: Record | None = None
    with bucket.whole(path) as here, here.open("rb") as file:
        for record in warc_records.check(here):
            if record.kind == "warcinfo" and not record.problem:
                _copy(file, record, out)
            if record.offset in left and record.kind == "response" and not record.problem:
                left.discard(record.offset)
                if before and before.kind == "request":
                    _copy(file, before, out)
                at = out.tell()
                _copy(file, record, out)
                yield _entry(raw, name, record, at)
            elif before and before.offset in offsets and record.kind == "metadata":
                _copy(file, record, out)
            before = record
    missing += [f"{name} has no whole record at byte {offset}" for offset in sorted(left)]


def _copy(file: BinaryIO, record: Record, out: BinaryIO) -> None:
    file.seek(record.offset)
    left = record.length
    while left and (piece := file.read(min(left, PIECE_BYTES))):
        out.write(piece)
        left -= len(piece)


def _entry(raw: Path, name: str, record: Record, at: int) -> IndexEntry:
    page = warc.read(raw, Pointer(warc_file=name, warc_offset=record.offset, warc_length=record.length))
    kind = next((value for header, value in page.headers if header.lower() == "content-type"), "")
    return IndexEntry(
        url=page.final_url, at=page.fetched_at, status=page.status, mime=kind.partition(";")[0].strip() or "unk",
        digest=record.payload, offset=at, length=record.length,
    )  # fmt: skip


def _pages(rows: Sequence[tuple[int, postgres.Row]]) -> Iterator[dict[str, Any]]:
    """The page list, the newest revision of each article first."""
    for number, row in sorted(rows, key=lambda one: (one[0], -one[1]["revision"])):
        if row["record"]:
            told = f"{row['title']} (revision {row['revision']})" if row["revision"] > 1 else row["title"]
            stamp = f"{row['fetched_at']:%Y-%m-%dT%H:%M:%SZ}"
            url = row["final_url"] or row["url"]
            yield {"id": f"{number}.{row['revision']}", "url": url, "ts": stamp, "title": told, "text": row["text"]}


def _write_list(rows: Sequence[tuple[int, postgres.Row]], lists: Sequence[postgres.Row]) -> str:
    """A line for each revision, then one for each list that named an article."""
    lines = [{"article": number, **row} for number, row in rows] + [{"list": row["url"], **row} for row in lists]
    return "".join(steering.as_json(line, default=_plain) + "\n" for line in lines)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _links(raw: Path, names: Sequence[str]) -> str:
    """The lines of the chains about these files."""
    found = []
    for folder in dict.fromkeys(name.partition("/")[0] for name in names):
        found += [asdict(link) for link in chain.links(raw, folder) if link.file in names]
    return "".join(json.dumps(link) + "\n" for link in found)
