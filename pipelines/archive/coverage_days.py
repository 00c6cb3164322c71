"""The figures of a coverage card: the days of a source, and its gaps."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from pipelines.codes import Gap


@dataclass(kw_only=True)
class Day:
    """What the ledger and the archive know about one day of a source. The numbers count addresses of articles; only
    `exported` counts articles.

    listened: whether a crawl of the source began on the day (UTC) and has ended since, done or stopped.
    expected: the usual number of found addresses, from the days before; None if it is unknown.
    stored: found addresses that the ledger calls stored.
    archived: found addresses with an article in the archive, whatever the ledger calls them.
    missing: stored addresses without an article in the archive.
    exported: articles in the files of the export, if the card is of an export.
    retired: found addresses whose rows retention deleted. The other fields count them too, by their last state.
    """

    day: date
    listened: bool
    expected: int | None = None
    found: int = 0
    stored: int = 0
    archived: int = 0
    missing: int = 0
    exported: int = 0
    retired: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    otherwise: dict[str, int] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)


@dataclass(kw_only=True)
class SourceCoverage:
    """A source's part of the card; followed_since: the first day on which a crawl of it began that has ended since."""

    source: str
    title: str
    followed_since: date | None
    extractors: dict[str, int]
    days: list[Day]
