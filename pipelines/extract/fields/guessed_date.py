"""The day that htmldate guesses for a page on which nothing else tells it.

It alone knows how htmldate is asked: with our reader of dates in the place of dateparser, of which it loads all 206
locales for the first text with a number in it, eight seconds of CPU in every fresh worker.
"""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, date, datetime

from htmldate import extractors, find_date
from lxml.html import HtmlElement

from pipelines.dates.written import parse_date
from pipelines.extract.fields.machine_dates import tells_another_day


def guess(tree: HtmlElement, latest: date) -> str:
    """The day in ISO form that htmldate takes for that of publication; empty where there is none up to latest."""
    # It reads every meta element in which a day stands, that of an event as well.
    if any(map(_of_another_day, tree.iter("meta"))):
        tree = deepcopy(tree)
        for meta in [one for one in tree.iter("meta") if _of_another_day(one)]:
            meta.drop_tree()
    try:
        found = find_date(tree, original_date=True, extensive_search=True, max_date=latest.isoformat())
    except (ValueError, OverflowError):
        # It does not check the offsets and years it finds.
        return ""
    return found or ""


def _of_another_day(meta: HtmlElement) -> bool:
    """Whether a meta element says a day of something else; the address of a picture holds the day of the page's own."""
    said = meta.get("content") or ""
    return not said.startswith(("http", "/")) and any(
        tells_another_day(meta.get(kind) or "") for kind in ("name", "property", "itemprop")
    )


def _read(text: str) -> datetime | None:
    found = parse_date(text, None, "UTC", "")
    return found[0].astimezone(UTC).replace(tzinfo=None) if found else None


def _month_words() -> frozenset[str]:
    """No names beside its own: what reads the text knows them."""
    return frozenset()


# Read there by these names, which a test holds it to.
extractors._external_date = _read  # type: ignore[assignment]
extractors.month_words = _month_words  # type: ignore[assignment]
