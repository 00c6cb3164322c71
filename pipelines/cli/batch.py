"""`nightdesk try --batch`: reads thousands of saved pages and prints a JSON line for each, in order, without
Postgres.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from pipelines.cli.show import LINES_EVERY_SECONDS, complain, err, progress
from pipelines.errors import NightdeskError
from pipelines.extract import preview
from pipelines.extract.preview import Trial, TriedPage
from pipelines.model import Article, Source
from pipelines.settings import Settings
from pipelines.sources import folders
from pipelines.stores import articlefile

NO_ID = object()


@dataclass(frozen=True)
class AskedPages:
    """The contents of a batch file, line by line: the pages, and the `id` of each page or NO_ID."""

    trials: list[Trial]
    ids: list[Any]


def run(current: Settings, file: str, *, source: str, learns: bool, processes: int) -> None:
    """Try every page of a batch file (`-`: standard input); prints answers on standard output, the rest on stderr."""
    asked = read(file, _sources_of(current), source)
    counts: Counter[str] = Counter()
    try:
        trials = _teach(asked.trials, processes) if learns else asked.trials
        for done, own_id in zip(_try_pages(trials, processes), asked.ids, strict=True):
            counts["article" if isinstance(done.made, Article) else "rejection"] += 1
            _write(done, own_id)
    except KeyboardInterrupt:
        complain(f"Stopped after {counts.total():,} of {len(asked.ids):,} pages; the lines before are complete.")
        # Shells expect this code after Ctrl-C: 128 plus the number of SIGINT.
        raise typer.Exit(130) from None
    progress(_summary(asked.trials, counts))


def read(file: str, source_of: Callable[[str, str], Source], source: str = "") -> AskedPages:
    """The lines of a batch file as pages to try. An invalid line is a page with a problem; empty lines are skipped.

    source_of: gives the source for a name and an address; source: the name for lines without a source.
    """
    trials: list[Trial] = []
    ids: list[Any] = []
    where = "standard input" if file == "-" else file
    folder = Path() if file == "-" else Path(file).parent
    for number, line in _lines(file):
        if line.strip():
            fields, problem = _fields(line)
            ids.append(fields.get("id", NO_ID))
            name, url = fields.get("source") or source, fields.get("url") or ""
            path, missing = _path(folder, fields.get("path") or "")
            problem = problem or missing
            trials.append(
                Trial(
                    source=source_of(name, url),
                    url=url or f"http://localhost/{Path(path).name}",
                    path=path,
                    encoding=fields.get("html_encoding") or "",
                    learns=bool(name),
                    problem=problem and f"Line {number} of {where} {problem}.",
                )
            )
    return AskedPages(trials, ids)


def as_fields(done: TriedPage) -> dict[str, Any]:
    """The result for a page as JSON values: its article or rejection, then the milliseconds.

    Dates keep the zone of the page, so that they begin with the page's own day.
    """
    if isinstance(done.made, Article):
        fields = articlefile.article_fields(done.made)
        for name, at in (("published_at", done.made.published_at), ("modified_at", done.made.modified_at)):
            fields[name] = at and at.isoformat()
        return {"article": fields, "ms": done.ms}
    return {"rejection": articlefile.rejection_fields(done.made), "ms": done.ms}


def _lines(file: str) -> Iterator[tuple[int, str]]:
    try:
        with open(sys.stdin.fileno() if file == "-" else file, "rb", closefd=file != "-") as stream:
            for number, line in enumerate(stream, 1):
                yield number, line.decode("utf-8-sig" if number == 1 else "utf-8", "replace")
    except OSError as error:
        raise NightdeskError(f"{file} cannot be read: {error.strerror}.") from None


def _fields(line: str) -> tuple[dict[str, Any], str]:
    """The fields of a line, and the fault of the line."""
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        return {}, f"is not JSON: {error}"
    if not isinstance(fields, dict):
        return {}, 'is no object; it looks like {"path": "page.html", "url": "https://…"}'
    texts = ("path", "url", "source", "html_encoding")
    wrong = [name for name in texts if not isinstance(fields.get(name) or "", str)]
    kept = {name: value for name, value in fields.items() if name not in wrong}
    encoding = kept.get("html_encoding")
    if wrong:
        return kept, f"has a {wrong[0]} that is no text"
    if encoding and not preview.charset(encoding):
        return kept, f"has the html_encoding {encoding!r}, which is no charset that is known here"
    return kept, "" if kept.get("path") else "names no path"


def _path(folder: Path, path: str) -> tuple[str, str]:
    """The file of a path, relative to the batch file or else to the current folder, and the fault of the path."""
    try:
        found = next((str(p) for p in (folder / path, Path(path)) if p.is_file()), "")
    except (OSError, ValueError) as error:
        return path, f"names a path that cannot be used: {error}"
    return found or path, "" if found else f"names {path}, and there is no such file"


def _sources_of(current: Settings) -> Callable[[str, str], Source]:
    """A function that gives the followed source of a name, or else a source with only the name."""
    good, bad = folders.readable(current)
    for error in bad:
        progress(str(error))
    known = {source.name: source for source in good}

    def source_of(name: str, url: str) -> Source:
        if not name:
            return preview.anonymous(url)
        if name not in known:
            known[name] = preview.anonymous(url, name)
        return known[name]

    return source_of


def _teach(trials: Sequence[Trial], processes: int) -> list[Trial]:
    """The same pages, each with the template that was learned from the pages of its source."""
    many = preview.pages_to_learn(trials)
    found: list[preview.SourceLesson] = []
    if many:
        with _bar("Learning", many) as step:
            found = list(preview.lessons(trials, processes, lambda: step(1)))
        for lesson in found:
            if lesson.problem:
                progress(lesson.problem)
        progress(
            f"Learned from {many:,} pages: templates for {sum(1 for f in found if f.template)} of {len(found)} sources."
        )
    return preview.teach_pages(trials, found)


def _try_pages(trials: Sequence[Trial], processes: int) -> Iterator[TriedPage]:
    with _bar("Reading", len(trials)) as step:
        for done in preview.each(trials, processes):
            yield done
            step(1)


def _write(done: TriedPage, own_id: Any) -> None:
    record = as_fields(done) | ({} if own_id is NO_ID else {"id": own_id})
    line = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    # UTF-8 does not allow half a surrogate pair, so it is written as an escape, which JSON allows.
    sys.stdout.buffer.write(line.encode("utf-8", "backslashreplace") + b"\n")
    sys.stdout.buffer.flush()


@contextmanager
def _bar(title: str, total: int) -> Iterator[Callable[[int], None]]:
    """A progress bar on standard error. If standard error is no terminal, or the terminal also shows the answers, there
    is only a line now and then."""
    if err.is_terminal and not sys.stdout.isatty():
        columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
        with Progress(*columns, console=err) as shown:
            task = shown.add_task(title, total=total)
            yield lambda many: shown.advance(task, many)
        return
    done, told = 0, monotonic()

    def step(many: int) -> None:
        nonlocal done, told
        done += many
        if monotonic() - told >= LINES_EVERY_SECONDS:
            told = monotonic()
            progress(f"{title}: {done:,} of {total:,} pages")

    yield step


def _summary(trials: Sequence[Trial], counts: Counter[str]) -> str:
    wrong = [t.problem for t in trials if t.problem]
    said = f"{counts.total():,} pages: {counts['article']:,} articles, {counts['rejection']:,} rejected"
    return f"{said}; {len(wrong):,} line(s) could not be used, the first: {wrong[0]}" if wrong else f"{said}."
