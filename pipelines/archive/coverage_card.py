"""The coverage card of an export: how much was expected, found, stored and rejected, by source and day, and the gaps.

An archive cannot show what it does not have. So the card compares three independent records: the ledger of all
addresses that lists named, the articles in the archive, and the days on which a crawl began that has ended since.
"""

from __future__ import annotations

import json
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

from pipelines import steering
from pipelines.archive import coverage_card_html, policy
from pipelines.archive.coverage_days import Day, SourceCoverage
from pipelines.codes import Gap, State
from pipelines.query import selection
from pipelines.query.grammar import Node
from pipelines.query.selection import Scopes
from pipelines.stores import postgres

JSON, PAGE = "coverage.json", "coverage.html"
KEPT = (State.STORED, State.UNCHANGED)
DAY = timedelta(days=1)
# The ledger is read in steps of this many rows.
AT_ONCE = 2_000


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The sources and moments that an export was limited to; None if it was not limited."""

    sources: frozenset[str] | None = None
    not_sources: frozenset[str] = frozenset()
    since: datetime | None = None
    until: datetime | None = None

    @classmethod
    def of(cls, node: Node | None, now: datetime, scopes: Scopes) -> Limits:
        """The limits in a query. The rest of the query does not change the card."""
        if node is None:
            return cls()
        found = selection.select(node, now, scopes)
        return cls(sources=found.sources, not_sources=found.not_sources, since=found.since, until=found.until)


def write(
    conn: postgres.Connection,
    folder: Path,
    limits: Limits,
    exported: Mapping[str, Mapping[str, int]],
    titles: Mapping[str, str],
    facts: Mapping[str, Any],
) -> None:
    """Write the card as JSON and as a page.

    exported: source -> day -> number of exported articles.
    facts: about the export itself.
    """
    sections: list[str] = []
    rows: list[str] = []
    with _replace_file(folder / JSON) as beside, beside.open("w", encoding="utf-8") as file:
        head = steering.as_json(dict(facts), default=str)
        file.write(f'{{"export": {head}, "meanings": {json.dumps({gap: gap.means for gap in Gap})}, "sources": [')
        for number, covered in enumerate(of_sources(conn, limits, exported, titles)):
            days = [vars(day) for day in covered.days]
            file.write("," * bool(number) + "\n" + steering.as_json({**vars(covered), "days": days}, default=str))
            rows.append(coverage_card_html.row(covered))
            sections.append(coverage_card_html.section(covered))
        file.write("]}\n")
    with _replace_file(folder / PAGE) as beside:
        beside.write_text(coverage_card_html.page(facts, rows, sections), encoding="utf-8")


def of_sources(
    conn: postgres.Connection,
    limits: Limits,
    exported: Mapping[str, Mapping[str, int]],
    titles: Mapping[str, str],
) -> Iterator[SourceCoverage]:
    """The coverage of each source within the limits, in the order of names."""
    first = limits.since and limits.since.astimezone(UTC).date()
    last = limits.until and limits.until.astimezone(UTC).date()
    before = first and first - policy.USUAL_OF_DAYS * DAY
    crawls = _of_each(conn, "coverage_crawls")
    read = _of_each(conn, "coverage_extractors", since=limits.since, until=limits.until)
    named = _of_each(conn, "coverage_days", since=before, until=last)
    for row in postgres.query(conn, "coverage_sources"):
        name = row["source"]
        listened = {day for _, day in crawls(name)}
        extractors, rows = {extractor: many for _, extractor, many in read(name)}, named(name)
        if name in limits.not_sources or (limits.sources is not None and name not in limits.sources):
            continue
        days = _days(rows, listened, exported.get(name, {}), last)
        yield SourceCoverage(
            source=name,
            title=titles.get(name, ""),
            followed_since=min(listened, default=None),
            extractors=extractors,
            days=[day for day in days if first is None or day.day >= first],
        )


def _of_each(conn: postgres.Connection, statement: str, **params: Any) -> Callable[[str], list[tuple[Any, ...]]]:
    """A function that gives the rows of a source. It is called for sources in the order of their names. The first
    column of a row is the source."""
    some = postgres.stream(conn, statement, at_once=AT_ONCE, **params)
    groups = groupby((row for rows in some for row in rows), key=lambda row: row[0])
    ahead = next(((name, list(rows)) for name, rows in groups), None)

    def rows_of(source: str) -> list[tuple[Any, ...]]:
        nonlocal ahead
        while ahead and ahead[0] < source:
            ahead = next(((name, list(rows)) for name, rows in groups), None)
        return ahead[1] if ahead and ahead[0] == source else []

    return rows_of


class _KnownDays(dict[date, Day]):
    """The days of a source. A day that is asked for and not known yet is made."""

    def __init__(self, listened: set[date]) -> None:
        self.listened = listened

    def __missing__(self, at: date) -> Day:
        day = self[at] = Day(day=at, listened=at in self.listened)
        return day


def _days(
    rows: Sequence[tuple[Any, ...]], listened: set[date], exported: Mapping[str, int], end: date | None
) -> list[Day]:
    known = _KnownDays(listened)
    for _, at, state, code, archived, retired, many in rows:
        day = known[at]
        day.retired += many * retired
        _count(day, state, code, archived, many)
    for written, count in exported.items():
        known[date.fromisoformat(written)].exported = count
    followed = min(listened, default=None)
    # The list has every day since the first crawl, also a day without any address.
    last = (end - DAY) if end else max([*known, *listened], default=None)
    if followed and last:
        for number in range((last - followed).days + 1):
            known[followed + number * DAY]
    days = [day for _, day in sorted(known.items())]
    _expect(days)
    for day in days:
        day.gaps = _gaps(day, followed)
    return days


def _expect(days: Sequence[Day]) -> None:
    """Set for each day how many addresses are usual, from the earlier days with `listened`."""
    before: deque[Day] = deque()
    # `sizes` has the number of found addresses for each day in `before`. It stays sorted, because an archive has very
    # many days, and to sort again for each day would be slow.
    sizes: list[int] = []
    for day in days:
        while before and before[0].day < day.day - policy.USUAL_OF_DAYS * DAY:
            del sizes[bisect_left(sizes, before.popleft().found)]
        if len(sizes) >= policy.LEAST_DAYS:
            day.expected = round((sizes[(len(sizes) - 1) // 2] + sizes[len(sizes) // 2]) / 2)
        if day.listened:
            before.append(day)
            insort(sizes, day.found)


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


@contextmanager
def _replace_file(path: Path) -> Iterator[Path]:
    """The path of a new file beside `path`. The new file replaces `path` if the block ends without an error."""
    beside = path.with_name(f".{path.name}.part")
    yield beside
    beside.replace(path)
