"""Extracting again from the raw store: first a trial, which only reports; then a correction, which can be undone.

A trial writes an article file for each source, which no run loads. A correction loads it: the differences count as new
readings of the same pages, not as edits by the publisher, and alert nobody. The stored wordings are kept beside the
trial, and are loaded again to undo the correction.
"""

from __future__ import annotations

import heapq
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from pipelines import private, text
from pipelines.archive import differences
from pipelines.archive.differences import Fate
from pipelines.errors import NightdeskError
from pipelines.extract import fetched_pages
from pipelines.extract.extraction import extractor
from pipelines.extract.fetched_pages import Job
from pipelines.load import stage as load
from pipelines.model import Article, RemovedBlock, Source, Tally
from pipelines.query.grammar import DateFilter
from pipelines.settings import Settings
from pipelines.stores import articlefile, postgres, runs, templates
from pipelines.stores.articlefile import Line

# At most this many pages are in memory at one time.
AT_ONCE = 200
# A report keeps this many of the largest differences, and an error names this many trials. Chosen: a person reads no
# more.
SHOWN = 20
# The fields WORDED are compared for every wording. The fields BESIDE are compared only if the wording is the article's
# newest.
WORDED = ("title", "description", "text")
BESIDE = (
    "canonical_url", "authors", "language", "published_at", "published_precision", "published_from", "modified_at",
    "image", "tags", "section",
)  # fmt: skip
REPORT = "report.json"


@dataclass(frozen=True, kw_only=True)
class ChangedWording:
    """A wording that today's extractor reads differently: which fields differ, and by how many words."""

    source: str
    article_id: int
    revision: int
    url: str
    fields: tuple[str, ...]
    words: int
    before: dict[str, str]
    after: dict[str, str]


@dataclass(kw_only=True)
class AgainReport:
    """The result of a trial.

    words: removed and added words in titles, descriptions and texts.
    largest: the wordings that changed most.
    rejected: reason -> how many pages today's extractor rejects; their articles stay as they are.
    unreadable: how many raw records cannot be read.
    undoes: the run that undid the correction.
    """

    run: str
    sources: list[str]
    extractor: str
    began_at: str
    read: int = 0
    changed: int = 0
    articles: int = 0
    words: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    unreadable: int = 0
    fields: dict[str, int] = field(default_factory=dict)
    largest: list[ChangedWording] = field(default_factory=list)
    applied_at: str = ""
    undone_at: str = ""
    undoes: str = ""


def trial(
    settings: Settings,
    sources: Sequence[Source],
    between: DateFilter | None = None,
    *,
    processes: int = 1,
    on_pages: Callable[[int], None] = lambda done: None,
) -> AgainReport:
    """Read the stored pages of sources again, all of them or those of some days (`between`), and report what would
    change. Nothing is changed.
    """
    now = datetime.now(UTC)
    run = runs.key_of(now, manual=True)
    report = AgainReport(
        run=run, sources=[one.name for one in sources], extractor=extractor(), began_at=now.isoformat()
    )
    largest: list[tuple[int, int, ChangedWording]] = []
    touched: set[int] = set()
    with postgres.connection(settings, application="nightdesk again") as conn:
        for source in sources:
            lines = _lines(settings, conn, source, _days(between, now), report, largest, touched, processes, on_pages)
            articlefile.write(_file(settings, run, source.name), lines)
    report.articles = len(touched)
    report.largest = [changed for *_, changed in sorted(largest, key=lambda one: -one[0])]
    _keep(settings, report)
    return report


def apply(settings: Settings, run: str, sources: Sequence[Source]) -> list[Tally]:
    """Load a trial as our correction, and keep the stored wordings for `undo`; gives a tally for each source."""
    report = read_report(settings, run)
    if report.undone_at:
        raise NightdeskError(f"{run} was taken back at {report.undone_at}: make a new trial.")
    done = []
    for source in _of_report(report, sources):
        file, kept = _file(settings, run, source.name), _before(settings, run, source.name)
        articlefile.write(articlefile.path(settings, source.name, run), articlefile.read(file))
        done.append(load.load(settings, source, run, prepare=partial(_keep_before, source.name, file, kept)))
    report.applied_at = datetime.now(UTC).isoformat()
    _keep(settings, report)
    return done


def undo(settings: Settings, run: str, sources: Sequence[Source]) -> list[Tally]:
    """Undo a correction: every wording, row and time. NightdeskError if a later correction builds on it."""
    report = read_report(settings, run)
    if not report.applied_at or report.undone_at:
        raise NightdeskError(f"{run} is no correction in force: `nightdesk extract --again --apply {run}` loads it.")
    later = [one.run for one in reports(settings) if one.run > run and one.applied_at and not one.undone_at
             and set(one.sources) & set(report.sources)]  # fmt: skip
    if later:
        raise NightdeskError(
            f"The correction {later[0]} was made after {run}, of the same sources: undo that one first."
        )
    report.undoes = report.undoes or runs.key_of(datetime.now(UTC), manual=True)
    _keep(settings, report)
    done = []
    for source in _of_report(report, sources):
        kept = _before(settings, run, source.name)
        if not kept.exists():
            continue
        articlefile.write(articlefile.path(settings, source.name, report.undoes), articlefile.read(kept))
        done.append(load.load(settings, source, report.undoes))
        with postgres.connection(settings, application="nightdesk undo") as conn, conn:
            postgres.query(conn, "load_lock", source=source.name)
            _put_back(conn, source.name, _state_of(kept), [run, report.undoes])
    report.undone_at = datetime.now(UTC).isoformat()
    _keep(settings, report)
    return done


def reports(settings: Settings) -> list[AgainReport]:
    """All trials, oldest first."""
    return [read_report(settings, path.parent.name) for path in sorted(settings.trials.glob(f"*/{REPORT}"))]


def read_report(settings: Settings, run: str) -> AgainReport:
    """The report of a trial; NightdeskError if there is none with that key."""
    path = settings.trials / runs.check_key(run) / REPORT
    if not path.exists():
        known = ", ".join(one.parent.name for one in sorted(settings.trials.glob(f"*/{REPORT}"))[-SHOWN:])
        raise NightdeskError(f"There is no trial {run}; there are: {known or 'none'}.")
    said = json.loads(path.read_text(encoding="utf-8"))
    largest = [ChangedWording(**{**one, "fields": tuple(one["fields"])}) for one in said["largest"]]
    return AgainReport(**{**said, "largest": largest})


def _lines(
    settings: Settings,
    conn: postgres.Connection,
    source: Source,
    days: Mapping[str, datetime | None],
    report: AgainReport,
    largest: list[tuple[int, int, ChangedWording]],
    touched: set[int],
    processes: int,
    on_pages: Callable[[int], None],
) -> Iterator[Line]:
    """A line for each wording that today's extractor reads differently. The counts are added to `report` at the same
    time."""
    with conn:
        stored = templates.newest(conn, source.name)
    template, name = stored.in_use if stored else None, templates.label(extractor(), stored)
    counts = Counter(report.fields), Counter(report.rejected)
    after = 0
    while True:
        with conn:
            rows = postgres.query(
                conn, "again_looks", source=source.name, after=after, count=AT_ONCE, fetches=None, **days
            )
        if not rows:
            break
        after = rows[-1]["fetch_id"]
        jobs = [Job(_fetch(row), settings.raw, source, template, name) for row in rows]
        for row, (_, made) in zip(rows, fetched_pages.each(jobs, processes, apart=True), strict=True):
            report.read += 1
            if made.result is None:
                report.unreadable += 1
            elif not isinstance(made.result, Article):
                counts[1][made.result.reason] += 1
            elif changed := _compare(source.name, row, made.result):
                counts[0].update(changed.fields)
                report.changed += 1
                report.words += changed.words
                touched.add(row["article_id"])
                (heapq.heappush if len(largest) < SHOWN else heapq.heappushpop)(
                    largest, (changed.words, row["fetch_id"], changed)
                )
                yield _line(row, made.result)
            on_pages(report.read)
    report.fields, report.rejected = dict(counts[0]), dict(counts[1])


def _compare(source: str, row: postgres.Row, made: Article) -> ChangedWording | None:
    stored = {name: row[name] for name in (*WORDED, *BESIDE)}
    fields = [name for name in WORDED if text.clean(getattr(made, name)) != stored[name]]
    if row["newest"]:
        fields += [name for name in BESIDE if _plain(getattr(made, name)) != _plain(stored[name])]
    if not fields:
        return None
    before = {name: stored[name] for name in WORDED if name in fields}
    after = {name: getattr(made, name) for name in WORDED if name in fields}
    words = sum(
        text.words(piece.text)
        for name in before
        for pieces in differences.paragraphs(before[name], after[name])
        for piece in pieces
        if piece.fate != Fate.SAME
    )
    return ChangedWording(source=source, article_id=row["article_id"], revision=row["revision"], url=row["url"],
                   fields=tuple(fields), words=words, before=before, after=after)  # fmt: skip


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return text.clean(value)
    return [text.clean(one) for one in value] if isinstance(value, (list, tuple)) else value


def _fetch(row: postgres.Row) -> postgres.Row:
    names = ("fetch_id", "url_id", "run", "url", "fetched_at", "digest", "warc_file", "warc_offset", "warc_length")
    return {name: row[name] for name in names}


def _line(row: postgres.Row, article: Article) -> Line:
    return Line(
        fetch_id=row["fetch_id"], url_id=row["url_id"], run=row["run"], fetched_at=row["fetched_at"], article=article
    )


def _keep_before(source: str, file: Path, kept: Path, conn: postgres.Connection) -> None:
    """Keep the stored wordings that a trial changes. If they were kept before a kill, they stay as they are."""
    if kept.exists():
        return
    fetches = [line.fetch_id for line in articlefile.read(file)]
    state = postgres.query(conn, "again_state", fetches=fetches)
    # The lines are written last, so the file of lines shows that everything else is there.
    with private.open_private(_beside(kept), "w", encoding="utf-8") as stream:
        json.dump(state, stream, default=str)
    articlefile.write(kept, (line for some in _find_stored(conn, source, fetches) for line in some))


def _find_stored(conn: postgres.Connection, source: str, fetches: Sequence[int]) -> Iterator[list[Line]]:
    """The stored wordings of these fetches, as the lines from which load would make the same wordings."""
    for begin in range(0, len(fetches), AT_ONCE):
        some = list(fetches[begin : begin + AT_ONCE])
        rows = postgres.query(
            conn, "again_looks", source=source, after=0, count=AT_ONCE, fetches=some, since=None, until=None
        )
        yield [_line(row, _stored_article(source, row)) for row in rows]


def _stored_article(source: str, row: postgres.Row) -> Article:
    given = {name: row[name] for name in (*WORDED, *BESIDE, "page_digest", "extractor")}
    lists = {name: tuple(given[name]) for name in ("authors", "tags")}
    removed = tuple(RemovedBlock(**one) for one in row["removed"])
    return Article(**{**given, **lists, "source": source, "url": row["stored_url"], "removed": removed})


def _put_back(conn: postgres.Connection, source: str, state: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> None:
    rows = postgres.json(state)
    postgres.execute(conn, "undo_articles", rows=rows)
    postgres.execute(conn, "undo_urls", rows=rows)
    for statement in ("undo_changes", "undo_outcomes", "undo_aliases"):
        postgres.execute(conn, statement, source=source, runs=list(keys))


def _state_of(kept: Path) -> list[dict[str, Any]]:
    return list(json.loads(_beside(kept).read_text(encoding="utf-8")))


def _of_report(report: AgainReport, sources: Sequence[Source]) -> list[Source]:
    known = {source.name: source for source in sources}
    gone = [name for name in report.sources if name not in known]
    if gone:
        raise NightdeskError(f"{gone[0]} is no longer followed: follow it again, because load needs its file.")
    return [known[name] for name in report.sources]


def _days(between: DateFilter | None, now: datetime) -> dict[str, datetime | None]:
    if between is None:
        return {"since": None, "until": None}
    return {
        "since": between.since.seen_from(now) if between.since else None,
        "until": between.until.seen_from(now) if between.until else None,
    }


def _file(settings: Settings, run: str, source: str) -> Path:
    return settings.trials / run / f"{source}.jsonl"


def _before(settings: Settings, run: str, source: str) -> Path:
    return settings.trials / run / f"{source}.before.jsonl"


def _beside(kept: Path) -> Path:
    return kept.with_name(kept.name.replace(".before.jsonl", ".state.json"))


def _keep(settings: Settings, report: AgainReport) -> None:
    path = settings.trials / report.run / REPORT
    private.folder(path.parent)
    beside = path.with_name(f".{REPORT}.part")
    with private.open_private(beside, "w", encoding="utf-8") as file:
        json.dump(asdict(report), file, ensure_ascii=False, indent=1)
    beside.replace(path)
