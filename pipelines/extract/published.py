"""When an article was published and changed: the best of JSON-LD, meta elements, feed, visible page and URL.

The first of January at midnight is what software writes when it knows the year alone: it counts as the year only,
unless something else says the day too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from htmldate import find_date
from lxml.html import HtmlElement

from pipelines.extract.dates import parse_date
from pipelines.extract.metadata import Facts
from pipelines.extract.phrases import key
from pipelines.model import Page, Source

PUBLISHED = (
    "article:published_time", "og:article:published_time", "og:published_time", "datepublished", "article:published",
    "parsely-pub-date", "sailthru.date", "publishdate", "publish_date", "publish-date", "pubdate", "published_time",
    "date.issued", "dc.date.issued", "dcterms.created", "dc.date", "dcterms.date", "dc.created", "date", "article:date",
    "cxenseparse:recs:publishtime", "cxenseparse:publishtime", "citation_publication_date", "article_date_original",
)  # fmt: skip
MODIFIED = (
    "article:modified_time",
    "og:article:modified_time",
    "og:updated_time",
    "datemodified",
    "last-modified",
    "lastmod",
)
NAMED = re.compile(r"date|time|publish|posted|created|meta|تاريخ", re.IGNORECASE)
DATED = re.compile(
    r"(?<!\d)(?:19|20|13|14)\d\d(?!\d)|(?<!\d)(?:\d\d[./-]){2}\d\d(?!\d)|[٠-٩۰-۹]{4}|منذ|قبل|أمس|اليوم|\bago\b|yesterday|today|önce|назад|پیش"
)
IN_URL = re.compile(r"/(20\d\d)[/-](\d{1,2})[/-](\d{1,2})(?:[/-]|$)|[/-](20\d\d)(\d\d)(\d\d)(?:[/.-]|$)")
# Not form: some systems wrap the whole page in one. Not table: some lay the page out in one.
BESIDE = ("nav", "aside", "select", "script", "style", "noscript")
STRANGERS = re.compile(
    r"comment|sidebar|related|widget-area|\bwidget\b|(?:site|page)-?footer|(?<![\w-])footer(?![\w-])|menu|recent|popular|"
    r"copyright|ticker",
    re.IGNORECASE,
)
OLDEST = datetime(1990, 1, 1, tzinfo=UTC)
ORDER = ("second", "minute", "hour", "day", "month", "year")
# Where it stands, in characters; whether in a link or a sentence; what it says.
Found = tuple[int, str, str]
LOOKS = 60
SENTENCE = 8
HEADINGS = ("h1", "h2", "h3", "h4")
# Characters of the page between the title and a date that belongs to it.
AFTER = 600
BEFORE = 500
SLACK = 10


@dataclass(frozen=True)
class Dating:
    """When, how precisely, and who says so: json-ld, meta, feed, text or url."""

    at: datetime | None = None
    precision: str = ""
    said_by: str = ""


def published(tree: HtmlElement, facts: Facts, page: Page, source: Source) -> Dating:
    """When the article was published, with precision and origin; a Dating of nothing where no one says."""
    zone = ZoneInfo(source.timezone)
    machine = list(_said(facts, page, source))
    found = machine if any(not _january(d, zone) for d in machine) else [*machine, *_seen(tree, facts, page, source)]
    sure = [d for d in found if not _january(d, zone)]
    if not sure and len(found) > 1 and len({d.at for d in found}) == 1:
        return found[0]
    if not sure:
        guess = _by_htmldate(tree, page, source)
        if guess.at and not _january(guess, zone):
            return guess
        return Dating(found[0].at, "year", found[0].said_by) if found else Dating()
    best = sure[0]
    if ORDER.index(best.precision) > ORDER.index("minute"):
        # The day from the better witness, the time of day from one that agrees on the day.
        if found is machine:
            sure += [d for d in _seen(tree, facts, page, source) if not _january(d, zone)]
        finer = [d for d in sure if d.precision in ("second", "minute") and _day(d, zone) == _day(best, zone)]
        best = next(iter(finer), best)
    return best


def modified(facts: Facts, page: Page, source: Source) -> datetime | None:
    """When the article says it was last changed."""
    for text in (facts.node.get("dateModified"), *(facts.meta[name][0] for name in MODIFIED if name in facts.meta)):
        found = _read(text, page, source)
        if found:
            return found[0]
    return page.entry.modified_at if page.entry else None


def _said(facts: Facts, page: Page, source: Source) -> Iterator[Dating]:
    """What is said for machines, best first."""
    for text in (facts.node.get("datePublished"), facts.node.get("dateCreated")):
        found = _read(text, page, source)
        if found:
            yield Dating(*found, "json-ld")
    for name in PUBLISHED:
        for text in facts.meta.get(name, [])[:1]:
            found = _read(text, page, source)
            if found:
                yield Dating(*found, "meta")
    if page.entry and page.entry.published_at and _likely(page.entry.published_at, page):
        yield Dating(page.entry.published_at.astimezone(UTC), "second", "feed")


def _seen(tree: HtmlElement, facts: Facts, page: Page, source: Source) -> Iterator[Dating]:
    """What the page shows: time elements, dates beside the title, the day in the URL."""
    times, texts = _dated(tree, facts.titles)
    for candidates in (times, texts):
        for text in candidates[:LOOKS]:
            found = _read(text, page, source)
            if found:
                yield Dating(*found, "text")
                break
    match = IN_URL.search(page.final_url)
    if match:
        day = "-".join(f"{int(part):02}" for part in (match[1] or match[4], match[2] or match[5], match[3] or match[6]))
        found = _read(day, page, source)
        if found:
            yield Dating(*found, "url")


def _dated(tree: HtmlElement, titles: Sequence[str]) -> tuple[list[str], list[str]]:
    """What time elements say, and short texts with something like a date in them; those that belong to the title first.

    The day in a page's head is today's, not the article's: what follows the title goes before what precedes it.
    """
    body = tree.find("body")
    if body is None:
        return [], []
    keys = {key(title) for title in titles} - {""}
    longest = max((len(title) for title in titles), default=0) + SLACK
    times: list[Found] = []
    texts: list[Found] = []
    headings: dict[str, int] = {}
    place = 0
    for element in body.iter():
        if not isinstance(element.tag, str) or element.tag in ("script", "style", "noscript"):
            continue
        own = _own(element)
        if element.tag == "time":
            if not _stranger(element):
                said = [text for text in (element.get("datetime"), element.text_content()) if text]
                times.extend((place, "", text) for text in said)
        elif element.tag not in HEADINGS[:3]:
            if not own and NAMED.search(f"{element.get('class')} {element.get('itemprop')}"):
                own = " ".join(element.text_content()[:200].split())
            if 3 < len(own) < 120 and DATED.search(own) and not _stranger(element):
                linked = element.tag == "a" or next(element.iterancestors("a"), None) is not None
                texts.append((place, "sentence" if own.count(" ") >= SENTENCE else "link" if linked else "", own))
        if element.tag in HEADINGS or 0 < len(own) <= longest:
            text = own if element.tag not in HEADINGS else element.text_content()
            its_key = key(text) if len(text) <= 3 * longest else ""
            # A heading can hold the lead and the time as well.
            if its_key in keys or (element.tag in HEADINGS and key(element.text or "") in keys):
                headings.setdefault(element.tag if element.tag in HEADINGS else "", place)
        place += len(element.text or "") + len(element.tail or "")
    title = next((headings[tag] for tag in (*HEADINGS, "") if tag in headings), 0)
    return _near(times, title), _near(texts, title)


def _near(found: Sequence[Found], title: int) -> list[str]:
    """Texts by their place: right after the title, right before it, further down, further up; the doubtful last."""

    def rank(at: Found) -> tuple[bool, int, int]:
        away = at[0] - title
        near = -BEFORE < away < AFTER
        # Far from the title a day in a link is that of what it leads to; one in a sentence is that of what it tells.
        doubtful = at[1] == "sentence" or (at[1] == "link" and not near)
        return doubtful, (0 if near else 2) + (away < 0), abs(away)

    return [text for _, _, text in sorted(found, key=rank)]


def _own(element: HtmlElement) -> str:
    """An element's text without that of the elements in it."""
    parts = (element.text, *(child.tail for child in element))
    return " ".join(" ".join(part for part in parts if part).split())


def _stranger(element: HtmlElement) -> bool:
    for ancestor in (element, *element.iterancestors()):
        if ancestor.tag in ("body", "html"):
            return False
        name = f"{ancestor.get('id') or ''} {ancestor.get('class') or ''}"
        if ancestor.tag in BESIDE or STRANGERS.search(name):
            return True
        if ancestor.tag == "footer" and next(ancestor.iterancestors("article"), None) is None:
            return True
    return False


def _by_htmldate(tree: HtmlElement, page: Page, source: Source) -> Dating:
    latest = (page.fetched_at + timedelta(days=1)).date().isoformat()
    try:
        text = find_date(tree, original_date=True, extensive_search=True, max_date=latest)
    except (ValueError, OverflowError):
        # It does not check the offsets and years it finds.
        return Dating()
    found = _read(text, page, source)
    return Dating(found[0], "day", "text") if found else Dating()


def _read(text: object, page: Page, source: Source) -> tuple[datetime, str] | None:
    if not isinstance(text, str) or not text.strip():
        return None
    language = "en-US" if source.country.upper() == "US" and source.language == "en" else source.language
    found = parse_date(text, page.fetched_at, source.timezone, language)
    return found if found and _likely(found[0], page) else None


def _likely(at: datetime, page: Page) -> bool:
    return OLDEST <= at <= page.fetched_at + timedelta(days=1)


def _january(dating: Dating, zone: ZoneInfo) -> bool:
    """Whether this is the first of January at midnight, here or in UTC."""
    assert dating.at
    return any((t.month, t.day, t.hour, t.minute) == (1, 1, 0, 0) for t in (dating.at.astimezone(zone), dating.at))


def _day(dating: Dating, zone: ZoneInfo) -> object:
    assert dating.at
    return dating.at.astimezone(zone).date()
