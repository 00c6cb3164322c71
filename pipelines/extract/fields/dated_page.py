"""The record of a page whose publication date is wanted, and the limits between which this date may lie. All readers of
dates use both."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from lxml.html import HtmlElement

from pipelines.dates.written import parse_date
from pipelines.extract.fields import visible_dates
from pipelines.extract.fields.metadata import Facts
from pipelines.extract.fields.visible_dates import ShownDate
from pipelines.model import Page, Source

# Hosts with these endings may write American dates, with the month first.
AMERICAN = re.compile(r"\.(?:com|gov|edu|us)$")
# A date before this day is not believed. Chosen: no site is older than the web.
OLDEST = datetime(1990, 1, 1, tzinfo=UTC)
# A page's date may be at most this long after its fetch, because the clock of a place can be ahead of ours.
AHEAD = timedelta(days=1)
# A date with one of these precisions has a time of day.
PRECISE = ("second", "minute")


@dataclass(frozen=True)
class Dating:
    """A date, its precision and its origin: json-ld, meta, feed, text or url.

    beside: whether it is beside the title.
    """

    at: datetime | None = None
    precision: str = ""
    said_by: str = ""
    beside: bool = False

    @property
    def day(self) -> date:
        """The day at the site's place; only for a dating that has a date."""
        assert self.at
        return self.at.date()

    def is_year_alone(self) -> bool:
        """Whether this is the first of January at midnight, at the site or in UTC: software writes a year alone like
        this."""
        assert self.at
        both = (self.at, self.at.astimezone(UTC))
        return any((t.month, t.day, t.hour, t.minute) == (1, 1, 0, 0) for t in both)


@dataclass(frozen=True)
class DatedPage:
    """A page to be dated: its tree, what it says about itself, the page as it came, and its source.

    Made by `of`, which treats a site of unknown language as American if it looks American.
    """

    tree: HtmlElement
    facts: Facts
    page: Page
    source: Source

    @classmethod
    def of(cls, tree: HtmlElement, facts: Facts, page: Page, source: Source) -> DatedPage:
        """The record of a page. If its source looks American, the record's source is made American: Americans write the
        month before the day, and no page says that it does."""
        return cls(tree, facts, page, _american(tree, source, page.final_url))

    @cached_property
    def shown(self) -> list[ShownDate]:
        """The dates that the page shows, best first."""
        return visible_dates.find_dates(self.tree, self.facts.titles)

    @property
    def fetched_on(self) -> date:
        """The day at the site when the page was fetched."""
        return self.page.fetched_at.astimezone(ZoneInfo(self.source.timezone)).date()

    @property
    def language(self) -> str:
        """The language of the source's dates."""
        american = self.source.language == "en" and self.source.country.upper() == "US"
        return "en-US" if american else self.source.language

    @property
    def is_placeless(self) -> bool:
        """Whether nobody said where the source is: it has no country, and its time zone is UTC, the default."""
        return not self.source.country and self.source.timezone == "UTC"

    def read(self, text: object) -> tuple[datetime, str] | None:
        """The date in a text, with its precision; None if the text has no date that an article may have."""
        if not isinstance(text, str) or not text.strip():
            return None
        found = parse_date(text, self.page.fetched_at, self.source.timezone, self.language)
        return found if found and self.may_be(found[0]) else None

    def may_be(self, at: datetime) -> bool:
        """Whether an article of this page may have been published then."""
        return OLDEST <= at <= self.page.fetched_at + AHEAD


def _american(tree: HtmlElement, source: Source, url: str) -> Source:
    """The source, made American if its language is unknown and the page and its address look American."""
    if source.language or source.country not in ("", "US"):
        return source
    lang = (tree.get("lang") or "").lower()
    if lang in ("en", "en-us", "en_us") and AMERICAN.search(urlsplit(url).hostname or ""):
        return replace(source, language="en-US")
    return source
