"""Reads the pages of WARC files that others wrote, such as Common Crawl's, one at a time, even if a file is damaged.

There are plain files, files with a gzip member for each record, and files that are one gzip member. If a record is
unreadable, or unpacks to more than a page may have, only that record is lost. However large a file is, the memory in
use stays the same.
"""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Literal

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from pipelines.stores import warc_records
from pipelines.stores.warc_spans import GZIP, PIECE_BYTES

# An unpacked body has at most this many bytes. Chosen: this is twice the size that a crawl accepts for a response
# before it is unpacked; a body that unpacks to more is meant to do harm.
MAX_BODY_BYTES = 20 * 1024 * 1024
# A response's head has at most this many bytes. Measured: if a head has 32 KiB or more, fastwarc reads nothing more of
# the file. The crawl's own limit (spiders.handler) is lower, so no page of a crawl has a longer head.
MAX_HEAD_BYTES = 31 * 1024
# MAGIC begins a gzip member, whatever its flags are. WARC begins a record.
MAGIC, WARC = b"\x1f\x8b\x08", b"WARC/"
HEAD_END, LINE_END = b"\r\n\r\n", b"\r\n"
# A head, of a record or of the answer in it, ends with an empty line. Some programs and some sites end lines with only
# a line feed.
ENDED = re.compile(rb"\r?\n\r?\n")
# This may follow the block of a record. The standard asks for two line ends; fewer are accepted before another record
# and at the end of the file.
BEHIND_BLOCK = re.compile(rb"\r?\n\r?\n|(?:\r?\n)?(?=WARC/)|[\r\n]{0,4}\Z")
# This many bytes are enough to match BEHIND_BLOCK.
BEHIND_BYTES = len(HEAD_END) + len(WARC)
# A line of a head goes on in the next line if the next line begins with a blank.
FOLDED = re.compile(rb"\r?\n[ \t]+")
# A file that zstd packed begins in one of these ways: with a frame, or with a skippable frame, which holds a
# dictionary.
PACKED_BY_ZSTD = (b"\x28\xb5\x2f\xfd", b"\x5d\x2a\x4d\x18")
# A record with this Content-Type holds an answer that came by HTTP.
OF_HTTP = re.compile(rb"^Content-Type:[ \t]*application/http\b", re.I | re.M)
NO_HEAD = "it has no head of a WARC record"
# These names in a record's head are read. Each is given in its usual spelling.
NAMES = {
    name.lower(): name
    for name in (
        b"WARC-Type", b"WARC-Date", b"WARC-Target-URI", b"WARC-Record-ID", b"WARC-Truncated", b"WARC-Block-Digest",
        b"WARC-Payload-Digest", b"Content-Length", b"Content-Type",
    )
}  # fmt: skip
# A record's own head has at most this many bytes. Chosen: this is far more than any head has.
MOST_HEAD_BYTES = 64 * 1024
# A record that is read has at most this many bytes: those of a page, and those of its answer's head.
MOST_RECORD_BYTES = MAX_BODY_BYTES + (1 << 20)
# At most this many bytes are unpacked to skip a record. Chosen: they are enough for a film; a larger record counts as
# unreadable.
MOST_SKIPPED_BYTES = 1 << 28
# A body in chunks begins with the length of the first chunk in hexadecimal digits, which an extension may follow.
# Chosen: neither more blanks nor a longer extension has been seen.
CHUNK = re.compile(rb"[ \t\r\n]{0,8}[0-9a-fA-F]{1,8}[ \t]{0,8}(;[^\r\n]{0,200})?\r?\n")
# A Content-Length with more digits than this is not believed. Chosen: no file is so long.
LENGTH_DIGITS = 18
# Records of these kinds may hold a page.
KINDS = {b"response": WarcRecordType.response, b"resource": WarcRecordType.resource}
# At most this many characters of the error for an unreadable record are shown. Chosen: they fit in a line.
SHOWN_CHARACTERS = 80
# An answer with a page has this status.
ANSWERED = 200
# Reading a record that another program wrote may raise these errors.
NO_RECORD = (OSError, ValueError, KeyError, RuntimeError, TypeError, AttributeError, OverflowError)
# The first site of the web is from this day, so no page is older.
FIRST_DAY = datetime(1991, 8, 6, tzinfo=UTC)


class NoRecordError(ValueError):
    """There is no record at this place, or no record of a kind that is read. The text says why."""


@dataclass(frozen=True, kw_only=True)
class SavedPage:
    """A page from a WARC file. offset: the byte of the file at which the gzip member of this page begins; None if the
    page has no member of its own."""

    url: str
    fetched_at: datetime
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    record_id: str
    offset: int | None


def pages(path: Path, on_bad: Callable[[int, str], None], on_other: Callable[[], None]) -> Iterator[SavedPage]:
    """Every page of a file, in the order of the file.

    on_bad: called for each record that cannot be read, with the byte at which it begins and the reason.
    on_other: called for each answer that is no page: another status, no HTML.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        begins = file.read(len(PACKED_BY_ZSTD[0]))
        if begins in PACKED_BY_ZSTD:
            on_bad(0, "it is packed by zstd, which is not read: unpack it first, with `zstd -d`")
            return
        packed = begins.startswith(MAGIC)
        position = 0
        while position < size:
            reader = _Reader(file, position, packed=packed)
            yield from _pages(reader, on_bad, on_other)
            position = (reader.end() or _next_member(file, reader.begun, size)) if packed else size


def page_at(path: Path, offset: int) -> SavedPage:
    """The page in the gzip member at this offset; NoRecordError if there is none."""
    with path.open("rb") as file:
        for saved in _pages(_Reader(file, offset, packed=True), _refuse, lambda: None):
            return saved
    raise NoRecordError("no page is there")


def _refuse(at: int, why: str) -> None:
    raise NoRecordError(why)


class _Reader:
    """Reads one gzip member, or a plain file, from a position on, and unpacks it piece by piece."""

    def __init__(self, file: BinaryIO, position: int, *, packed: bool) -> None:
        self.file, self.begun, self.read_to = file, position, position
        self.size = os.fstat(file.fileno()).st_size
        self.decoder = zlib.decompressobj(wbits=GZIP) if packed else None
        self.waiting = b""
        self.buffer = bytearray()
        self.taken = self.given_back = 0
        self.broken = ""

    def take(self, count: int) -> bytes:
        """The next `count` bytes; fewer at the end."""
        while len(self.buffer) < count and self.more():
            pass
        taken = bytes(self.buffer[:count])
        del self.buffer[:count]
        self.taken += len(taken)
        return taken

    def head(self) -> bytes:
        """The next head of a record, without the empty line at its end and blank lines before it; NoRecordError if
        there is none. Empty if only blank lines, or nothing, are left.
        """
        searched = 0
        while (found := ENDED.search(self.buffer, searched)) is None:
            searched = max(0, len(self.buffer) - len(HEAD_END))
            if len(self.buffer) > MOST_HEAD_BYTES:
                raise NoRecordError("its head has no end")
            if not self.more():
                if not self.buffer.strip(LINE_END):
                    return self.take(len(self.buffer)).strip(LINE_END)
                raise NoRecordError(
                    "the file ends within its head" if self.buffer.lstrip(LINE_END).startswith(WARC) else NO_HEAD
                )
        # The bytes are not taken, because a record may begin somewhere among them.
        if self.buffer[: found.start()].lstrip(LINE_END)[: len(WARC)] not in (WARC, b""):
            raise NoRecordError(NO_HEAD)
        return self.take(found.end())[: found.start()].lstrip(LINE_END)

    def take_end(self) -> bool:
        """Take the line ends after the block of a record; False if something else comes next."""
        while len(self.buffer) < BEHIND_BYTES and self.more():
            pass
        behind = BEHIND_BLOCK.match(self.buffer, 0, BEHIND_BYTES)
        if behind is not None:
            self.take(behind.end())
        return behind is not None

    def skip(self, count: int) -> None:
        """Skip `count` bytes; NoRecordError if there are fewer, or too many to unpack only to skip them."""
        if self.decoder is None:
            held = min(count, len(self.buffer))
            del self.buffer[:held]
            self.read_to += count - held
            self.taken += count
            return
        if count > MOST_SKIPPED_BYTES:
            raise NoRecordError("it unpacks to too much")
        while count:
            got = len(self.take(min(count, PIECE_BYTES)))
            if not got:
                raise NoRecordError("it is shorter than its head says")
            count -= got

    def check_length(self, count: int) -> None:
        """Raise NoRecordError if, in a plain file, no record ends after the next `count` bytes. No bytes are taken."""
        if self.decoder is not None:
            return
        end = self.begun + self.taken + count
        if end > self.size:
            raise NoRecordError("it is shorter than its head says")
        self.file.seek(end)
        if BEHIND_BLOCK.match(self.file.read(BEHIND_BYTES)) is None:
            raise NoRecordError("it is longer than its head says")

    def back(self, block: bytes) -> None:
        """Put back bytes that were taken because a head gave a wrong length: other records may be in them."""
        if self.given_back < MOST_SKIPPED_BYTES:
            self.given_back += len(block)
            self.buffer[:0] = block
            self.taken -= len(block)

    def find_record(self) -> bool:
        """Go to the beginning of the next record; False if none is found within MOST_SKIPPED_BYTES."""
        looked = 0
        while looked < MOST_SKIPPED_BYTES:
            found = self.buffer.find(b"\n" + WARC)
            if found >= 0:
                self.take(found + 1)
                return True
            looked += len(self.take(max(0, len(self.buffer) - len(WARC))))
            if not self.more():
                return False
        return False

    def end(self) -> int:
        """Unpack the rest of the gzip member; gives the byte of the file behind the member, 0 if this is unknown."""
        if self.decoder is None:
            return 0
        left = MOST_SKIPPED_BYTES
        while left > 0 and (got := len(self.take(PIECE_BYTES))):
            left -= got
        if self.broken or not self.decoder.eof:
            return 0
        return self.read_to - len(self.decoder.unused_data)

    def more(self) -> bool:
        """Read another piece, and unpack it if the file is packed; False at the end."""
        if self.broken or (self.decoder is not None and self.decoder.eof):
            return False
        if not self.waiting:
            self.file.seek(self.read_to)
            self.waiting = self.file.read(PIECE_BYTES)
            self.read_to += len(self.waiting)
            if not self.waiting:
                self.broken = "the file ends within it" if self.decoder else ""
                return False
        if self.decoder is None:
            self.buffer += self.waiting
            self.waiting = b""
            return True
        try:
            self.buffer += self.decoder.decompress(self.waiting, PIECE_BYTES)
        except zlib.error as error:
            self.broken = f"it cannot be unpacked ({str(error).partition(': ')[2] or error})"
            return False
        self.waiting = self.decoder.unconsumed_tail
        return True


def _pages(reader: _Reader, on_bad: Callable[[int, str], None], on_other: Callable[[], None]) -> Iterator[SavedPage]:
    """The pages of one gzip member, or of a plain file."""
    whole = 0
    while True:
        at = reader.taken if reader.decoder is None else reader.begun
        try:
            record = _record(reader)
            if record is None and reader.broken:
                raise NoRecordError(reader.broken)
        except NO_RECORD as error:
            on_bad(at, reader.broken or _say_error(error))
            if not reader.find_record():
                return
            continue
        if record is None:
            return
        whole += 1
        if record:
            try:
                saved = _read_saved(*record, at if reader.decoder is not None and whole == 1 else None)
            except NO_RECORD as error:
                on_bad(at, _say_error(error))
                continue
            if saved:
                yield saved
            else:
                on_other()


def _say_error(error: Exception) -> str:
    """The beginning of an error's text: a library may quote the whole page in it."""
    return " ".join(str(error).split())[:SHOWN_CHARACTERS] or type(error).__name__


def _record(reader: _Reader) -> tuple[bytes, bytes, WarcRecordType] | tuple[()] | None:
    """The next record: its head, block and kind, if a record of this kind may hold a page. An empty tuple for a record
    of another kind; None at the end."""
    head = reader.head()
    if not head:
        return None if not reader.buffer and not reader.more() else ()
    head = _write_lines(FOLDED.sub(b" ", head))
    if b" " in head.partition(LINE_END)[0].strip():
        raise NoRecordError("it is of WARC 0.9 or older, and Nightdesk does not read that form")
    lines = (line.partition(b":") for line in head.split(LINE_END))
    fields = {name.strip().lower(): value.strip() for name, _, value in lines}
    length = fields.get(b"content-length", b"")
    if not length.isdigit() or len(length) > LENGTH_DIGITS:
        raise NoRecordError("it has no Content-Length")
    kind = KINDS.get(fields.get(b"warc-type", b"").lower())
    reader.check_length(int(length))
    block = b""
    try:
        if kind is None:
            reader.skip(int(length))
            _check_end(reader)
            return ()
        block = reader.take(min(int(length), MOST_RECORD_BYTES))
        if len(block) == MOST_RECORD_BYTES:
            reader.skip(int(length) - len(block))
        elif len(block) < int(length):
            raise NoRecordError(reader.broken or "it is shorter than its head says")
        _check_end(reader)
    except NoRecordError:
        reader.back(block)
        raise
    return head, block, kind


def _check_end(reader: _Reader) -> None:
    if not reader.take_end():
        raise NoRecordError("it is longer than its head says")


def _read_saved(head: bytes, block: bytes, kind: WarcRecordType, offset: int | None) -> SavedPage | None:
    """The page in a record; None if the record has no page."""
    if len(block) >= MOST_RECORD_BYTES:
        raise NoRecordError("it is larger than a page may be")
    head, sent = _write_names(head), block
    if kind == WarcRecordType.response and OF_HTTP.search(head) is None:
        # The record is no answer by HTTP; it may be the answer of a name server.
        return None
    if kind == WarcRecordType.response:
        ended = ENDED.search(block, 0, MAX_HEAD_BYTES + len(HEAD_END))
        if not ended:
            raise NoRecordError("the head of its answer has no end, or is too large")
        sent = _write_lines(block[: ended.start()]) + HEAD_END + block[ended.end() :]
    # Many crawlers keep the header that announces a body in chunks, but store the body as a whole. So the body itself
    # is examined.
    body = sent.partition(HEAD_END)[2]
    decode: Literal["transfer", "none"] = "transfer" if CHUNK.match(body) else "none"
    stream = BytesIO(_with_length(head, len(sent)) + HEAD_END + sent + HEAD_END)
    record = next(ArchiveIterator(stream, record_types=kind, auto_decode=decode, stream_detect=False), None)
    if record is None:
        raise NoRecordError("it cannot be read")
    page = _page(record, offset)
    if page is not None and not _is_intact(record.headers.get("WARC-Block-Digest") or "", block):
        raise NoRecordError("its bytes do not match its WARC-Block-Digest")
    return page


def _write_lines(head: bytes) -> bytes:
    """A head with the line ends of the standards."""
    return LINE_END.join(line.rstrip(b"\r") for line in head.split(b"\n"))


def _write_names(head: bytes) -> bytes:
    """A head with its names in fastwarc's spelling: other programs may write the names in small letters."""
    lines = [line.partition(b":") for line in head.split(LINE_END)]
    return LINE_END.join(NAMES.get(name.strip().lower(), name) + colon + value for name, colon, value in lines)


def _with_length(head: bytes, length: int) -> bytes:
    """The head of a record, with `length` as its Content-Length, because repaired line ends have changed the length."""
    return re.sub(rb"(?im)^(content-length):[^\r\n]*", rb"\1: %d" % length, head)


def _is_intact(digest: str, block: bytes) -> bool:
    """Whether a block, which includes the head of its answer, matches its digest; True if the digest's algorithm is
    unknown."""
    made, wanted = warc_records.begin_digest(digest)
    if made is None:
        return True
    made.update(block)
    return bool(made.digest() == wanted)


def _date(written: str) -> datetime | None:
    """The moment of a WARC-Date that fastwarc does not read: without seconds (WARC 1.1 allows it), or without a time
    zone. None if the date is unreadable."""
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        return None


def _page(record: WarcRecord, offset: int | None) -> SavedPage | None:
    answer = record.http_headers
    headers = answer.to_tuples() if answer is not None else (("Content-Type", record.headers.get("Content-Type", "")),)
    status = (answer.status_code or 0) if answer is not None else ANSWERED
    kinds = [value.lower() for name, value in headers if name.lower() == "content-type"]
    if "WARC-Truncated" in record.headers:
        raise NoRecordError("its crawler cut it off")
    if status != ANSWERED or not any("html" in kind for kind in kinds or ["html"]):
        return None
    at = record.record_date or _date(record.headers.get("WARC-Date") or "")
    if at is None:
        raise NoRecordError("it has no WARC-Date")
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    if not FIRST_DAY < at < datetime.now(UTC):
        raise NoRecordError(f"its WARC-Date is {at:%Y-%m-%d}")
    url = str(record.headers.get("WARC-Target-URI") or "").strip("<>")
    if not url:
        raise NoRecordError("it has no WARC-Target-URI")
    return SavedPage(
        url=url, fetched_at=at, status=status, headers=headers, body=record.reader.read(),
        record_id=str(record.record_id), offset=offset,
    )  # fmt: skip


def _next_member(file: BinaryIO, position: int, size: int) -> int:
    """The beginning of the next gzip member with a record, behind a position; the end of the file if there is none."""
    at = position + 1
    while at < size:
        file.seek(at)
        piece = file.read(PIECE_BYTES)
        found = piece.find(MAGIC)
        if found < 0:
            at += max(len(piece) - len(MAGIC) + 1, 1)
            continue
        at += found
        if _begins(file, at):
            return at
        at += 1
    return size


def _begins(file: BinaryIO, at: int) -> bool:
    file.seek(at)
    try:
        return zlib.decompressobj(wbits=GZIP).decompress(file.read(PIECE_BYTES), len(WARC)) == WARC
    except zlib.error:
        return False
