"""What a page tells machines about its day of publication, best first: JSON-LD, meta elements, the feed's entry."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from pipelines.extract.fields import json_ld
from pipelines.extract.fields.dated_page import PRECISE, DatedPage, Dating
from pipelines.extract.fields.visible_dates import MAX_LOOKS

PUBLISHED = (
    "article:published_time", "og:article:published_time", "og:published_time", "datepublished", "article:published",
    "parsely-pub-date", "sailthru.date", "publishdate", "publish_date", "publish-date", "pubdate", "published_time",
    "date.issued", "dc.date.issued", "dcterms.created", "dc.date", "dcterms.date", "dc.created", "date", "article:date",
    "cxenseparse:recs:publishtime", "cxenseparse:publishtime", "citation_publication_date", "article_date_original",
)  # fmt: skip
# TELLING: a name that is not in PUBLISHED may mean a day of publication if it has one of these parts; the likeliest
# part is the first. OTHERWISE: a name with one of these parts means another day.
TELLING = ("publi", "pubdate", "issued", "posted", "released", "created", "date", "time")
OTHERWISE = re.compile(
    r"modif|(?<![a-z])mod[.:_ -]?(?:date|time)|updat|chang|edit|"
    r"revis|review|expir|upload|event|start|birth|begin|until|valid|embargo|due|archiv|delet|"
    r"crawl|cache|fetch|build|generat|deploy|server|render|current|now|zone|read|duration|publisher|unavail|unpubl|video|image|"
    r"(?<![a-z])end|(?:date|time)[.:_ -]?end(?![a-z])"
)
SAVED = re.compile(r"modif|(?<![a-z])mod[.:_ -]?(?:date|time)|updat|lastmod")
# At most this many dates of the JSON in one meta element are examined, in the order of the JSON. Chosen: sites write
# the day of publication among the first.
MAX_JSON_DATES = 3
# This many names in one JSON object are examined. Chosen: an object with more names is data, not the description of an
# article.
MAX_JSON_NAMES = 100


def tells_another_day(name: str) -> bool:
    """Whether a meta element's name is for a day that is neither of publication nor of a change."""
    name = name.lower()
    return bool(OTHERWISE.search(name)) and not SAVED.search(name)


def find_machine_dates(dated: DatedPage) -> Iterator[Dating]:
    """The dates that a page gives machines, best first."""
    for node in (dated.facts.node, *dated.facts.pages):
        for name in ("datePublished", "dateCreated", "uploadDate"):
            found = dated.read(json_ld.text(node.get(name)))
            if found:
                yield Dating(*found, "json-ld")
    for name in PUBLISHED:
        for text in dated.facts.meta.get(name, [])[:1]:
            found = dated.read(text)
            if found:
                yield Dating(*found, "meta")
    yield from _named_so(dated)
    yield from _in_entry(dated)


def _in_entry(dated: DatedPage) -> Iterator[Dating]:
    """The date in the entry of the list that named the page, if the entry has one."""
    entry = dated.page.entry
    if not entry or not entry.published_at or not dated.may_be(entry.published_at):
        return
    at, precision, zone = entry.published_at, entry.published_precision, ZoneInfo(dated.source.timezone)
    # In older rows, without a precision, a day without a time is stored as midnight in UTC.
    if (precision or "day") == "day" and at.timetz() == time(tzinfo=UTC):
        yield Dating(datetime.combine(at.date(), time(), zone), "day", "feed")
    else:
        yield Dating(at.astimezone(zone), precision or "second", "feed")


def _named_so(dated: DatedPage) -> Iterator[Dating]:
    """Dates with a time of day, in meta elements whose names are not in PUBLISHED but mean publication."""
    told: list[tuple[int, str]] = []
    saved = {said[0] for name, said in dated.facts.meta.items() if SAVED.search(name)}
    for name, said in dated.facts.meta.items():
        if said[0].startswith(("{", "[")):
            told += _in_json(said[0])
        elif name not in PUBLISHED:
            told += _telling(name, said[0])
    for _, text in sorted(told, key=lambda one: one[0]):
        found = dated.read(text)
        if found and found[1] in PRECISE and not (text in saved and _shows_earlier_day(dated, found[0])):
            yield Dating(*found, "meta")


def _shows_earlier_day(dated: DatedPage, at: datetime) -> bool:
    """Whether the page shows an earlier day than this one. If it does, a moment that the page also gives as its last
    change is the moment of the last save."""
    shown = (dated.read(one.text) for one in dated.shown[:MAX_LOOKS] if not one.changed)
    return any(found[0].date() < at.date() for found in shown if found)


def _telling(name: str, said: str) -> list[tuple[int, str]]:
    """The rank of a name (the lower, the likelier it means publication) with the value; empty if the name means
    something else."""
    name = name.lower()
    if OTHERWISE.search(name) or not re.search(r"\d{4}", said):
        return []
    return next(([(rank, said)] for rank, word in enumerate(TELLING) if word in name), [])


def _in_json(text: str) -> list[tuple[int, str]]:
    """The values in an object of a meta element, or in its list of objects, under names that mean publication."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return []
    found: list[tuple[int, str]] = []
    objects = [one for one in (said if isinstance(said, list) else [said]) if isinstance(one, dict)]
    # The list grows while it is read: a nested object counts as well, unless its name is for something else, such as an
    # event.
    for one in objects:
        for name, value in list(one.items())[:MAX_JSON_NAMES]:
            if isinstance(value, str):
                found += _telling(name, value)
            elif isinstance(value, dict) and not OTHERWISE.search(name.lower()):
                objects.append(value)
    return found[:MAX_JSON_DATES]
