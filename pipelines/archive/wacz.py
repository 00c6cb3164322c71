"""WACZ files (Web Archive Collection Zipped, version 1.1.1): WARC records with an index, a page list and their digests.

Only this module knows the format. Readers jump within the WARC and the index, so the ZIP does not compress these two
again.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from pipelines import private

VERSION = "1.1.1"
# A block of the index has this many lines. Chosen: cdxj-indexer uses the same number.
BLOCK_LINES = 300
WARC, INDEX, BLOCKS, PAGES = "archive/data.warc.gz", "indexes/index.cdx.gz", "indexes/index.idx", "pages/pages.jsonl"
# An address may leave out these ports.
USUAL_PORTS = (80, 443)
PACKAGE, DIGEST = "datapackage.json", "datapackage-digest.json"


@dataclass(frozen=True, kw_only=True)
class IndexEntry:
    """A line of the index: a response and the place of its record in the WARC. digest: SHA-256 of the response's
    body."""

    url: str
    at: datetime
    status: int
    mime: str
    digest: str
    offset: int
    length: int


def write(
    out: Path,
    warc: Path,
    entries: Iterable[IndexEntry],
    pages: Sequence[dict[str, Any]],
    *,
    title: str,
    description: str,
    more: dict[str, str],
) -> None:
    """Write a WACZ file. If that fails, a file that was there before stays as it is.

    pages: `id`, `url`, `ts`, `title` and `text` of each, in the order of reading.
    more: name -> content of further files.
    """
    lines = sorted(_line(entry) for entry in entries)
    index, blocks = _index(lines)
    head = {"format": "json-pages-1.0", "id": "pages", "title": "Articles", "hasText": True}
    texts = {
        PAGES: "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in (head, *pages)),
        BLOCKS: blocks,
        **more,
    }
    beside = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        with private.open_private(beside, "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
                with warc.open("rb") as stream:
                    digest = hashlib.file_digest(stream, "sha256").hexdigest()
                resources = [_resource(WARC, digest, warc.stat().st_size)]
                made.write(warc, WARC, zipfile.ZIP_STORED)
                resources.append(_add_file(made, INDEX, index, zipfile.ZIP_STORED))
                resources += [_add_file(made, name, text.encode()) for name, text in texts.items()]
                package = _package(resources, title, description, pages)
                made.writestr(PACKAGE, package)
                known = {"path": PACKAGE, "hash": f"sha256:{hashlib.sha256(package).hexdigest()}"}
                made.writestr(DIGEST, json.dumps(known, indent=2))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(out)
    finally:
        beside.unlink(missing_ok=True)


def sort_key(url: str) -> str:
    """An address in the form in which indexes of web archives sort it: host parts reversed, no www, lower case."""
    parts = urlsplit(url.lower())
    host = (parts.hostname or "").removeprefix("www.")
    port = f":{parts.port}" if parts.port and parts.port not in USUAL_PORTS else ""
    query = urlencode(sorted(parse_qsl(parts.query, keep_blank_values=True)))
    return f"{','.join(reversed(host.split('.')))}{port}){parts.path or '/'}{'?' + query if query else ''}"


def _line(entry: IndexEntry) -> str:
    told = {
        "url": entry.url, "mime": entry.mime, "status": str(entry.status), "digest": f"sha256:{entry.digest}",
        "length": str(entry.length), "offset": str(entry.offset), "filename": Path(WARC).name,
    }  # fmt: skip
    return f"{sort_key(entry.url)} {entry.at.astimezone(UTC):%Y%m%d%H%M%S} {json.dumps(told)}\n"


def _index(lines: Sequence[str]) -> tuple[bytes, str]:
    """The index in blocks that are each packed separately, and where each block begins."""
    packed = b""
    told = json.dumps({"format": "cdxj-gzip-1.0", "filename": Path(INDEX).name})
    blocks = f"!meta 0 {told}\n"
    for first in range(0, len(lines), BLOCK_LINES):
        block = gzip.compress("".join(lines[first : first + BLOCK_LINES]).encode(), mtime=0)
        key, at, _ = lines[first].split(" ", 2)
        where = {"offset": len(packed), "length": len(block), "digest": f"sha256:{hashlib.sha256(block).hexdigest()}"}
        blocks += f"{key} {at} {json.dumps(where)}\n"
        packed += block
    return packed, blocks


def _add_file(made: zipfile.ZipFile, name: str, content: bytes, how: int = zipfile.ZIP_DEFLATED) -> dict[str, Any]:
    made.writestr(name, content, how)
    return _resource(name, hashlib.sha256(content).hexdigest(), len(content))


def _resource(path: str, digest: str, size: int) -> dict[str, Any]:
    return {"name": Path(path).name, "path": path, "hash": f"sha256:{digest}", "bytes": size}


def _package(
    resources: Sequence[dict[str, Any]], title: str, description: str, pages: Sequence[dict[str, Any]]
) -> bytes:
    made = {
        "profile": "data-package",
        "wacz_version": VERSION,
        "title": title,
        "description": description,
        "created": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "software": f"nightdesk/{version('nightdesk')}",
        **({"mainPageUrl": pages[0]["url"], "mainPageDate": pages[0]["ts"]} if pages else {}),
        "resources": list(resources),
    }
    return json.dumps(made, indent=2, ensure_ascii=False).encode()
