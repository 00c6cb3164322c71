"""Verify: reads the raw files of a source again, compares them with its chain and the ledger, and names differences.

If a file was removed or rewritten as the chain says, that is no damage; it is listed as a note. A change that a kill
left unfinished is no damage either.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pipelines.archive import raw_reading
from pipelines.archive.raw_reading import RawRead
from pipelines.codes import ChainLine, Finding
from pipelines.errors import StoreError
from pipelines.model import Pointer
from pipelines.settings import Settings
from pipelines.stores import anchors, bucket, chain, postgres, raw_retention, runs, warc
from pipelines.stores.chain import Break, ChainLink
from pipelines.stores.warc_records import Record
from pipelines.stores.warc_spans import TRIPLE

# The path of a raw file has three parts: source, run, file. The run is at this place, counted from 0.
RUN_PART = 1


@dataclass(frozen=True, kw_only=True)
class FoundFault:
    """A finding about a raw file, a record in it (at `offset`), or a chain. detail: the finding in words."""

    finding: Finding
    file: str
    offset: int | None = None
    url: str = ""
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Head:
    """The newest line of a folder's chain: its number, its digest, and when it and the first line were written.
    kept: the number of the newest line whose digest is also kept elsewhere; 0 if there is none."""

    folder: str
    number: int
    digest: str
    at: str
    since: str
    kept: int = 0


@dataclass(kw_only=True)
class VerifyReport:
    """damage: changes that no chain announced. notes: for each finding that is no damage, how many files have it. told:
    these findings, one for each file."""

    files: int = 0
    bytes: int = 0
    records: int = 0
    damage: list[FoundFault] = field(default_factory=list)
    notes: Counter[Finding] = field(default_factory=Counter)
    told: list[FoundFault] = field(default_factory=list)
    heads: list[Head] = field(default_factory=list)


def verify(
    settings: Settings,
    conn: postgres.Connection,
    *,
    source: str = "",
    run: str = "",
    records: bool = False,
    kept: Sequence[tuple[str, int, str]] = (),
    on_file: Callable[[str], None] = lambda name: None,
) -> VerifyReport:
    """Read the raw files of a source again, or of all sources, or of one run. A chain is always read as a whole.

    records: read every record of the files as well. The records of a changed file are read in any case.
    kept: the result of anchors.read for a file that keeps digests.
    """
    made = VerifyReport()
    pointed = [row["file"] for row in postgres.query(conn, "files_of_ledger")]
    conn.rollback()
    elsewhere = [name for name in pointed if warc.is_elsewhere(name)]
    pointed = [name for name in pointed if not warc.is_elsewhere(name)]
    known = {*(of for of, _, _ in kept), *chain.folders(settings.raw), *(name.partition("/")[0] for name in pointed)}
    for folder in sorted(known):
        lines = list(chain.read(settings.raw, folder))
        links = [line for line in lines if isinstance(line, ChainLink)]
        if source and source not in (folder, chain.source_of(links, folder)):
            continue
        if links:
            last = links[-1]
            up_to = max([0, *(number for of, number, _ in kept if of == folder)])
            head = Head(
                folder=folder, number=last.number, digest=last.digest, at=last.at, since=links[0].at, kept=up_to
            )
            made.heads.append(head)
        for line in (*lines, *anchors.differing(kept, folder, links)):
            if isinstance(line, Break):
                _add(made, Finding.CHAIN, f"{folder}/{chain.NAME}", f"line {line.line}: {line.why}")
        look = _Look(settings.raw, conn, links, records, made)
        ours = {name for name in pointed if name.partition("/")[0] == folder}
        all_names = {*look.standing, *chain.files(settings.raw, folder), *_open(settings.raw, folder), *ours}
        names = sorted(name for name in all_names if not run or name.split("/")[RUN_PART] == run)
        ahead = raw_reading.read_ahead([_path_of(look, name) for name in names], records=records)
        for name, read in zip(names, ahead, strict=True):
            on_file(name)
            _judge(look, name, read)
    for name in elsewhere:
        on_file(name)
        _judge_elsewhere(settings.raw, conn, name, source, run, made)
    return made


@dataclass
class _Look:
    """What the files of a folder are compared with. standing: file -> the chain's last line about it; known: file ->
    all its digests; files: digest -> file."""

    raw: Path
    conn: postgres.Connection
    links: Sequence[ChainLink]
    records: bool
    made: VerifyReport
    standing: dict[str, ChainLink] = field(default_factory=dict)
    known: dict[str, set[str]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for link in self.links:
            if link.file:
                self.standing[link.file] = link
            if link.sha256:
                self.known.setdefault(link.file, set()).add(link.sha256)
                self.files[link.sha256] = link.file


def _path_of(look: _Look, name: str) -> Path | None:
    """The path of a raw file, open or closed; None if the file is still being written and no chain knows it."""
    link, path = look.standing.get(name), look.raw / name
    still_open = path.with_name(path.name + ".open")
    if bucket.is_there(path) or not still_open.exists():
        return path
    return still_open if link and link.sha256 else None


def _judge(look: _Look, name: str, read: RawRead | None) -> None:
    """Note what is found about one raw file; read: the file as it was read, None if it was not there."""
    # The path is looked up again, because a crawl may have closed the file meanwhile.
    path = _path_of(look, name)
    if path is None:
        _note(look.made, Finding.OPEN, name)
        return
    read = read or raw_reading.read_raw(path, records=look.records)
    if read and read.problem:
        _add(look.made, Finding.UNREADABLE, name, read.problem)
    elif read:
        _judge_present(look, name, path, read)
    else:
        _judge_absent(look, name, look.standing.get(name))


def _judge_present(look: _Look, name: str, path: Path, read: RawRead) -> None:
    """Compare a file that is there with its last link of the chain and with the ledger; notes what differs."""
    made, link, digest = look.made, look.standing.get(name), read.digest
    made.files += 1
    made.bytes += read.bytes
    if link is None:
        if look.links:
            of = look.files.get(digest)
            _add(made, Finding.INSERTED, name, f"it has the bytes of {of}" if of else "")
        else:
            _note(made, Finding.NOT_TAKEN_IN, name)
            _judge_records(look, name, read.records)
    elif link.told == ChainLine.RETIRED:
        left = digest in look.known.get(name, set())
        if left:
            _note(made, Finding.RETIRED, name, "it is still there: retention was stopped before it deleted the file")
        else:
            _add(made, Finding.INSERTED, name, "retention deleted the file of this name")
    elif link.told == ChainLine.REWRITTEN and link.sha256 != digest and _is_waiting(path, link):
        _note(made, Finding.REWRITTEN, name, f"{link.why}; this was not finished: `nightdesk upkeep` finishes it")
    else:
        _judge_bytes(look, name, path, link, read)


def _judge_elsewhere(
    raw: Path, conn: postgres.Connection, name: str, source: str, run: str, made: VerifyReport
) -> None:
    """For a file that an import left in its place: read every page that the ledger has in it, because no chain has a
    digest of such a file."""
    rows = postgres.query(conn, "pages_elsewhere", file=name, source=source, run=run)
    conn.rollback()
    if not rows:
        return
    if not Path(name).exists():
        _add(made, Finding.MISSING, name, f"{len(rows)} pages of the ledger stand in it")
        return
    made.files += 1
    _note(made, Finding.ELSEWHERE, name)
    for row in rows:
        pointer = Pointer(warc_file=name, warc_offset=row["offset"], warc_length=0)
        made.records += 1
        try:
            digest = warc.read(raw, pointer).digest
        except StoreError as error:
            _add(made, Finding.RECORD, name, str(error), row["offset"], row["url"])
        else:
            if digest != row["digest"]:
                problem = "its body does not match the digest in the ledger"
                _add(made, Finding.RECORD, name, problem, row["offset"], row["url"])


def _judge_absent(look: _Look, name: str, link: ChainLink | None) -> None:
    if link is not None and link.told == ChainLine.RETIRED:
        _note(look.made, Finding.RETIRED, name, link.why)
    elif link is None and (not look.links or _start_of(name) < datetime.fromisoformat(look.links[0].at)):
        _note(look.made, Finding.BEFORE, name)
    else:
        count = len(_pages(look, name))
        pages = f"{count} pages of the ledger stand in it" if count else ""
        _add(look.made, Finding.MISSING, name, pages or "no page of the ledger stands in it")


def _judge_bytes(look: _Look, name: str, path: Path, link: ChainLink, read: RawRead) -> None:
    """Compare a file with the chain's lines about its bytes."""
    if read.digest == link.sha256 or (not link.sha256 and read.bytes == link.bytes):
        noted = {
            ChainLine.TAKEN_IN: Finding.TAKEN_IN,
            ChainLine.REWRITTEN: Finding.REWRITTEN,
            ChainLine.FOUND: Finding.NOT_TAKEN_IN,
        }
        if link.told in noted:
            _note(look.made, noted[link.told], name, f"{link.at} {link.why}".strip())
        _judge_records(look, name, read.records)
        return
    of = look.files.get(read.digest)
    if of and of != name:
        _add(look.made, Finding.SWAPPED, name, f"it has the bytes of {of}")
    elif of:
        _add(look.made, Finding.CHANGED, name, "it has the bytes from before it was rewritten")
    else:
        cut = Finding.TRUNCATED if read.bytes < link.bytes else Finding.CHANGED
        had = "other ones" if read.bytes == link.bytes else link.bytes
        _add(look.made, cut, name, f"it has {read.bytes} bytes, and had {had}")
        again = read if read.records is not None else raw_reading.read_raw(path, records=True)
        _judge_records(look, name, again.records if again else None)


def _judge_records(look: _Look, name: str, records: Sequence[Record] | None) -> None:
    """Name every record of a file that does not match its own digest, or the ledger's digest of it."""
    if records is None:
        return
    pages = {row["offset"]: row for row in _pages(look, name)}
    last = None
    for record in records:
        look.made.records += 1
        page = pages.pop(record.offset, None)
        problem = record.problem
        if page and not problem and record.kind != "response":
            problem = "the ledger has a page here, and the record is none"
        elif page and not problem and page["digest"] not in ("", record.payload):
            problem = "its body does not match the digest in the ledger"
        if problem:
            url = page["url"] if page else record.url or _url_near(record, last, pages)
            _add(look.made, Finding.RECORD, name, problem, record.offset, url)
        last = record
        # A page that the ledger has inside another record cannot be read.
        end = record.offset + record.length
        for offset in [offset for offset in pages if record.offset < offset < end]:
            _add(look.made, Finding.RECORD, name, "the ledger has a page here, and no record begins", offset,
                 pages.pop(offset)["url"])  # fmt: skip
    for offset, page in pages.items():
        _add(
            look.made, Finding.RECORD, name, "the ledger has a page here, and the file ends before", offset, page["url"]
        )


def _url_near(record: Record, last: Record | None, pages: Mapping[int, postgres.Row]) -> str:
    """The address of a record that names none, from the other records of its page (request, response, metadata)."""
    if last and last.kind in TRIPLE[:-1]:
        return last.url
    behind = [offset for offset in pages if offset > record.offset]
    return str(pages[min(behind)]["url"]) if behind else ""


def _pages(look: _Look, name: str) -> list[postgres.Row]:
    rows = postgres.query(look.conn, "pages_of_file", file=name)
    look.conn.rollback()
    return rows


def _open(raw: Path, folder: str) -> Iterator[str]:
    yield from (warc.name_of(path) for path in warc.find_unfinished(raw, folder))


def _is_waiting(path: Path, link: ChainLink) -> bool:
    """Whether the file that is to replace this one is beside it."""
    beside = path.with_name(path.name + chain.REWRITING)
    return beside.exists() and chain.digest_of(beside) == link.sha256


def _start_of(name: str) -> datetime:
    """When the run of a raw file began."""
    run = name.split("/")[RUN_PART]
    return raw_retention.start_of(run) if runs.KEY.fullmatch(run) else datetime.min.replace(tzinfo=UTC)


def _add(
    made: VerifyReport, finding: Finding, file: str, detail: str = "", offset: int | None = None, url: str = ""
) -> None:
    made.damage.append(FoundFault(finding=finding, file=file, offset=offset, url=url, detail=detail))


def _note(made: VerifyReport, finding: Finding, file: str, detail: str = "") -> None:
    made.notes[finding] += 1
    made.told.append(FoundFault(finding=finding, file=file, detail=detail))
