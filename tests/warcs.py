"""WARC files as other programs write them, whole and hostile."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from pathlib import Path

from tests import jisr

HTML = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"


def record(
    url: str,
    block: bytes,
    *,
    kind: str = "response",
    date: str = "2020-01-02T03:04:05Z",
    more: str = "",
    length: int = -1,
) -> bytes:
    """One record; length: what its head says of the block, where that is not true."""
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:6b2f3b9e-0c3b-4a53-8f0e-7f6a3f0e1a2b>\r\n"
        f"WARC-Date: {date}\r\nWARC-Target-URI: {url}\r\n{more}Content-Type: application/http; msgtype={kind}\r\n"
        f"Content-Length: {len(block) if length < 0 else length}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def story(number: int, host: str = "jisr.test", **more: str) -> bytes:
    """A response with the article of a number, as `jisr.story` writes it."""
    return record(f"https://{host}/news/{number}", HTML + jisr.story(number).encode(), **more)


def saved(path: Path, records: Sequence[bytes]) -> Path:
    """A file of records: plain by its name, a gzip member for each, or one for all where it is called whole."""
    if path.name.startswith("whole"):
        path.write_bytes(gzip.compress(b"".join(records)))
    else:
        path.write_bytes(b"".join(gzip.compress(one, 1) if path.suffix == ".gz" else one for one in records))
    return path
