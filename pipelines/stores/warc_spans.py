"""Finds the places of the whole pages in a raw file, even if the file is torn or damaged.

`warc.recover` uses the places to cut the file and to give its pages. Each record is a gzip member of its own, with its
checksum. A page is three whole records one after the other: request, response, metadata.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

# These are modes of zlib. GZIP reads a stream with gzip's head and end, and DEFLATE reads the bare stream inside.
GZIP, DEFLATE = 31, -15
# The WARC head of a record is searched in this many bytes. Chosen: the head is far shorter.
HEAD_BYTES = 4096

# This many bytes are read at once.
PIECE_BYTES = 1 << 16
# Every gzip member that Nightdesk writes begins with these bytes, except those of `make_filling`, which have no page.
MAGIC = b"\x1f\x8b\x08\x00"
# After a damage, at most this many places in a row that look like the start of a record are tried. Without a limit, a
# page that consists of such places would make the search very long.
MOST_TRIED = 10_000
# A gzip member's head has HEADER_BYTES bytes, and its end has TRAILER_BYTES bytes (RFC 1952).
HEADER_BYTES, TRAILER_BYTES = 10, 8
# This is the head of a gzip member with a comment. It says that the content is deflated, and names no time and no
# system.
COMMENTED = b"\x1f\x8b\x08\x10\x00\x00\x00\x00\x00\xff"
# These are the types of the three records of a page, in their order.
TRIPLE = ("request", "response", "metadata")


def find_spans(path: Path) -> tuple[int, list[tuple[int, int]], bool]:
    """The end of the record about the file itself (warcinfo), the beginning and end of each whole page, and whether
    damage lies before a page."""
    begun, position, gap, tried = 0, 0, False, 0
    records: list[tuple[str, int]] = []
    spans: list[tuple[int, int]] = []
    with path.open("rb") as file:
        size = path.stat().st_size
        while position < size and tried < MOST_TRIED:
            length, kind = _member(file, position)
            if not kind:
                # The part behind the damage may be whole.
                position, records, gap, tried = next_member(file, position, length), [], True, tried + 1
                continue
            tried = 0
            if kind == "warcinfo":
                begun = position + length
            else:
                records.append((kind, position))
            position += length
            last = records[-len(TRIPLE) :]
            if tuple(kind for kind, _ in last) == TRIPLE:
                spans.append((last[0][1], position))
                records = []
    end = max([begun, *(end for _, end in spans)])
    return begun, spans, gap and _first_damage(begun, spans) < end


def read_member(file: BinaryIO, position: int, *, wbits: int = GZIP) -> tuple[int, bytes]:
    """The compressed length of the member at a position, and its first bytes; 0 and empty if it is not whole."""
    file.seek(position)
    decoder = zlib.decompressobj(wbits=wbits)
    head, used = b"", 0
    try:
        while not decoder.eof:
            piece = file.read(PIECE_BYTES)
            if not piece:
                return 0, b""
            used += len(piece)
            while piece and not decoder.eof:
                data = decoder.decompress(piece, PIECE_BYTES)
                head += data[: HEAD_BYTES - len(head)] if len(head) < HEAD_BYTES else b""
                piece = decoder.unconsumed_tail
    except zlib.error:
        return 0, b""
    return used - len(decoder.unused_data), head


def next_member(file: BinaryIO, position: int, length: int) -> int:
    """The possible start of the next whole record behind a damaged one; length: the length of the damaged record, 0 if
    that is unknown."""
    if length:
        return position + length
    at = position + 1
    while True:
        file.seek(at)
        piece = file.read(PIECE_BYTES)
        found = piece.find(MAGIC)
        if found >= 0 or len(piece) < PIECE_BYTES:
            return at + (found if found >= 0 else len(piece))
        at += PIECE_BYTES - len(MAGIC) + 1


def make_filling(length: int) -> bytes:
    """A gzip member of exactly `length` bytes. Its record says that a page was erased.

    The remaining bytes are a comment in the member's head, which every reader skips (RFC 1952).
    """
    content = b"What stood here was erased on request.\r\n"
    head = (
        b"WARC/1.1\r\nWARC-Type: metadata\r\nWARC-Record-ID: <urn:uuid:%s>\r\nWARC-Date: %s\r\n"
        b"Content-Type: text/plain\r\nContent-Length: %d\r\n\r\n"
        % (str(uuid4()).encode(), datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode(), len(content))
    )
    record = head + content + b"\r\n\r\n"
    squeezed = zlib.compressobj(wbits=DEFLATE)
    data = squeezed.compress(record) + squeezed.flush()
    trailer = struct.pack("<II", zlib.crc32(record), len(record))
    blank = length - HEADER_BYTES - len(data) - TRAILER_BYTES - 1
    return COMMENTED + b" " * blank + b"\x00" + data + trailer


def _first_damage(begun: int, spans: Sequence[tuple[int, int]]) -> int:
    """The byte up to which every page is whole."""
    for begin, end in spans:
        if begin != begun:
            return begun
        begun = end
    return begun


def _member(file: BinaryIO, position: int) -> tuple[int, str]:
    """Length and WARC type of the gzip member at a position.

    The type is empty if the member is not whole, and the length is 0 if its end is unknown too. The end of a damaged
    member may still be found; then only the checksum, which zlib compares, tells that the member is damaged.
    """
    length, head = read_member(file, position)
    if head.startswith(b"WARC/"):
        return length, head.partition(b"WARC-Type: ")[2].partition(b"\r\n")[0].decode("ascii", "replace")
    length, head = read_member(file, position + HEADER_BYTES, wbits=DEFLATE)
    return (HEADER_BYTES + length + TRAILER_BYTES if head.startswith(b"WARC/") else 0), ""
