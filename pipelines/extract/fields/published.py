"""When an article was published and changed: the best of JSON-LD, meta elements, feed, visible page and URL.

The first of January at midnight is what software writes when it knows the year alone: it counts as the year only,
unless something else says the day too. The day is that of the site: the offset the page states is kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from lxml.html import HtmlElement

from pipelines.dates.written import parse_date, without_year
from pipelines.extract.fields import guessed_date, json_ld, visible_dates
from pipelines.extract.fields.metadata import Facts
from pipelines.model import Page, Source

PUBLISHED = (
    "article:published_time", "og:article:published_time", "og:published_time", "datepublished", "article:published",
    "parsely-pub-date", "sailthru.date", "publishdate", "publish_date", "publish-date", "pubdate", "published_time",
    "date.issued", "dc.date.issued", "dcterms.created", "dc.date", "dcterms.date", "dc.created", "date", "article:date",
    "cxenseparse:recs:publishtime", "cxenseparse:publishtime", "citation_publication_date", "article_date_original",
)  # fmt: skip
# What else a name of published days can be made of, the likeliest first, and what it must not say.
TELLING = ("publi", "pubdate", "issued", "posted", "released", "created", "date", "time")
OTHERWISE = re.compile(
    r"modif|updat|chang|edit|revis|review|expir|upload|event|start|birth|begin|until|valid|embargo|due|archiv|delet|"
    r"crawl|cache|fetch|build|generat|deploy|server|render|current|now|zone|read|duration|publisher|video|image|"
    r"(?<![a-z])end|(?:date|time)[.:_ -]?end(?![a-z])"
)
SAVED = re.compile(r"modif|updat|lastmod")
PRECISE = ("second", "minute")
# Dates of one JSON object that are looked at. Chosen: the likeliest name comes first.
MAX_JSON_DATES = 3
MODIFIED = (
    "article:modified_time", "og:article:modified_time", "og:updated_time", "datemodified", "last-modified", "lastmod",
    "dcterms.modified", "dc.date.modified", "article:modified", "date.modified", "article:updated_time",
)  # fmt: skip
# Where nothing else is known.
AMERICAN = re.compile(r"\.(?:com|gov|edu|us)$")
# A number that a slug begins with, such as that of the dead, is no day: a day in it has two digits with a zero.
IN_URL = re.compile(
    r"/(?P<y>20\d\d)/(?P<m>\d{1,2})/(?P<d>\d{1,2})(?:/|$)|/(?P<y2>20\d\d)/(?P<m2>\d\d)/(?P<d2>0\d)-"
    r"|/(?P<y3>20\d\d)-(?P<m3>\d{1,2})-(?P<d3>\d{1,2})(?:/|$)|/(?P<y4>20\d\d)-(?P<m4>\d\d)-(?P<d4>\d\d)-"
    r"|/(?P<y5>20\d\d)/(?P<m5>\d\d)-(?P<d5>\d\d)(?:[/-]|$)"
    r"|[/-](?P<y6>20\d\d)(?P<m6>\d\d)(?P<d6>\d\d)(?:[/.-]|$)"
)
# The earliest day of an article. Chosen: no site is older than the web.
OLDEST = datetime(1990, 1, 1, tzinfo=UTC)
ORDER = ("second", "minute", "hour", "day", "month", "year")
# Visible dates that are looked at. Chosen: the article's own is among the nearest to its title.
MAX_LOOKS = 6
# So far after it was fetched a page's date may lie: the clock of a place that is ahead of ours.
AHEAD = timedelta(days=1)
# A page that is read from a file was saved some days before.
SAVED_WITHIN = 7
# The offsets that places have.
WESTMOST, EASTMOST = timedelta(hours=-12), timedelta(hours=14)
# The offsets from UTC where most people live, for a site whose clock is not known yet: between Los Angeles and Tokyo.
USUAL_OFFSETS = (timedelta(hours=-8), timedelta(hours=9))
# Offsets of places are whole quarters of an hour.
OFFSET_STEP = timedelta(minutes=15)


@dataclass(frozen=True)
class Dating:
    """When, how precisely, and who says so: json-ld, meta, feed, text or url; beside: it stands beside the title."""

    at: datetime | None = None
    precision: str = ""
    said_by: str = ""
    beside: bool = False


def find_published(tree: HtmlElement, facts: Facts, page: Page, source: Source) -> Dating:
    """When the article was published, with precision and origin; a Dating of nothing where no one says."""
    source = _american(tree, source, page.final_url)
    machine = list(_machine_dates(tree, facts, page, source))
    sure = [d for d in machine if not _january(d)]
    seen: list[Dating] = []
    if not sure or _doubtful(sure, facts, page, source):
        seen = list(_page_dates(tree, facts, page, source, told=bool(sure)))
    if not sure:
        sure = [d for d in seen if not _january(d)]
        if not sure and len(machine) + len(seen) > 1 and len({d.at for d in (*machine, *seen)}) == 1:
            return (machine or seen)[0]
    if not sure:
        guess = _by_htmldate(tree, page, source)
        if guess.at and not _january(guess) and not _of_page(guess, tree, facts, page, source):
            return guess
        yearless = _without_year(tree, facts, page, source)
        if yearless:
            return yearless
        found = [*machine, *seen]
        return replace(found[0], precision="year") if found else Dating()
    best = _on_its_day(sure[0], [*sure, *seen], source)
    shown = next((d for d in seen if d.beside and not _january(d)), None)
    if shown and _day(shown) != _day(best):
        # What the page shows decides where machines are told two days, and where what they are told is a later save.
        if _day(shown) < _day(best) and _reset(best, facts, page, source):
            best = shown
        best = next((d for d in sure if _day(d) == _day(shown)), best)
    if ORDER.index(best.precision) > ORDER.index("minute"):
        # The day from the better witness, the time of day from one that agrees on the day.
        finer = (d for d in (*sure, *seen) if d.precision in ("second", "minute") and _day(d) == _day(best))
        return next(finer, best)
    return _on_its_day(best, [*sure, *seen], source)


def find_modified(facts: Facts, page: Page, source: Source) -> datetime | None:
    """When the article says it was last changed."""
    for text in (facts.node.get("dateModified"), *(facts.meta[name][0] for name in MODIFIED if name in facts.meta)):
        found = _read(text, page, source)
        if found:
            return found[0]
    return page.entry.modified_at if page.entry else None


def _machine_dates(tree: HtmlElement, facts: Facts, page: Page, source: Source) -> Iterator[Dating]:
    """What is said for machines, best first."""
    for node in (facts.node, *facts.pages):
        for name in ("datePublished", "dateCreated", "uploadDate"):
            found = _read(json_ld.text(node.get(name)), page, source)
            if found:
                yield Dating(*found, "json-ld")
    for name in PUBLISHED:
        for text in facts.meta.get(name, [])[:1]:
            found = _read(text, page, source)
            if found:
                yield Dating(*found, "meta")
    yield from _named_so(tree, facts, page, source)
    at = page.entry.published_at if page.entry else None
    if at and _likely(at, page):
        zone = ZoneInfo(source.timezone)
        precision = page.entry.published_precision if page.entry else ""
        # Midnight in UTC is how a day without a time came out of lists before they told how precise they are.
        if (precision or "day") == "day" and at.timetz() == time(tzinfo=UTC):
            yield Dating(datetime.combine(at.date(), time(), zone), "day", "feed")
        else:
            yield Dating(at.astimezone(zone), precision or "second", "feed")


def _named_so(tree: HtmlElement, facts: Facts, page: Page, source: Source) -> Iterator[Dating]:
    """What meta elements say whose names are not in the list but speak of publication; a moment, not a day alone."""
    told: list[tuple[int, str]] = []
    saved = {said[0] for name, said in facts.meta.items() if SAVED.search(name)}
    for name, said in facts.meta.items():
        if said[0].startswith("{"):
            told += _in_json(said[0])
        elif name not in PUBLISHED:
            told += _telling(name, said[0])
    for _, text in sorted(told, key=lambda one: one[0]):
        found = _read(text, page, source)
        if found and found[1] in PRECISE and not (text in saved and _earlier(found[0], tree, facts, page, source)):
            yield Dating(*found, "meta")


def _earlier(at: datetime, tree: HtmlElement, facts: Facts, page: Page, source: Source) -> bool:
    """Whether the page shows a day before this one: what is said of a change as well is the last save."""
    shown = (
        _read(one.text, page, source)
        for one in visible_dates.find_dates(tree, facts.titles)[:MAX_LOOKS]
        if not one.changed
    )
    return any(found[0].date() < at.date() for found in shown if found)


def _telling(name: str, said: str) -> list[tuple[int, str]]:
    """How likely a name speaks of publication, the lower the likelier, with what it says; nothing where it does not."""
    name = name.lower()
    if OTHERWISE.search(name) or not re.search(r"\d{4}", said):
        return []
    return next(([(rank, said)] for rank, word in enumerate(TELLING) if word in name), [])


def _in_json(text: str) -> list[tuple[int, str]]:
    """What an object in a meta element says under names that speak of publication."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return []
    if not isinstance(said, dict):
        return []
    return [one for name, value in said.items() if isinstance(value, str) for one in _telling(name, value)][
        :MAX_JSON_DATES
    ]


def _page_dates(tree: HtmlElement, facts: Facts, page: Page, source: Source, *, told: bool) -> Iterator[Dating]:
    """What the page shows: dates beside the title, the day in the URL, its scripts' state unless told, other dates."""
    beside: list[Dating] = []
    rest: list[Dating] = []
    pages: list[Dating] = []
    for one in visible_dates.find_dates(tree, facts.titles):
        # Far from the title, «two hours ago» is that of another article.
        found = _read(one.text, page, source) if one.beside or visible_dates.DATED.search(one.text) else None
        # Above the title, far from it or where another day stands below, today's day is that of the page.
        today = found and one.above and found[1] == "day" and found[0].date() == _fetched_on(page, source)
        if found and today:
            (pages if one.beside else []).append(Dating(*found, "text", one.beside))
        elif found:
            (beside if one.beside else rest).append(Dating(*found, "text", one.beside))
        if len(beside) + len(rest) == MAX_LOOKS:
            break
    yield from beside
    if not beside and not rest:
        yield from pages
    day = _in_url(page, source)
    if day:
        yield day
    for text in visible_dates.state(tree) if not beside and not told else ():
        found = _read(text, page, source)
        if found:
            yield Dating(*found, "text")
            break
    yield from rest


def _without_year(tree: HtmlElement, facts: Facts, page: Page, source: Source) -> Dating | None:
    """The day beside the title that has no year: the last one of that name."""
    for one in visible_dates.find_dates(tree, facts.titles)[:MAX_LOOKS]:
        found = without_year(one.text, page.fetched_at, source.timezone, _language(source)) if one.beside else None
        if found:
            return Dating(*found, "text", beside=True)
    return None


def _doubtful(said: Sequence[Dating], facts: Facts, page: Page, source: Source) -> bool:
    """Whether what the page shows is to be asked as well: no time of day, two days, a day that depends
    on the zone, or reset."""
    best = said[0]
    if best.precision not in ("second", "minute") or _reset(best, facts, page, source):
        return True
    if len({_day(d) for d in said}) > 1:
        return True
    assert best.at
    if not isinstance(best.at.tzinfo, ZoneInfo):
        return False
    # Of an unknown place the zones of most papers: from Los Angeles to Tokyo.
    limits = USUAL_OFFSETS if _unknown(source) else (timedelta(0), timedelta(0))
    return any(best.at.astimezone(timezone(limit)).date() != _day(best) for limit in limits)


def _reset(best: Dating, facts: Facts, page: Page, source: Source) -> bool:
    """Whether a date may be that of the last save, which some systems give for both, others in meta elements alone."""
    return best.said_by == "meta" or best.at == find_modified(facts, page, source)


def _unknown(source: Source) -> bool:
    """Whether nothing is known of where a source is: UTC is no country's time."""
    return not source.country and source.timezone == "UTC"


def _on_its_day(best: Dating, others: Sequence[Dating], source: Source) -> Dating:
    """The same instant in the zone in which the page shows it, where that was given in UTC."""
    assert best.at
    if not isinstance(best.at.tzinfo, ZoneInfo):
        return best
    utc = best.at.astimezone(UTC)
    shown = [d for d in others if d.at and d.said_by != "feed" and d.at != best.at]
    exact = [d.at for d in others if d.at and d.at == best.at and not isinstance(d.at.tzinfo, ZoneInfo)]
    if exact:
        return replace(best, at=best.at.astimezone(exact[0].tzinfo))
    for other in shown:
        assert other.at
        # A time of day beside the title that is the instant's in another zone: the page shows it there.
        away = other.at.replace(tzinfo=UTC, second=0) - utc.replace(second=0)
        if other.precision in ("second", "minute") and not away % OFFSET_STEP and WESTMOST <= away <= EASTMOST:
            return replace(best, at=utc.astimezone(timezone(away)) if away else utc)
    west, east = (WESTMOST, EASTMOST) if _unknown(source) else (timedelta(0), timedelta(0))
    for other in shown:
        assert other.at
        if other.said_by == "url" or other.beside or other.said_by == "meta":
            if other.at.date() == best.at.date():
                return best
            away = other.at.date() - utc.date()
            shift = _shift(utc, away.days)
            if shift is not None and west <= shift <= east:
                return replace(best, at=utc.astimezone(timezone(shift)))
    return best


def _shift(utc: datetime, days: int) -> timedelta | None:
    """The least offset in whole hours by which a moment falls on the day before or after that in UTC."""
    if days == 0:
        return timedelta(0)
    if days == -1:
        return timedelta(hours=-(utc.hour + 1))
    return timedelta(hours=24 - utc.hour) if days == 1 else None


def _in_url(page: Page, source: Source) -> Dating | None:
    match = IN_URL.search(page.final_url)
    if not match:
        return None
    said = [part for part in match.groups() if part]
    day = "-".join(f"{int(part):02}" for part in said)
    found = _read(day, page, source)
    return Dating(*found, "url") if found else None


def _by_htmldate(tree: HtmlElement, page: Page, source: Source) -> Dating:
    found = _read(guessed_date.guess(tree, (page.fetched_at + AHEAD).date()), page, source)
    return Dating(found[0], "day", "text") if found else Dating()


def _of_page(guess: Dating, tree: HtmlElement, facts: Facts, page: Page, source: Source) -> bool:
    """Whether a guess is about the day of the fetch, and stands in the head of all pages."""
    if abs((_fetched_on(page, source) - _day(guess)).days) > SAVED_WITHIN:
        return False
    read = (_read(text, page, source) for text in visible_dates.in_page_head(tree, facts.titles))
    return any(found[0].date() == _day(guess) for found in read if found)


def _fetched_on(page: Page, source: Source) -> date:
    return page.fetched_at.astimezone(ZoneInfo(source.timezone)).date()


def _read(text: object, page: Page, source: Source) -> tuple[datetime, str] | None:
    if not isinstance(text, str) or not text.strip():
        return None
    found = parse_date(text, page.fetched_at, source.timezone, _language(source))
    return found if found and _likely(found[0], page) else None


def _language(source: Source) -> str:
    """The language of a source's dates: Americans write the month first."""
    return "en-US" if source.language == "en" and source.country.upper() == "US" else source.language


def _american(tree: HtmlElement, source: Source, url: str) -> Source:
    """The source; one whose language is not known as an American one where the page and its address look like that."""
    if source.language or source.country not in ("", "US"):
        return source
    lang = (tree.get("lang") or "").lower()
    if lang in ("en", "en-us", "en_us") and AMERICAN.search(urlsplit(url).hostname or ""):
        return replace(source, language="en-US")
    return source


def _likely(at: datetime, page: Page) -> bool:
    return OLDEST <= at <= page.fetched_at + AHEAD


def _january(dating: Dating) -> bool:
    """Whether this is the first of January at midnight, there or in UTC."""
    assert dating.at
    return any((t.month, t.day, t.hour, t.minute) == (1, 1, 0, 0) for t in (dating.at, dating.at.astimezone(UTC)))


def _day(dating: Dating) -> date:
    assert dating.at
    return dating.at.date()
