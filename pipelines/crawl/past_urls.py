"""What an import or a backfill wants of a source's past: lists and addresses in the ledger.

The crawl of a night does not lease these rows, and its own rows stay as they are. A list that is read for the past has
a row of its own, so the night keeps what it knows of the same list (its date, its ETag). What such a list names stays
excluded as too old until `want` makes it due.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from pipelines import urls
from pipelines.codes import Cause, Kind, State
from pipelines.crawl import policy
from pipelines.crawl.named_urls import KindAndEntry, ListReading, new_row, read_named, row_of
from pipelines.crawl.rules import Rule
from pipelines.model import Entry, Source
from pipelines.stores import postgres

# The key of a list's row for the past begins with this.
PREFIX = "past "
# The name of a sitemap may have a year, or a month of a year.
SPAN = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:[-_/]?(0[1-9]|1[0-2]))?(?!\d)")
# WordPress writes the number of a page of a feed like this.
PAGED = re.compile(r"([?&]paged=)(\d{1,4})")
MONTHS = 12
# If nobody names the end of a span, the span ends here. No list has a date as late as this.
EVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class PastSpan:
    """The days that a crawl of the past is for, as ISO 8601 (`since`, `until`; empty: without an end), and what
    `runs.only_url` says of this crawl (`asked`)."""

    asked: str
    since: str = ""
    until: str = ""

    def as_json(self) -> str:
        """This span as a text for the command line of the child process; `of_json` reads the text there."""
        return json.dumps(asdict(self))

    @property
    def days(self) -> tuple[datetime, datetime]:
        """The first and the last moment that are wanted."""
        since = datetime.fromisoformat(self.since) if self.since else datetime.min.replace(tzinfo=UTC)
        return since, datetime.fromisoformat(self.until) if self.until else EVER


def of_json(text: str) -> PastSpan | None:
    """The PastSpan that `as_json` wrote; None if the text is empty."""
    return PastSpan(**json.loads(text)) if text else None


def ask_lists(conn: postgres.Connection, source: Source, run: str, more: Iterable[str] = ()) -> None:
    """Make all lists of a source due for the past, and also the sitemaps `more`; part of the caller's transaction."""
    rows = [
        _list(source, run, kind, url, "")
        for kind, named in (
            (Kind.SITEMAP, [*source.sitemaps, *more]), (Kind.FEED, source.feeds), (Kind.SECTION, source.sections),
        )
        for url in named
    ]  # fmt: skip
    postgres.execute_values(conn, "past_lists", list({row[1]: row for row in reversed(rows)}.values()))


def ask(conn: postgres.Connection, source: Source, run: str, addresses: Sequence[tuple[str, str]]) -> int:
    """Add these addresses to the ledger as due, except those that it has already; gives how many were added.
    addresses: pairs of an address and the list that named it.

    Part of the caller's transaction.
    """
    rows = [
        (source.name, urls.key(url), urls.variant(url)[0], urls.clean(url), urls.host(url), run, via)
        for url, via in addresses
    ]
    return len(postgres.execute_values(conn, "past_asked", rows, fetch=True))


def name(
    conn: postgres.Connection,
    source: Source,
    run: str,
    found: Sequence[KindAndEntry],
    url: str,
    first: str,
    by: Kind,
    wanted: PastSpan,
    shown: set[str],
) -> dict[str, int]:
    """Write into the ledger what a list of the past named: articles as too old, further lists as due. Gives the
    counts of `discovery.discover`. Part of the caller's transaction.

    first: the first page of the list; it may be this page itself.
    shown: the keys that earlier pages of that list named; the keys of this page are added.
    """
    counts = dict.fromkeys(("new", "of this run", "excluded", "alias", "again", "known", "unusable"), 0)
    since, until = wanted.days
    # The same source with so high an age limit that no article is too old.
    ageless = replace(source, max_age=(datetime.now(UTC) - datetime.min.replace(tzinfo=UTC)).days)
    articles = [one for one in found if one[0] == Kind.ARTICLE]
    named = read_named(ageless, articles, by, datetime.now(UTC), counts)
    reading = ListReading(conn=conn, source=source, run=run, via=url)
    rows = [
        row_of(reading, one if one.rule else replace(one, rule=_rule_of(one.entry, since, until)))
        for one in named.values()
    ]
    counts["excluded"] = len(reading.insert(rows))
    news = named.keys() - shown
    shown.update(named)
    further = [_list(source, run, kind, entry.url, url) for kind, entry in found
               if kind == Kind.SITEMAP and _may_hold(entry, since, until)]  # fmt: skip
    others = [entry for kind, entry in found if kind == Kind.SITEMAP and not _may_hold(entry, since, until)]
    reading.insert([_left_out(reading, entry) for entry in others])
    if by != Kind.SITEMAP and news and _goes_on([one.entry for one in named.values()], since):
        following = _following(by, url, found)
        had = postgres.row(conn, "pages_of_section", source=source.name, via=first, run=run) or {"count": 0}
        if following and had["count"] < policy.MAX_PAST_PAGES:
            further.append(_list(source, run, by, following, first))
    postgres.execute_values(conn, "past_lists", list({row[1]: row for row in further}.values()))
    return counts


def months(conn: postgres.Connection, source: str, wanted: PastSpan, runs: Sequence[str]) -> list[postgres.Row]:
    """How many addresses of a source's past the ledger has, by month: month (empty if no date is known), named (all
    addresses), had (those in the archive), open (those left out as too old).
    """
    since, until = wanted.days
    return postgres.query(conn, "past_months", source=source, since=since, until=until, runs=list(runs))


def want(conn: postgres.Connection, source: str, wanted: PastSpan, runs: Sequence[str], most: int) -> int:
    """Make the addresses due that the lists named for the wanted days, the newest first and at most `most`; gives how
    many were made due."""
    since, until = wanted.days
    return postgres.execute(conn, "past_wanted", source=source, since=since, until=until, runs=list(runs), most=most)


def _rule_of(entry: Entry, since: datetime, until: datetime) -> Rule:
    at = entry.published_at or entry.modified_at
    said = "without a known date" if at is None else "of the past" if since <= at <= until else "of other days"
    return Rule(Cause.TOO_OLD, f"{said}: named when a backfill looked")


def _list(source: Source, run: str, kind: Kind, url: str, via: str) -> tuple[object, ...]:
    return (source.name, urls.key(url), urls.clean(url), urls.host(url), str(kind), via, run)


def _left_out(reading: ListReading, entry: Entry) -> tuple[object, ...]:
    """The row of a sitemap that names only articles of other days."""
    address = {
        "url_key": PREFIX + urls.key(entry.url), "variant_key": None, "url": urls.clean(entry.url),
        "host": urls.host(entry.url),
    }  # fmt: skip
    return new_row(
        reading, address, kind=Kind.SITEMAP, state=State.EXCLUDED, code=Cause.TOO_OLD, reason="a sitemap of other days",
        entry=None, alias_of=None,
    )  # fmt: skip


def _may_hold(entry: Entry, since: datetime, until: datetime) -> bool:
    """Whether a sitemap may name articles of these days, as far as its date and its name tell."""
    if entry.modified_at and entry.modified_at < since:
        return False
    said = SPAN.search(urlsplit(entry.url).path)
    if not said:
        return True
    year, month = int(said[1]), int(said[2] or 1)
    last = (year, int(said[2] or MONTHS))
    return (year, month) <= (until.year, until.month) and last >= (since.year, since.month)


def _goes_on(entries: Sequence[Entry], since: datetime) -> bool:
    """Whether the page that follows these entries may still have articles of the wanted days."""
    dated = [at for entry in entries if (at := entry.published_at or entry.modified_at)]
    return not dated or min(dated) >= since


def _following(by: Kind, url: str, found: Sequence[KindAndEntry]) -> str:
    """The next page of a list: the one that a section names, or the next number of a feed."""
    if by == Kind.SECTION:
        return next((entry.url for kind, entry in found if kind == Kind.SECTION), "")
    said = PAGED.search(url)
    if said:
        return f"{url[: said.start()]}{said[1]}{int(said[2]) + 1}{url[said.end() :]}"
    return f"{url}{'&' if urlsplit(url).query else '?'}paged=2"
