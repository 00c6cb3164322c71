"""Reads every record of a raw file, whatever state the file is in, and compares the record with its own digest.
`verify --records` uses this.

This module knows gzip members and the head of a WARC record; `warc` knows the content of records. If a member cannot be
unpacked, only that member is lost: the search goes on behind it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any, BinaryIO

from pipelines.stores.warc_spans import GZIP, HEAD_BYTES, MOST_TRIED, PIECE_BYTES, next_member

# This many bytes of a damaged member are unpacked in one step, so that its head is read up to the damage.
CRUMB_BYTES = 64
WARC = b"WARC/"
# HEAD_END ends a head, and RECORD_END ends a record.
HEAD_END, RECORD_END = b"\r\n\r\n", b"\r\n\r\n"
# The head of a record, or of the HTTP answer in it, must end within this many bytes. Chosen: this is far more than any
# head has.
MAX_HEAD_BYTES = 1 << 20
CUT = "it has no end"
# These lines of a head are needed, each with its value.
ASKED = re.compile(rb"^(warc-type|warc-target-uri|content-length|warc-block-digest)[ \t]*:([^\r\n]*)", re.I | re.M)
# Digests of these algorithms are computed. The names are those in WARC files.
ALGORITHMS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256, "md5": hashlib.md5, "sha512": hashlib.sha512}


@dataclass(frozen=True, kw_only=True)
class Record:
    """A record and its place.

    problem: what is wrong with the record; empty if the record is whole.
    payload: SHA-256 of a response's body as received; empty for other records, and if it could not be read.
    """

    offset: int
    length: int
    kind: str = ""
    url: str = ""
    payload: str = ""
    problem: str = ""


@dataclass
class _Block:
    """The block after a record's head, as far as it was unpacked."""

    left: int
    digest: Any = None
    wanted: bytes = b""
    payload: Any = None
    head: bytes | None = b""
    tail: bytes = b""

    def take(self, data: memoryview) -> None:
        block = data[: self.left]
        self.left -= len(block)
        if len(data) > len(block):
            self.tail += bytes(data[len(block) :][: len(RECORD_END) + 1])
        if self.digest is not None:
            self.digest.update(block)
        if self.payload is None:
            return
        if self.head is None:
            self.payload.update(block)
        else:
            # The head of the HTTP answer has not ended yet. The answer's body begins after the head.
            self.head += bytes(block)
            _, found, body = self.head.partition(HEAD_END)
            if found:
                self.payload.update(body)
            if found or len(self.head) > MAX_HEAD_BYTES:
                self.head = None


@dataclass
class _Read:
    """A gzip member while it is read: the record's head, then its block."""

    head: bytes = b""
    fields: dict[str, str] = field(default_factory=dict)
    block: _Block | None = None
    problem: str = ""

    def take(self, data: bytes) -> None:
        if self.block:
            self.block.take(memoryview(data))
            return
        if self.problem:
            return
        self.head += data
        head, found, rest = self.head.partition(HEAD_END)
        if found and head.startswith(WARC):
            self.fields = _fields(head)
            self.block = _block(self.fields)
            self.block.take(memoryview(rest))
        elif len(self.head) > MAX_HEAD_BYTES:
            self.problem = "it has no head of a WARC record"


def check(path: Path) -> Iterator[Record]:
    """Every record of a file in its order, and every place where a record should be and cannot be read."""
    size = path.stat().st_size
    if not size:
        return
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as content, memoryview(content) as view:
        position = 0
        while position < size:
            made = _read(view, position, PIECE_BYTES)
            if not made.length:
                behind = _next_record(file, view, position)
                told = _read(view, position, CRUMB_BYTES)
                problem = "the file ends within it" if made.problem == CUT and behind >= size else made.problem
                made = replace(made, length=behind - position, kind=told.kind, url=told.url, problem=problem)
            yield made
            position += made.length


def begin_digest(written: str) -> tuple[Any, bytes]:
    """Read a digest such as `sha1:…` from the head of a record: gives a hash object that computes such digests, and the
    value that it should reach. None instead of the object if the algorithm is unknown."""
    name, _, digest = written.partition(":")
    if name.lower() not in ALGORITHMS:
        return None, b""
    return ALGORITHMS[name.lower()](usedforsecurity=False), _decode(digest)


def _next_record(file: BinaryIO, view: memoryview, position: int) -> int:
    """The beginning of the next record behind a damaged one; the end of the file if there is none."""
    for _ in range(MOST_TRIED):
        position = next_member(file, position, 0)
        if position >= len(view) or _begins(view, position):
            return min(position, len(view))
    return len(view)


def _begins(view: memoryview, position: int) -> bool:
    """Whether a WARC record begins at a position, whole or not."""
    try:
        return zlib.decompressobj(wbits=GZIP).decompress(view[position : position + HEAD_BYTES], len(WARC)) == WARC
    except zlib.error:
        return False


def _read(view: memoryview, position: int, piece_bytes: int) -> Record:
    """The record at a position; length 0 if the member is not whole."""
    decoder, read, used = zlib.decompressobj(wbits=GZIP), _Read(), position
    problem = ""
    try:
        while not decoder.eof and used < len(view):
            piece: Any = view[used : used + piece_bytes]
            used += len(piece)
            while not decoder.eof and len(piece):
                read.take(decoder.decompress(piece, PIECE_BYTES))
                piece = decoder.unconsumed_tail
    except zlib.error as error:
        problem = f"it cannot be unpacked ({str(error).partition(': ')[2] or error})"
    kind, url = read.fields.get("warc-type", ""), read.fields.get("warc-target-uri", "").strip("<>")
    if not problem and not decoder.eof:
        problem = CUT
    if problem and not read.fields:
        # The head is read only up to its last complete line: the line that the damage cut does not count.
        cut = _fields(read.head.rpartition(b"\r\n")[0])
        kind, url = cut.get("warc-type", ""), cut.get("warc-target-uri", "")
    if problem:
        return Record(offset=position, length=0, kind=kind, url=url, problem=problem)
    payload = read.block.payload.hexdigest() if read.block and read.block.payload is not None else ""
    length = used - len(decoder.unused_data) - position
    return Record(offset=position, length=length, kind=kind, url=url, payload=payload, problem=_problem(read))


def _problem(read: _Read) -> str:
    """The fault of a record that was unpacked completely."""
    if not read.block:
        return read.problem or "it has no head of a WARC record"
    if read.block.left or read.block.tail != RECORD_END:
        return "it is not as long as its head says"
    if read.block.digest is not None and read.block.digest.digest() != read.block.wanted:
        return "its bytes do not match its WARC-Block-Digest"
    return ""


def _block(fields: dict[str, str]) -> _Block:
    length = fields.get("content-length", "")
    made = _Block(left=int(length) if length.isascii() and length.isdigit() else 0)
    made.digest, made.wanted = begin_digest(fields.get("warc-block-digest", ""))
    if fields.get("warc-type") == "response":
        made.payload = hashlib.sha256()
    return made


def _decode(digest: str) -> bytes:
    """A digest as bytes, from base32 or hexadecimal; empty if it is neither."""
    for decode in (bytes.fromhex, base64.b32decode):
        try:
            return decode(digest.upper())
        except (ValueError, binascii.Error):
            continue
    return b""


def _fields(head: bytes) -> dict[str, str]:
    """The needed lines of a head; if a line occurs twice, the last one counts."""
    return {
        name.lower().decode("ascii"): value.strip().decode("utf-8", "replace") for name, value in ASKED.findall(head)
    }
