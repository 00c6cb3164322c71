"""Export: the results of a query, or the complete archive, as a folder of parts that other programs read, with a
coverage card.

A part gets its name when it is complete, and then the note of the export names it. So if an export is killed, the same
command goes on after the last part. The note also has the request, so that a folder never gets the parts of two
exports.
"""

from __future__ import annotations

import fcntl
import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from hashlib import file_digest
from itertools import chain, islice
from pathlib import Path
from typing import Any

from pipelines.alert import synonyms
from pipelines.archive import coverage_card, export_formats, walk
from pipelines.archive.export_formats import Format
from pipelines.archive.walk import Told
from pipelines.errors import NightdeskError
from pipelines.query.grammar import DateFilter
from pipelines.query.selection import Scopes
from pipelines.stores import postgres

# NOTE is the name of the file with an export's note, and FORM is the version of the note's form.
NOTE, FORM = "export.json", 1
# A part of an export has this many articles. Chosen: a part of some hundred megabytes opens in every program, and a
# killed export loses no more than one part.
PART_ROWS = 50_000


@dataclass(frozen=True, kw_only=True)
class ExportRequest:
    """What is exported. All of it must be the same when an export goes on.

    since, until: days in the form that `query.day_spans` reads.
    """

    form: Format
    query: str = ""
    sources: tuple[str, ...] = ()
    since: str = ""
    until: str = ""


@dataclass(frozen=True, kw_only=True)
class ExportPart:
    """A complete part: its file, how many articles it has, the number of its last article, and how many bytes it has,
    with their digest."""

    file: str
    articles: int
    last: int
    bytes: int
    sha256: str


@dataclass(kw_only=True)
class Note:
    """The progress of an export.

    last: the number of the newest article when the export began; the export ends there.
    days: source -> day -> number of articles.
    """

    asked: ExportRequest
    began_at: datetime
    last: int
    parts: list[ExportPart] = field(default_factory=list)
    days: dict[str, dict[str, int]] = field(default_factory=dict)
    languages: dict[str, int] = field(default_factory=dict)
    extractors: dict[str, int] = field(default_factory=dict)
    ended_at: datetime | None = None

    @property
    def articles(self) -> int:
        """The number of articles in the parts."""
        return sum(part.articles for part in self.parts)


def export(
    conn: postgres.Connection,
    folder: Path,
    asked: ExportRequest,
    between: DateFilter | None,
    *,
    scopes: Scopes | None = None,
    titles: Mapping[str, str] | None = None,
    part_rows: int = PART_ROWS,
    on_articles: Callable[[int], None] = lambda done: None,
) -> Note:
    """Write the requested articles into a folder, or go on with a killed export of the same request; gives its note.

    on_articles: called with the number of articles written so far.

    NightdeskError if the folder has another export or other files.
    """
    with _take_folder(folder), postgres.snapshot(conn):
        postgres.execute(conn, "export_moments")
        note = _begin(conn, folder, asked)
        node = walk.compose_query(asked.query, asked.sources, between, synonyms.lists(conn))
        _sweep(folder, note)
        if note.ended_at is None:
            after = note.parts[-1].last if note.parts else 0
            counted = walk.articles(
                conn, node, note.began_at, after=after, last=note.last, scopes=scopes, fields=walk.COUNTED
            )
            for part in _cut(counted, part_rows):
                _write_part(conn, folder, note, part, on_articles)
            note.ended_at = datetime.now(UTC)
            limits = coverage_card.Limits.of(node, note.began_at, scopes or {})
            coverage_card.write(conn, folder, limits, note.days, titles or {}, _facts(note))
            _keep(folder, note)
    return note


def read_note(folder: Path) -> Note | None:
    """The note of a folder's export; None if there is none, NightdeskError if the file is no note of ours."""
    path = folder / NOTE
    if not path.exists():
        return None
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        if said.pop("form") != FORM:
            raise ValueError("it is of another version")
        asked = {**said.pop("asked")}
        return Note(
            **{
                **said,
                "asked": ExportRequest(**{**asked, "form": Format(asked["form"]), "sources": tuple(asked["sources"])}),
                "began_at": datetime.fromisoformat(said["began_at"]),
                "ended_at": datetime.fromisoformat(said["ended_at"]) if said["ended_at"] else None,
                "parts": [ExportPart(**part) for part in said["parts"]],
            }
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NightdeskError(f"{path} is no note of an export ({error}): export into another folder.") from None


def _begin(conn: postgres.Connection, folder: Path, asked: ExportRequest) -> Note:
    note = read_note(folder)
    if note is None:
        there = [path.name for path in folder.iterdir() if not path.name.startswith(".")]
        if there:
            raise NightdeskError(f"{folder} holds {sorted(there)[0]} and no export: name an empty or a new folder.")
        note = Note(asked=asked, began_at=datetime.now(UTC), last=walk.end(conn))
        _keep(folder, note)
    if note.asked != asked:
        before, now = asdict(note.asked), asdict(asked)
        other = ", ".join(f"{name} {before[name] or 'none'}" for name in before if before[name] != now[name])
        raise NightdeskError(f"{folder} holds another export ({other}): ask for the same, or name a new folder.")
    return note


def _cut(groups: Iterator[list[Told]], size: int) -> Iterator[list[Told]]:
    """The articles in groups, one group for each part."""
    articles = chain.from_iterable(groups)
    while part := list(islice(articles, size)):
        yield part


def _write_part(
    conn: postgres.Connection, folder: Path, note: Note, counted: Sequence[Told], on_articles: Callable[[int], None]
) -> None:
    """Write a part, and note it as soon as it is complete."""
    name = f"articles-{len(note.parts) + 1:05}.{note.asked.form}"
    beside = folder / f".{name}.part"
    done = note.articles

    def on_more(more: int) -> None:
        nonlocal done
        done += more
        on_articles(done)

    ids, sources, moments, languages, extractors = zip(*counted, strict=True)
    export_formats.write_part(conn, note.asked.form, beside, ids, on_more)
    with beside.open("rb") as file:
        os.fsync(file.fileno())
        digest = file_digest(file, "sha256").hexdigest()
    size = beside.stat().st_size
    beside.replace(folder / name)
    of_days = Counter(zip(sources, (dated.date() for dated in moments), strict=True))
    for (source, day), count in of_days.items():
        days = note.days.setdefault(source, {})
        # Each day's text is in memory only once, however many sources have the day.
        written = sys.intern(day.isoformat())
        days[written] = days.get(written, 0) + count
    note.languages = dict(Counter(note.languages) + Counter(languages))
    note.extractors = dict(Counter(note.extractors) + Counter(extractors))
    note.parts.append(ExportPart(file=name, articles=len(ids), last=ids[-1], bytes=size, sha256=digest))
    _keep(folder, note)


def _facts(note: Note) -> dict[str, Any]:
    """The facts about the export itself on the card."""
    return {
        "asked": asdict(note.asked),
        "began_at": note.began_at.isoformat(),
        "ended_at": note.ended_at and note.ended_at.isoformat(),
        "articles": note.articles,
        "parts": len(note.parts),
        "languages": note.languages,
        "extractors": note.extractors,
    }


def _keep(folder: Path, note: Note) -> None:
    """Write the note. The counts of a large archive are for a million pairs of source and day, so they are written
    source by source."""
    head = {"form": FORM, **vars(note), "asked": asdict(note.asked), "parts": [asdict(part) for part in note.parts]}
    head |= {"began_at": note.began_at.isoformat(), "ended_at": note.ended_at and note.ended_at.isoformat()}
    del head["days"]
    beside = folder / f".{NOTE}.part"
    with beside.open("w", encoding="utf-8") as file:
        file.write("{\n")
        file.writelines(f"{_as_json(name)}: {_as_json(value)},\n" for name, value in head.items())
        file.write('"days": {')
        for number, (source, days) in enumerate(note.days.items()):
            file.write("," * bool(number) + f"\n{_as_json(source)}: {_as_json(days)}")
        file.write("}\n}\n")
        file.flush()
        os.fsync(file.fileno())
    beside.replace(folder / NOTE)


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _sweep(folder: Path, note: Note) -> None:
    """Remove the files that a killed export left unfinished, and the finished files that its note does not name. Raise
    an error if a noted part is missing or has another size."""
    known = {part.file for part in note.parts}
    for path in [*folder.glob(".*.part"), *folder.glob(f"articles-*.{note.asked.form}")]:
        if path.name not in known:
            path.unlink()
    for part in note.parts:
        path = folder / part.file
        if not path.exists() or path.stat().st_size != part.bytes:
            raise NightdeskError(f"{path} is not as this export wrote it: export into a new folder.")


@contextmanager
def _take_folder(folder: Path) -> Iterator[None]:
    """Lock the folder for the length of the block."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise NightdeskError(f"{folder} cannot be used: {error.strerror or error}.") from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NightdeskError(f"Another export writes into {folder}: wait for its end.") from None
        yield
    finally:
        os.close(handle)
