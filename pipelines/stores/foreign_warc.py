"""WARC files that others wrote, Common Crawl's among them: their pages one at a time, whatever state a file is in.

Plain files, files with a gzip member for each record, files that are one gzip member. What cannot be read costs itself
alone, and so does what unpacks to more than a page may be: the memory that is used does not grow with a file.
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

# Bytes of an unpacked body. Chosen: twice what a response may be; more is a bomb.
MAX_BODY_BYTES = 20 * 1024 * 1024
# Bytes of a response's head. Measured: fastwarc reads nothing of a file from a head of 32 KiB on. The crawl's own limit
# (spiders.handler) is lower, so that no page of it comes here with more.
MAX_HEAD_BYTES = 31 * 1024
# How a gzip member begins, whatever its flags, and how a record does.
MAGIC, WARC = b"\x1f\x8b\x08", b"WARC/"
HEAD_END, LINE_END = b"\r\n\r\n", b"\r\n"
# Where the head of an answer ends: some sites end their lines with a line feed alone, which browsers take as well.
ANSWER_END = re.compile(rb"\r?\n\r?\n")
# What a record's head says of an answer that came by HTTP.
OF_HTTP = re.compile(rb"^Content-Type:[ \t]*application/http\b", re.I | re.M)
# Names of a record's head that are read, as they are written.
NAMES = {
    name.lower(): name
    for name in (
        b"WARC-Type", b"WARC-Date", b"WARC-Target-URI", b"WARC-Record-ID", b"WARC-Truncated", b"WARC-Block-Digest",
        b"WARC-Payload-Digest", b"Content-Length", b"Content-Type",
    )
}  # fmt: skip
# Bytes of a record's own head. Chosen: far more than any has.
MOST_HEAD_BYTES = 64 * 1024
# Bytes of a record that is read: a page, and the head of its answer.
MOST_RECORD_BYTES = MAX_BODY_BYTES + (1 << 20)
# Bytes that are unpacked to get past what is not read. Chosen: a film in a record; more is looked for from outside.
MOST_SKIPPED_BYTES = 1 << 28
# How a body in chunks begins: a length in hexadecimal digits, by itself or before what is said of the chunk. Chosen:
# more blanks, or a longer word on a chunk, have not been seen.
CHUNK = re.compile(rb"[ \t\r\n]{0,8}[0-9a-fA-F]{1,8}[ \t]{0,8}(;[^\r\n]{0,200})?\r?\n")
# Digits of a length. Chosen: no file has more bytes.
LENGTH_DIGITS = 18
# Kinds of records that hold a page.
KINDS = {b"response": WarcRecordType.response, b"resource": WarcRecordType.resource}
# Characters of what is said of a record that cannot be read. Chosen: a line.
SHOWN_CHARACTERS = 80
# Statuses of answers that hold a page.
ANSWERED = 200
# What reading a record of somebody else's may end in.
NO_RECORD = (OSError, ValueError, KeyError, RuntimeError, TypeError, AttributeError, OverflowError)
# No page of the web is older than this, as the first site is.
FIRST_DAY = datetime(1991, 8, 6, tzinfo=UTC)


class NoRecordError(ValueError):
    """What stands there is no record, or none that is read; says why."""


@dataclass(frozen=True, kw_only=True)
class SavedPage:
    """A page as a WARC file has it, and where: offset is of the gzip member of its own, None where it has none."""

    url: str
    fetched_at: datetime
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    record_id: str
    offset: int | None


def pages(path: Path, on_bad: Callable[[int, str], None], on_other: Callable[[], None]) -> Iterator[SavedPage]:
    """Every page of a file in its order. on_bad hears the byte and the reason of each record that cannot be read,
    on_other of each answer that is no page: another status, no HTML."""
    size = path.stat().st_size
    with path.open("rb") as file:
        packed = file.read(len(MAGIC)) == MAGIC
        position = 0
        while position < size:
            reader = _Reader(file, position, packed=packed)
            yield from _pages(reader, on_bad, on_other)
            position = (reader.end() or _next_member(file, reader.begun, size)) if packed else size


def page_at(path: Path, offset: int) -> SavedPage:
    """The page whose gzip member begins there; NoRecordError where none does."""
    with path.open("rb") as file:
        for saved in _pages(_Reader(file, offset, packed=True), _refuse, lambda: None):
            return saved
    raise NoRecordError("no page is there")


def _refuse(at: int, why: str) -> None:
    raise NoRecordError(why)


class _Reader:
    """What is unpacked of one gzip member, or of a plain file, from a place on; it holds a piece of it at a time."""

    def __init__(self, file: BinaryIO, position: int, *, packed: bool) -> None:
        self.file, self.begun, self.read_to = file, position, position
        self.size = os.fstat(file.fileno()).st_size
        self.decoder = zlib.decompressobj(wbits=GZIP) if packed else None
        self.waiting = b""
        self.buffer = bytearray()
        self.taken = self.given_back = 0
        self.broken = ""

    def take(self, count: int) -> bytes:
        """So many bytes; fewer at the end."""
        while len(self.buffer) < count and self.more():
            pass
        taken = bytes(self.buffer[:count])
        del self.buffer[:count]
        self.taken += len(taken)
        return taken

    def head(self) -> bytes:
        """What stands up to the end of a head, without it; NoRecordError where there is none. Nothing at the end."""
        searched = 0
        while (found := self.buffer.find(HEAD_END, searched)) < 0:
            searched = max(0, len(self.buffer) - len(HEAD_END))
            if len(self.buffer) > MOST_HEAD_BYTES:
                raise NoRecordError("its head has no end")
            if not self.more():
                if not self.buffer:
                    return b""
                raise NoRecordError("the file ends within its head")
        return self.take(found + len(HEAD_END))[:found]

    def skip(self, count: int) -> None:
        """Leave out so many bytes; NoRecordError where they are not there, or too many to be unpacked for nothing."""
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
        """NoRecordError where a plain file has no end of a record behind so many bytes: nothing of it is taken then."""
        if self.decoder is not None:
            return
        end = self.begun + self.taken + count
        if end > self.size:
            raise NoRecordError("it is shorter than its head says")
        self.file.seek(end)
        if self.file.read(len(HEAD_END)) not in (HEAD_END, b""):
            raise NoRecordError("it is longer than its head says")

    def back(self, block: bytes) -> None:
        """Give back what was taken of a gzip member by a length that is wrong: other records may stand in it."""
        if self.given_back < MOST_SKIPPED_BYTES:
            self.given_back += len(block)
            self.buffer[:0] = block
            self.taken -= len(block)

    def find_record(self) -> bool:
        """Go to where the next record begins; false where none does, as far as is looked."""
        looked = 0
        while looked < MOST_SKIPPED_BYTES:
            found = self.buffer.find(LINE_END + WARC)
            if found >= 0:
                self.take(found + len(LINE_END))
                return True
            looked += len(self.take(max(0, len(self.buffer) - len(LINE_END + WARC))))
            if not self.more():
                return False
        return False

    def end(self) -> int:
        """The byte behind the member, unpacked to its end; 0 where that cannot be told."""
        if self.decoder is None:
            return 0
        left = MOST_SKIPPED_BYTES
        while left > 0 and (got := len(self.take(PIECE_BYTES))):
            left -= got
        if self.broken or not self.decoder.eof:
            return 0
        return self.read_to - len(self.decoder.unused_data)

    def more(self) -> bool:
        """Unpack another piece; false at the end."""
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
            # In a member that is one record's own, nothing behind the damage is another record.
            if (reader.decoder is not None and not whole) or not reader.find_record():
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
    """What is said of an error, in a few words: a library may quote the whole page."""
    return " ".join(str(error).split())[:SHOWN_CHARACTERS] or type(error).__name__


def _record(reader: _Reader) -> tuple[bytes, bytes, WarcRecordType] | tuple[()] | None:
    """The next record that holds a page: head, block and kind; nothing of another kind, None at the end."""
    head = reader.head()
    # Blank lines between records are no records.
    head = head.lstrip(LINE_END)
    if not head:
        return None if not reader.buffer and not reader.more() else ()
    if not head.startswith(WARC):
        raise NoRecordError("it has no head of a WARC record")
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
            _end(reader)
            return ()
        block = reader.take(min(int(length), MOST_RECORD_BYTES))
        if len(block) == MOST_RECORD_BYTES:
            reader.skip(int(length) - len(block))
        elif len(block) < int(length):
            raise NoRecordError(reader.broken or "it is shorter than its head says")
        _end(reader)
    except NoRecordError:
        reader.back(block)
        raise
    return head, block, kind


def _end(reader: _Reader) -> None:
    ended = reader.take(len(HEAD_END))
    if ended not in (HEAD_END, b""):
        if reader.decoder is not None:
            reader.back(ended)
        raise NoRecordError("it is longer than its head says")


def _read_saved(head: bytes, block: bytes, kind: WarcRecordType, offset: int | None) -> SavedPage | None:
    """A record as a page; None where it holds none."""
    if len(block) >= MOST_RECORD_BYTES:
        raise NoRecordError("it is larger than a page may be")
    head, sent = _write_names(head), block
    if kind == WarcRecordType.response and OF_HTTP.search(head) is None:
        # The answer of a name server, say.
        return None
    if kind == WarcRecordType.response:
        ended = ANSWER_END.search(block, 0, MAX_HEAD_BYTES + len(HEAD_END))
        if not ended:
            raise NoRecordError("the head of its answer has no end, or is too large")
        answer = LINE_END.join(line.rstrip(b"\r") for line in block[: ended.start()].split(b"\n"))
        sent = answer + HEAD_END + block[ended.end() :]
    # Many crawlers keep the header and take the chunks away.
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


def _write_names(head: bytes) -> bytes:
    """A head whose names are written as fastwarc knows them: others may write them in small letters."""
    lines = [line.partition(b":") for line in head.split(LINE_END)]
    return LINE_END.join(NAMES.get(name.strip().lower(), name) + colon + value for name, colon, value in lines)


def _with_length(head: bytes, length: int) -> bytes:
    """A head that says another length, for the ends of lines that were put in place."""
    return re.sub(rb"(?im)^(content-length):[^\r\n]*", rb"\1: %d" % length, head)


def _is_intact(digest: str, block: bytes) -> bool:
    """Whether a block, its answer's head included, is what its digest says, if that is of a kind that is known."""
    made, wanted = warc_records.begin_digest(digest)
    if made is None:
        return True
    made.update(block)
    return bool(made.digest() == wanted)


def _date(written: str) -> datetime | None:
    """A WARC-Date that is less exact than a second (WARC 1.1), or has no zone, which is UTC then."""
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
    """Where the next gzip member begins that holds a record, behind a place; the end of the file where none does."""
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
