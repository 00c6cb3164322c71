"""The chain of a source's raw files: it has a line for each closed file, and each line has the digest of the line
before.

It shows whether a file was changed, cut, exchanged, removed or added (`archive/verify.py`), and whether a line of the
chain was changed. The chain is `chain.jsonl` in the source's folder of the raw store, and lines are only added. It says
what retention removed and what was rewritten, and why. If a source gets another name, its files and its chain stay in
their folder, and a new last line has the new name. A line is on disk before the change that it tells of is made. So a
kill in between leaves an unfinished change, and never a change without a line. In a bucket a line is added by compare
and set: if two machines add a line at the same time, the second line follows the first.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from pipelines import private
from pipelines.bucket_paths import address_of
from pipelines.codes import ChainLine
from pipelines.errors import StoreError
from pipelines.stores import bucket, warc

NAME = "chain.jsonl"
# `rewrite` writes the new content of a raw file into a file with this suffix beside it, and moves that file into place
# after the chain has a line about the rewriting.
REWRITING = ".rewriting"
# This many bytes are copied at once.
PIECE_BYTES = 1 << 20
# If reading a line raises one of these errors, the line is no link of a chain.
NO_LINK = (ValueError, KeyError, TypeError)


@dataclass(frozen=True, kw_only=True)
class ChainLink:
    """A line of a chain.

    file: the path below `raw`.
    source: the name of the folder's source from this line on.
    previous, digest: the SHA-256 of the line before, and of this line.
    sha256: the SHA-256 of the file; empty if nobody has read the file yet.
    """

    number: int
    at: str
    told: ChainLine
    previous: str = ""
    file: str = ""
    bytes: int = 0
    sha256: str = ""
    source: str = ""
    why: str = ""
    digest: str = ""


@dataclass(frozen=True, kw_only=True)
class Break:
    """The number of a line of a chain with a fault, and what the fault is."""

    line: int
    why: str


def folders(raw: Path) -> list[str]:
    """The folders of the raw store, one for each name that a source had while it was crawled."""
    return bucket.folders(raw)


def files(raw: Path, folder: str) -> list[str]:
    """The closed raw files of a folder that are there, named as in `Pointer.warc_file`."""
    names = bucket.list_files(raw / folder, warc.CLOSED)
    return [f"{folder}/{name}" for name in names if name.count("/") == 1]


def read(raw: Path, folder: str) -> Iterator[ChainLink | Break]:
    """The lines of a folder's chain, oldest first. A torn line at the end was never complete and is left out."""
    before = ""
    for number, line in enumerate(_lines(raw / folder / NAME), 1):
        digest = hashlib.sha256(line).hexdigest()
        try:
            fields = json.loads(line)
            link = ChainLink(**{**fields, "told": ChainLine(fields["told"]), "digest": digest})
        except NO_LINK:
            yield Break(line=number, why="it is no line of a chain")
        else:
            if (link.number, link.previous) != (number, before):
                yield Break(line=number, why="it does not name the line before it")
            yield link
        before = digest


def links(raw: Path, folder: str) -> list[ChainLink]:
    """The lines of a folder's chain without those that cannot be read."""
    return [line for line in read(raw, folder) if isinstance(line, ChainLink)]


def newest(raw: Path, name: str) -> ChainLink | None:
    """The last line about this file in its chain; None if there is none."""
    found = None
    for link in links(raw, name.partition("/")[0]):
        found = link if link.file == name else found
    return found


def head(raw: Path, folder: str) -> ChainLink | None:
    """The newest line of a chain; None if there is none. Whoever keeps a copy of its digest elsewhere can show that no
    line before it was changed."""
    known = links(raw, folder)
    return known[-1] if known else None


def close(raw: Path, path: Path) -> None:
    """Write into the chain that a raw file is finished; the file gets its closed name after this. If the last line
    about the file says so already, nothing is written."""
    name, size, digest = warc.name_of(path), path.stat().st_size, digest_of(path)
    with _hold(raw, name.partition("/")[0]) as chain:
        last = newest(raw, name)
        if last is None or (last.sha256, last.told) != (digest, ChainLine.CLOSED):
            _add(chain, [_link(ChainLine.CLOSED, name, bytes=size, sha256=digest)])


def put(raw: Path, path: Path) -> Path:
    """Add the line for a complete file to the chain, then move the file into the raw store, beside which it was
    written; gives the file's new path.
    """
    target = raw / warc.name_of(path)
    private.folder(target.parent)
    close(raw, path)
    path.replace(target)
    private.sync_folder(target.parent)
    warc.send(target)
    return target


def take_in(raw: Path, folder: str) -> list[str]:
    """Files that are older than the chain have lines without a digest (FOUND). For each such file, write a line with
    the file's present digest; gives the files."""
    taken: list[str] = []
    if not files(raw, folder):
        return taken
    with _hold(raw, folder):
        standing = {link.file: link for link in links(raw, folder) if link.file}
    for name in (name for name, link in standing.items() if link.told == ChainLine.FOUND):
        path = raw / name
        if bucket.is_there(path):
            link = _link(ChainLine.TAKEN_IN, name, bytes=bucket.size(path), sha256=digest_of(path))
            with _hold(raw, folder) as chain:
                _add(chain, [link])
            taken.append(name)
    return taken


def retire(raw: Path, names: Sequence[str], why: str) -> None:
    """Write into the chain that these files of one folder are removed; the caller removes them after this. `names`: as
    in `Pointer.warc_file`."""
    if names:
        with _hold(raw, names[0].partition("/")[0]) as chain:
            standing = {link.file: link for link in links(raw, names[0].partition("/")[0])}
            there = [name for name in names if name not in standing or standing[name].told != ChainLine.RETIRED]
            _add(chain, [_link(ChainLine.RETIRED, name, bytes=bucket.size(raw / name), why=why) for name in there])


def rewrite(raw: Path, name: str, content: BinaryIO, why: str) -> None:
    """Replace the content of a raw file, after a line in the chain says so, with the reason `why`.

    If the process is killed in between, `finish_rewrites` finishes or undoes this. StoreError if the file is not there.
    """
    path = raw / name
    if not bucket.is_there(path):
        raise StoreError(f"{path} is not there; nothing can be put in its place.")
    beside = path.with_name(path.name + REWRITING)
    private.folder(beside.parent)
    with private.open_private(beside, "wb") as file:
        while piece := content.read(PIECE_BYTES):
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    with _hold(raw, name.partition("/")[0]) as chain:
        _add(chain, [_link(ChainLine.REWRITTEN, name, bytes=beside.stat().st_size, sha256=digest_of(beside), why=why)])
    _put_in_place(beside, path)


def finish_rewrites(raw: Path, folder: str) -> list[str]:
    """Finish each killed `rewrite` that wrote its line into the chain, and undo each that did not; gives the finished
    files."""
    done = []
    for beside in sorted((raw / folder).glob(f"*/*{REWRITING}")):
        path = raw / beside.relative_to(raw).with_name(beside.name.removesuffix(REWRITING))
        last = newest(raw, warc.name_of(path))
        if last and last.told == ChainLine.REWRITTEN and last.sha256 == digest_of(beside):
            _put_in_place(beside, path)
            done.append(warc.name_of(path))
        else:
            beside.unlink()
    return done


def move(raw: Path, folder: str, source: str) -> None:
    """Write into the chain that the source of a folder has another name from now on. The files stay in the folder."""
    known = links(raw, folder)
    if folder in folders(raw) and (not known or source_of(known, folder) != source):
        with _hold(raw, folder) as chain:
            _add(chain, [_link(ChainLine.MOVED, source=source)])


def source_of(known: Sequence[ChainLink], folder: str) -> str:
    """The present name of a folder's source."""
    return next((link.source for link in reversed(known) if link.source), folder)


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, as sha256sum writes it."""
    with bucket.whole(path) as here, here.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _link(
    told: ChainLine, file: str = "", *, bytes: int = 0, sha256: str = "", source: str = "", why: str = ""
) -> ChainLink:
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return ChainLink(
        number=0, at=at, told=told, file=file, bytes=bytes, sha256=sha256, source=source, why=why
    )  # fmt: skip


def _put_in_place(beside: Path, path: Path) -> None:
    """Replace the raw file `path` with the file `beside`."""
    if address_of(path):
        bucket.upload(path, beside)
        path.unlink(missing_ok=True)
        beside.unlink()
    else:
        beside.replace(path)
        private.sync_folder(path.parent)


@contextmanager
def _hold(raw: Path, folder: str) -> Iterator[Path | BinaryIO]:
    """Hold the chain of a folder: on a disk, no other process can hold it at the same time. In a bucket nothing is
    locked; there `_add_in_bucket` compares. If there is no chain yet, it begins with the present files.
    """
    path = raw / folder / NAME
    if address_of(raw):
        if not bucket.version_of(path)[1]:
            _add(path, _find_links(raw, folder))
        yield path
        return
    private.folder(raw / folder)
    with private.open_private(path, "a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if not file.tell():
            private.sync_folder(path.parent)
            _add(file, _find_links(raw, folder))
        yield file


def _find_links(raw: Path, folder: str) -> list[ChainLink]:
    return [_link(ChainLine.FOUND, name, bytes=bucket.size(raw / name)) for name in files(raw, folder)]


def _add(chain: Path | BinaryIO, added: Sequence[ChainLink]) -> None:
    """Add lines to a held chain, and return when they are stored. A torn line at its end is cut off."""
    if not added:
        return
    if isinstance(chain, Path):
        _add_in_bucket(chain, added)
        return
    chain.seek(0)
    lines = chain.read().splitlines(keepends=True)
    if lines and not lines[-1].endswith(b"\n"):
        chain.truncate(sum(map(len, lines[:-1])))
        lines.pop()
    chain.write(_write_links(lines, added))
    chain.flush()
    os.fsync(chain.fileno())


def _add_in_bucket(path: Path, added: Sequence[ChainLink]) -> None:
    wanted = b""
    while True:
        content, version = bucket.version_of(path)
        if wanted and content.startswith(wanted):
            # The line was written, and only the answer was lost.
            return
        wanted = content + _write_links(content.splitlines(keepends=True), added)
        try:
            bucket.replace(path, wanted, version)
        except bucket.ChangedError:
            continue
        return


def _write_links(lines: Sequence[bytes], added: Sequence[ChainLink]) -> bytes:
    """New links in the form of lines of a chain, to be added after `lines`."""
    number, before = len(lines), hashlib.sha256(lines[-1].rstrip(b"\n")).hexdigest() if lines else ""
    written = b""
    for link in added:
        number += 1
        fields = asdict(replace(link, number=number, previous=before))
        del fields["digest"]
        line = json.dumps({name: value for name, value in fields.items() if value != ""}, ensure_ascii=True).encode()
        before = hashlib.sha256(line).hexdigest()
        written += line + b"\n"
    return written


def _lines(path: Path) -> list[bytes]:
    try:
        content = bucket.version_of(path)[0] if address_of(path) else path.read_bytes()
    except FileNotFoundError:
        return []
    return [line[:-1] for line in content.splitlines(keepends=True) if line.endswith(b"\n")]
