"""The coverage card of an export: per source and day what was to be expected, found, stored and rejected, and the gaps.

An archive cannot show what it does not hold. The card puts beside each other what does not come from one another: the
ledger of all addresses that lists named, the articles that are there, and the days on which a crawl ended.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from html import escape
from itertools import groupby
from pathlib import Path
from statistics import median
from typing import Any

from pipelines import steering
from pipelines.archive import policy
from pipelines.codes import Gap, State
from pipelines.query import selection
from pipelines.query.grammar import Node
from pipelines.query.selection import Scopes
from pipelines.stores import postgres

JSON, PAGE = "coverage.json", "coverage.html"
KEPT = (State.STORED, State.UNCHANGED)
# Reasons of rejections that the page names of a source. Chosen: a line of text; the JSON has all.
REASONS_SHOWN = 4
DAY = timedelta(days=1)
# Rows of one look at the ledger.
AT_ONCE = 2_000


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The sources and the moments that an export was limited to; None where it was not."""

    sources: frozenset[str] | None = None
    not_sources: frozenset[str] = frozenset()
    since: datetime | None = None
    until: datetime | None = None

    @classmethod
    def of(cls, node: Node | None, now: datetime, scopes: Scopes) -> Limits:
        """Those of a query: what it asks beside them leaves the card as it is."""
        if node is None:
            return cls()
        found = selection.select(node, now, scopes)
        return cls(sources=found.sources, not_sources=found.not_sources, since=found.since, until=found.until)


@dataclass(kw_only=True)
class Day:
    """What is known of a source's day, in addresses of articles: the ledger's account, and what the archive has.

    expected: as many as were found on a usual day before, None where nobody knows. stored: what the ledger calls so;
    archived: what of it is an article in the archive; missing: what is not. exported: articles in the parts.
    """

    day: date
    listened: bool
    expected: int | None = None
    found: int = 0
    stored: int = 0
    archived: int = 0
    missing: int = 0
    exported: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    otherwise: dict[str, int] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)


@dataclass(kw_only=True)
class Covered:
    """A source's part of the card; followed_since: the first day on which a crawl of it ended."""

    source: str
    title: str
    followed_since: date | None
    extractors: dict[str, int]
    days: list[Day]


def write(
    conn: postgres.Connection,
    folder: Path,
    limits: Limits,
    exported: Mapping[str, Mapping[str, int]],
    titles: Mapping[str, str],
    facts: Mapping[str, Any],
) -> None:
    """Write the card as JSON and as a page; exported: source -> day -> articles, facts: of the export itself."""
    sections: list[str] = []
    rows: list[str] = []
    with _replaced(folder / JSON) as beside, beside.open("w", encoding="utf-8") as file:
        head = steering.as_json(dict(facts), default=str)
        file.write(f'{{"export": {head}, "meanings": {json.dumps({gap: gap.means for gap in Gap})}, "sources": [')
        for number, covered in enumerate(of_sources(conn, limits, exported, titles)):
            file.write("," * bool(number) + "\n" + steering.as_json(asdict(covered), default=str))
            rows.append(_row(covered))
            sections.append(_section(covered))
        file.write("]}\n")
    with _replaced(folder / PAGE) as beside:
        beside.write_text(_page(facts, rows, sections), encoding="utf-8")


def of_sources(
    conn: postgres.Connection,
    limits: Limits,
    exported: Mapping[str, Mapping[str, int]],
    titles: Mapping[str, str],
) -> Iterator[Covered]:
    """Each source within the limits, by name."""
    first = limits.since and limits.since.astimezone(UTC).date()
    last = limits.until and limits.until.astimezone(UTC).date()
    before = first and first - policy.USUAL_OF_DAYS * DAY
    crawls = _of_each(conn, "coverage_crawls")
    read = _of_each(conn, "coverage_extractors", since=limits.since, until=limits.until)
    named = _of_each(conn, "coverage_days", since=before, until=last)
    for row in postgres.query(conn, "coverage_sources"):
        name = row["source"]
        # Each gives its rows once: also those of a source that the card is not about.
        listened = {day for _, day in crawls(name)}
        extractors, rows = {extractor: many for _, extractor, many in read(name)}, named(name)
        if name in limits.not_sources or (limits.sources is not None and name not in limits.sources):
            continue
        days = _days(rows, listened, exported.get(name, {}), last)
        yield Covered(
            source=name,
            title=titles.get(name, ""),
            followed_since=min(listened, default=None),
            extractors=extractors,
            days=[day for day in days if first is None or day.day >= first],
        )


def _of_each(conn: postgres.Connection, statement: str, **params: Any) -> Callable[[str], list[tuple[Any, ...]]]:
    """What gives the rows of one source after another, in the order of their names; the first column is the source."""
    some = postgres.stream(conn, statement, at_once=AT_ONCE, **params)
    groups = groupby((row for rows in some for row in rows), key=lambda row: row[0])
    ahead = next(((name, list(rows)) for name, rows in groups), None)

    def rows_of(source: str) -> list[tuple[Any, ...]]:
        nonlocal ahead
        while ahead and ahead[0] < source:
            ahead = next(((name, list(rows)) for name, rows in groups), None)
        return ahead[1] if ahead and ahead[0] == source else []

    return rows_of


def _days(
    rows: Sequence[tuple[Any, ...]], listened: set[date], exported: Mapping[str, int], end: date | None
) -> list[Day]:
    known: dict[date, Day] = {}
    for _, at, state, code, archived, many in rows:
        day = known.setdefault(at, Day(day=at, listened=at in listened))
        _count(day, state, code, archived, many)
    for written, count in exported.items():
        at = date.fromisoformat(written)
        known.setdefault(at, Day(day=at, listened=at in listened)).exported = count
    followed = min(listened, default=None)
    # Every day counts from the first on which somebody listened, also one of which there is nothing.
    last = (end - DAY) if end else max([*known, *listened], default=None)
    if followed and last:
        for number in range((last - followed).days + 1):
            at = followed + number * DAY
            known.setdefault(at, Day(day=at, listened=at in listened))
    for at, day in known.items():
        usual = [known[one].found for one in (at - n * DAY for n in range(1, policy.USUAL_OF_DAYS + 1))
                 if one in known and one in listened]  # fmt: skip
        day.expected = round(median(usual)) if len(usual) >= policy.LEAST_DAYS else None
        day.gaps = _gaps(day, followed)
    return [day for _, day in sorted(known.items())]


def _count(day: Day, state: str, code: str, archived: bool, many: int) -> None:
    day.found += many
    day.archived += many * archived
    if state in KEPT:
        day.stored += many
        day.missing += many * (not archived)
    elif state == State.REJECTED:
        day.rejected[code] = day.rejected.get(code, 0) + many
    else:
        day.otherwise[state] = day.otherwise.get(state, 0) + many


def _gaps(day: Day, followed: date | None) -> list[Gap]:
    found = [Gap.MISSING] if day.missing else []
    if followed and day.day >= followed:
        if not day.listened:
            found.append(Gap.UNHEARD)
        elif day.expected and day.expected >= policy.LEAST_USUAL and day.found < policy.FEW_SHARE * day.expected:
            found.append(Gap.FEW)
    return found


class _replaced:
    """A file that is written beside and takes its place when the block ends well."""

    def __init__(self, path: Path) -> None:
        self.path, self.beside = path, path.with_name(f".{path.name}.part")

    def __enter__(self) -> Path:
        return self.beside

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self.beside.replace(self.path)


HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Coverage</title>
<style>
body{font:15px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;margin:.5rem 0}tr{border-bottom:1px solid #8884}h2{margin-top:2.5rem}
td,th{padding:.15rem .7rem .15rem 0;text-align:start;vertical-align:top}.gap{color:#b00020}
td.n,th.n{text-align:end;font-variant-numeric:tabular-nums}
</style></head><body><h1>What this export covers</h1>
"""


def _page(facts: Mapping[str, Any], rows: Sequence[str], sections: Sequence[str]) -> str:
    asked = {name: value for name, value in facts["asked"].items() if value}
    told = "; ".join(f"{escape(name)}: <bdi>{_shown(value)}</bdi>" for name, value in asked.items())
    counted = (f"{facts['articles']:,} articles in {facts['parts']:,} parts, asked for with {told}. "
               f"Begun {escape(facts['began_at'])}, ended {escape(facts['ended_at'])}.")  # fmt: skip
    head = _cells(
        "th", "source", *map(Number, ("#days", "#found", "#stored", "#archived", "#missing", "#exported", "#unheard"))
    )
    means = "".join(f"<li>{escape(gap)}: {escape(gap.means)}</li>" for gap in Gap)
    return (
        f"{HEAD}<p>{counted}</p>\n<p>A day is a day in UTC: when an article was published or, of other addresses, "
        "first named. Found: addresses that lists named; stored: what the ledger calls stored; archived: what the "
        f"archive holds; exported: what the parts hold, after all that the query asked.</p>\n<ul>{means}</ul>\n"
        f"<table>{head}{''.join(rows)}</table>\n{''.join(sections)}</body></html>\n"
    )


class Number(str):
    """A cell that is set as a figure."""

    __slots__ = ()


def _row(covered: Covered) -> str:
    days = covered.days
    sums = _sums(days)
    unheard = sum(Gap.UNHEARD in day.gaps for day in days)
    return _cells("td", covered.source, *(Number(f"{n:,}") for n in (len(days), *sums, unheard)))


def _section(covered: Covered) -> str:
    reasons = sum((Counter(day.rejected) for day in covered.days), Counter[str]())
    rejected = ", ".join(f"{count:,} {escape(code)}" for code, count in reasons.most_common(REASONS_SHOWN))
    read = ", ".join(f"{escape(name)} ({count:,})" for name, count in covered.extractors.items())
    gaps = "".join(f'<li class="gap">{line}</li>' for line in _gap_lines(covered.days))
    months = [_month(name, list(some)) for name, some in groupby(covered.days, lambda day: f"{day.day:%Y-%m}")]
    heads = ("expected", "found", "stored", "archived", "missing", "exported", "rejected", "else")
    return (
        f"<h2><bdi>{_shown(covered.title or covered.source)}</bdi> ({escape(covered.source)})</h2>\n"
        f"<p>Followed since {covered.followed_since or 'no crawl of it has ended yet'}. Read by: {read or 'nothing'}. "
        f"Rejected: {rejected or 'nothing'}.</p>\n<ul>{gaps or '<li>No gap.</li>'}</ul>\n"
        f"<table>{_cells('th', 'month', *(Number('#' + head) for head in heads))}{''.join(months)}</table>\n"
    )


def _month(name: str, days: Sequence[Day]) -> str:
    expected = sum(day.expected or 0 for day in days)
    more = [sum(sum(some.values()) for some in kind)
            for kind in ((day.rejected for day in days), (day.otherwise for day in days))]  # fmt: skip
    return _cells("td", name, *(Number(f"{n:,}") for n in (expected, *_sums(days), *more)))


def _sums(days: Sequence[Day]) -> list[int]:
    rows = [(day.found, day.stored, day.archived, day.missing, day.exported) for day in days]
    return [sum(column) for column in zip(*rows, strict=True)] or [0] * 5  # as many as are summed


def _gap_lines(days: Sequence[Day]) -> Iterator[str]:
    """Each gap from its first day to its last one."""
    for gap in Gap:
        run: list[Day] = []
        for day in [*days, None]:
            if day and gap in day.gaps and (not run or day.day == run[-1].day + DAY):
                run.append(day)
                continue
            if run:
                yield _gap_line(gap, run)
            run = [day] if day and gap in day.gaps else []


def _gap_line(gap: Gap, run: Sequence[Day]) -> str:
    first, last = run[0].day, run[-1].day
    when = f"{first}" if first == last else f"{first} to {last} ({len(run)} days)"
    missing = f", {sum(day.missing for day in run):,} articles" if gap == Gap.MISSING else ""
    return f"{when}: {escape(gap)}{missing}"


def _cells(kind: str, *texts: str) -> str:
    cells = (
        f'<{kind} class="n">{escape(text.removeprefix("#"))}</{kind}>'
        if isinstance(text, Number)
        else f"<{kind}><bdi>{_shown(text)}</bdi></{kind}>"
        for text in texts
    )
    return f"<tr>{''.join(cells)}</tr>\n"


def _shown(value: object) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
    return escape(steering.strip(text))
