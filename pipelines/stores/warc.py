"""The raw store: WARC files per source and run. Only this module writes pages into WARC files.

Other modules only read: `warc_spans` and `warc_records` read torn or damaged files, `foreign_warc` the files of other
programs.

A page is three records, each a gzip member of its own: request, response, metadata (what the crawl knew of it). The
payload is the body as received: it is still content-encoded, and its header Content-Encoding is kept. Transfer-Encoding
is dropped (the transfer is over) and Content-Length is the stored length, so that headers and bytes agree. A file is
`.warc.gz.open` while it is written and gets its name when it is closed. Only an erasure rewrites a closed file
(`archive/erasure.py`).
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha1, sha256
from http import HTTPStatus
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from secrets import token_hex
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from fastwarc.stream_io import GzipWriter
from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from pipelines import encodings, private
from pipelines.bucket_paths import address_of
from pipelines.errors import StoreError, TooLargeError
from pipelines.model import Page, Pointer
from pipelines.stores import bucket, entries, foreign_warc
from pipelines.stores.foreign_warc import MAX_BODY_BYTES as MAX_BODY_BYTES
from pipelines.stores.foreign_warc import MAX_HEAD_BYTES
from pipelines.stores.warc_spans import find_spans, read_member

# The name of a file that goes to a bucket has this many random bytes. Chosen: they are enough, because a source has
# only a few files in a run.
NAME_BYTES = 4
CLOSED = ".warc.gz"
OPEN = ".warc.gz.open"
DAMAGED = ".damaged"
# LEVEL is gzip's level for most records. A body that came compressed is stored with the level STORED, which does not
# compress: compressing it again would cost a tenth of a crawl's CPU and save one percent of the space.
LEVEL, STORED = 6, 0
GZIPPED = b"\x1f\x8b"
# A response is read from a bucket together with the bytes after it, in which its metadata record stands. META_BYTES
# bytes are tried first. Chosen: this is ten times the usual size. LONGEST_META_BYTES bytes are for larger records.
# Chosen: no record has so many bytes.
META_BYTES, LONGEST_META_BYTES = 16 * 1024, 1 << 24
# These headers are changed or dropped, as the module's docstring says.
DROPPED = {"transfer-encoding", "content-length", "connection", "keep-alive"}
# The facts of a page's metadata record: the fields of the crawl, and the fields that `append` adds about the page
# itself.
RecordFacts = dict[str, Any]


@dataclass
class Writer:
    """A WARC file that is being written: `path` is its name while open, `name` its path below `raw` once closed."""

    path: Path
    name: str
    file: BinaryIO
    gzip: Any
    records: int = 0


def begin(raw: Path, source: str, run: str) -> Writer:
    """Begin the next file of a source and run; no existing file is changed."""
    folder = raw / source / run
    private.folder(folder)
    number = 1
    # If machines share a raw store, a file's name ends with the name of the machine that wrote it, so no two machines
    # use the same name. The random part keeps this machine from using a name twice: a file that was sent to the bucket
    # leaves nothing on this disk that shows its name.
    ours = f"-{token_hex(NAME_BYTES)}-{bucket.worker(raw)}" if address_of(raw) else ""
    while True:
        name = f"{source}-{run}-{number}{ours}"
        number += 1
        if (folder / (name + CLOSED)).exists():
            continue
        try:
            file = private.open_private(folder / (name + OPEN), "xb")
        except FileExistsError:
            continue
        break
    writer = Writer(folder / (name + OPEN), f"{source}/{run}/{name}{CLOSED}", file, GzipWriter(file, LEVEL))
    software = f"nightdesk/{version('nightdesk')}"
    fields = f"software: {software}\r\nformat: WARC File Format 1.1\r\nisPartOf: {source} {run}\r\n"
    _add(writer, WarcRecordType.warcinfo, fields.encode(), "application/warc-fields", {"WARC-Filename": name + CLOSED})
    private.sync_folder(folder)
    return writer


def append(
    writer: Writer, page: Page, record_facts: Mapping[str, Any], *, request: tuple[tuple[str, str], ...] = ()
) -> Pointer:
    """Write a page as request, response and metadata record; gives the response's place. The page is on disk only after
    `sync`.

    record_facts: further facts to keep with the page (url_id, kind, redirects, ms), as spiders.outcome.record_facts
        gives them.
    request: the headers that were sent.
    """
    date = page.fetched_at.astimezone(UTC)
    request_id = _add(
        writer,
        WarcRecordType.request,
        _request(page, request),
        "application/http; msgtype=request",
        {"WARC-Target-URI": page.final_url},
        date,
    )
    offset = writer.file.tell()
    response_id = _add(
        writer,
        WarcRecordType.response,
        _response(page),
        "application/http; msgtype=response",
        {"WARC-Target-URI": page.final_url, "WARC-Concurrent-To": request_id},
        date,
        payload=page.body,
    )
    length = writer.file.tell() - offset
    facts = {
        **record_facts,
        "source": page.source,
        "run": page.run,
        "url": page.url,
        "final_url": page.final_url,
        "via": page.via,
        "fetched_at": date.isoformat(),
        "digest": page.digest,
        "entry": entries.as_json(page.entry),
    }
    _add(
        writer,
        WarcRecordType.metadata,
        json.dumps(facts, ensure_ascii=False).encode(),
        "application/json",
        {"WARC-Target-URI": page.final_url, "WARC-Concurrent-To": response_id},
        date,
    )
    writer.records += 1
    return Pointer(warc_file=writer.name, warc_offset=offset, warc_length=length)


def check_ours(writer: Writer) -> None:
    """StoreError if the file was closed meanwhile: this crawl was paused, and another one took over."""
    try:
        ours = os.path.samestat(os.fstat(writer.file.fileno()), writer.path.stat())
    except FileNotFoundError:
        ours = False
    if not ours:
        raise StoreError(f"{writer.path} was taken over by another crawl while this one was paused; it ends here.")


def sync(writer: Writer) -> None:
    """Return when everything written so far is on the disk."""
    writer.file.flush()
    os.fsync(writer.file.fileno())


def finish(writer: Writer, *, tell: Callable[[Path], None] = lambda path: None) -> Path | None:
    """Close the file and give it its name. A file without a page is removed instead (None).

    tell: called with the finished file before the file gets the name of a closed one.
    """
    sync(writer)
    writer.file.close()
    if not writer.records:
        writer.path.unlink()
        return None
    tell(writer.path)
    return seal(writer.path)


def recover(path: Path, *, known: int = 0) -> Iterator[tuple[Pointer, Page, RecordFacts]]:
    """Cut the torn tail off the `.open` file of a killed crawl, and give every whole page in the file. The caller then
    calls `seal`.

    If a file is damaged inside, a copy of it is kept (`find_damaged` names it), and the pages behind the damage are
    given as well.

    known: the ledger has the file's pages up to this byte, so nothing before this byte is cut.
    """
    begun, spans, gap = find_spans(path)
    whole, size = max([begun, known, *(end for _, end in spans)]), path.stat().st_size
    if gap or known > max([begun, *(end for _, end in spans)]):
        _keep_copy(path)
    if whole < size:
        with path.open("r+b") as file:
            file.truncate(whole)
            os.fsync(file.fileno())
    return _read_at(path, [begin for begin, _ in spans])


def find_damaged(path: Path) -> Path | None:
    """The copy that `recover` kept of a damaged file; None if the file was whole except for its tail."""
    copy = path.with_name(path.name + DAMAGED)
    return copy if copy.exists() else None


def seal(path: Path) -> Path:
    """Give an `.open` file the name of a closed one, which nothing writes to again."""
    closed = path.with_name(path.name.removesuffix(".open"))
    if path != closed:
        path.rename(closed)
        private.sync_folder(closed.parent)
    return closed


def send(path: Path) -> None:
    """Bring a closed file to the bucket, if there is one, and remove it from this disk when it is there completely.

    If the bucket has the file with other bytes, a page in it was erased since: the bucket's file stays.
    """
    if address_of(path):
        with suppress(bucket.ChangedError):
            bucket.upload(path, path, over="")
        path.unlink(missing_ok=True)


def find_unfinished(raw: Path, source: str) -> list[Path]:
    """The files that a killed crawl of this source left open on this machine, oldest first."""
    return sorted(raw / path.relative_to(raw) for path in (raw / source).glob(f"*/*{OPEN}"))


def unsent(raw: Path, source: str) -> list[Path]:
    """The closed files of this source that are on this machine and belong in the bucket, oldest first."""
    here = (raw / source).glob(f"*/*{CLOSED}") if address_of(raw) else ()
    return sorted(raw / path.relative_to(raw) for path in here)


def name_of(path: Path) -> str:
    """The name of an open or closed file in `Pointer.warc_file`: its path below the raw store, without `.open`."""
    return "/".join(path.parts[-3:]).removesuffix(".open")


def pages(path: Path) -> Iterator[tuple[Pointer, Page, RecordFacts]]:
    """Every page of a file, with its place and the facts kept with it."""
    name = name_of(path)
    with bucket.whole(path) as here, here.open("rb") as file:
        for offset, length, page, record_facts in _read(file, path):
            yield Pointer(warc_file=name, warc_offset=offset, warc_length=length), page, record_facts


def read(raw: Path, pointer: Pointer) -> Page:
    """The page at a pointer; StoreError names the file and record if it is missing or incomplete.

    A file outside of the raw store (its name is absolute) does not show source and run: these are empty.
    """
    if is_elsewhere(pointer.warc_file):
        return _read_elsewhere(Path(pointer.warc_file), pointer.warc_offset)
    path = raw / pointer.warc_file
    for behind in (META_BYTES, LONGEST_META_BYTES):
        with _standing_at(path, pointer, behind) as file:
            try:
                for _, _, page, _ in _read(file, path):
                    return page
            except StoreError:
                if behind == LONGEST_META_BYTES:
                    raise
    raise StoreError(f"{path} has no page at byte {pointer.warc_offset}; the file was changed after it was closed.")


def is_elsewhere(name: str) -> bool:
    """Whether a file that pointers name is outside of the raw store: an import left it in its place."""
    return name.startswith("/")


def record_id(raw: Path, pointer: Pointer) -> str:
    """The WARC-Record-ID of the response at a pointer; StoreError if the file is not there or has no response there."""
    path = raw / pointer.warc_file
    with _standing_at(path, pointer) as file:
        _, head = read_member(file, file.tell())
    found = head.partition(b"WARC-Record-ID: ")[2].partition(b"\r\n")[0].decode("ascii", "replace")
    if not found:
        raise StoreError(
            f"{path} has no record at byte {pointer.warc_offset}; the file was changed after it was closed."
        )
    return found


def decode_body(page: Page, limit: int = MAX_BODY_BYTES) -> bytes:
    """The body without its content encoding, and without gzip that no header names; StoreError if it cannot be
    decoded, TooLargeError if it is longer than `limit` bytes.
    """
    names = ",".join(value for name, value in page.headers if name.lower() == "content-encoding")
    try:
        return encodings.unpack(page.body, names, limit)
    except ValueError as error:
        kind = TooLargeError if isinstance(error, encodings.OverLimit) else StoreError
        raise kind(f"The body of {page.final_url} cannot be decoded: {error}.") from error


@contextmanager
def _standing_at(path: Path, pointer: Pointer, behind: int = 0) -> Iterator[BinaryIO]:
    """A raw file, closed, open or in the bucket, positioned at a response; StoreError if it is nowhere.

    From the bucket come only the response and `behind` bytes after it.
    """
    for here in (path, path.with_name(path.name + ".open")):
        try:
            file = here.open("rb")
        except FileNotFoundError:
            continue
        with file:
            file.seek(pointer.warc_offset)
            yield file
        return
    if not address_of(path):
        raise StoreError(f"{path} is not there; restore it or let the page be fetched again.")
    try:
        read = bucket.read_from(path, pointer.warc_offset, pointer.warc_length + behind)
    except FileNotFoundError:
        raise StoreError(
            f"{address_of(path)} is not there: the machine that wrote it, which its name tells, has not brought it "
            "yet. The next crawl on that machine brings it. If that machine is gone for good, the page "
            "is fetched again in a day."
        ) from None
    yield BytesIO(read)


def _add(
    writer: Writer,
    kind: Any,
    content: bytes,
    content_type: str,
    headers: Mapping[str, str],
    date: datetime | None = None,
    payload: bytes | None = None,
) -> str:
    record = WarcRecord()
    record.init_headers(kind)
    if date:
        record.record_date = date
    record.headers["Content-Type"] = content_type
    for name, value in headers.items():
        record.headers[name] = value
    record.set_bytes_content(content)
    digest = sha1(payload, usedforsecurity=False).digest() if payload is not None else None
    member = GzipWriter(writer.file, STORED) if payload and payload.startswith(GZIPPED) else writer.gzip
    record.write(member, checksum_data=True, payload_digest=digest)
    # `finish` ends the gzip member. Otherwise the whole file would be one member, in which no reader can seek.
    member.finish()
    return str(record.record_id)


def _request(page: Page, headers: tuple[tuple[str, str], ...]) -> bytes:
    parts = urlsplit(page.final_url)
    target = (parts.path or "/") + ("?" + parts.query if parts.query else "")
    lines = [
        f"GET {target} HTTP/1.1",
        f"Host: {parts.netloc.rpartition('@')[2]}",
        *(f"{name}: {value}" for name, value in headers),
    ]
    return _head(lines)


def _response(page: Page) -> bytes:
    try:
        phrase = HTTPStatus(page.status).phrase
    except ValueError:
        phrase = "Unknown"
    kept = []
    left = MAX_HEAD_BYTES
    for name, value in page.headers:
        left -= len(name) + len(value) + len(": \r\n")
        if name.lower() not in DROPPED and left > 0:
            kept.append(f"{name}: {value}")
    return _head([f"HTTP/1.1 {page.status} {phrase}", *kept, f"Content-Length: {len(page.body)}"]) + page.body


def _head(lines: list[str]) -> bytes:
    clean = (" ".join(line.splitlines()) for line in lines)
    return ("\r\n".join(clean) + "\r\n\r\n").encode("latin-1", "replace")


def _read(file: BinaryIO, path: Path) -> Iterator[tuple[int, int, Page, RecordFacts]]:
    """Offset, length, page and facts of each page, from the file's position on. A response without its metadata record
    is left out."""
    response: tuple[int, int, tuple[tuple[str, str], ...], bytes] | None = None
    try:
        for record in ArchiveIterator(file, record_types=WarcRecordType.response | WarcRecordType.metadata):
            if record.record_type == WarcRecordType.response:
                head = record.http_headers
                response = record.stream_pos, head.status_code or 0, head.to_tuples(), record.reader.read()
            elif response:
                offset, status, headers, body = response
                facts = json.loads(record.reader.read())
                yield offset, record.stream_pos - offset, _page(facts, status, headers, body), facts
                response = None
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise StoreError(f"{path} cannot be read beyond its whole records: {error}.") from None


def _read_elsewhere(path: Path, offset: int) -> Page:
    try:
        saved = foreign_warc.page_at(path, offset)
    except FileNotFoundError:
        raise StoreError(f"{path}, which an import left in its place, is not there; bring it back.") from None
    except foreign_warc.NO_RECORD as error:
        raise StoreError(f"{path} has no page at byte {offset} any more: {error}.") from None
    return Page(
        source="", run="", url=saved.url, final_url=saved.url, fetched_at=saved.fetched_at, status=saved.status,
        headers=saved.headers, body=saved.body, digest=sha256(saved.body).hexdigest(),
    )  # fmt: skip


def _page(facts: RecordFacts, status: int, headers: tuple[tuple[str, str], ...], body: bytes) -> Page:
    return Page(
        source=facts["source"],
        run=facts["run"],
        url=facts["url"],
        final_url=facts["final_url"],
        fetched_at=datetime.fromisoformat(facts["fetched_at"]),
        status=status,
        headers=headers,
        body=body,
        digest=sha256(body).hexdigest(),
        via=facts["via"],
        entry=entries.of_json(facts["entry"]),
    )


def _read_at(path: Path, begins: Sequence[int]) -> Iterator[tuple[Pointer, Page, RecordFacts]]:
    """The pages that begin at these offsets. A page that cannot be read, or belongs to another source or run, is left
    out."""
    name, (source, run) = name_of(path), path.parts[-3:-1]
    with path.open("rb") as file:
        for begin in begins:
            file.seek(begin)
            try:
                offset, length, page, record_facts = next(_read(file, path))
            except (StoreError, StopIteration):
                continue
            if (page.source, page.run) == (source, run):
                yield Pointer(warc_file=name, warc_offset=offset, warc_length=length), page, record_facts


def _keep_copy(path: Path) -> None:
    """Keep a copy of a damaged file as it was found, once."""
    copy = path.with_name(path.name + DAMAGED)
    if not copy.exists():
        beside = copy.with_name(copy.name + ".part")
        shutil.copyfile(path, beside)
        with beside.open("rb") as file:
            os.fsync(file.fileno())
        beside.replace(copy)
        private.sync_folder(path.parent)
