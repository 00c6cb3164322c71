"""The day that htmldate guesses for a page that has no other date.

Only this module knows how htmldate is called. Inside htmldate, our reader of dates replaces dateparser: for the first
text with a number, dateparser loads all 206 locales, which costs eight seconds of CPU in every fresh worker.
"""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, date, datetime

from htmldate import extractors, find_date
from lxml.html import HtmlElement

from pipelines.dates.written import parse_date
from pipelines.extract.fields.machine_dates import tells_another_day


def guess(tree: HtmlElement, latest: date) -> str:
    """The day of publication in ISO form, as htmldate guesses it; empty if it finds none up to `latest`."""
    # htmldate reads every meta element with a day in it, also the day of an event. Such elements are taken out first.
    if any(map(_of_another_day, tree.iter("meta"))):
        tree = deepcopy(tree)
        for meta in [one for one in tree.iter("meta") if _of_another_day(one)]:
            meta.drop_tree()
    try:
        found = find_date(tree, original_date=True, extensive_search=True, max_date=latest.isoformat())
    except (ValueError, OverflowError):
        # htmldate does not check the offsets and years that it finds.
        return ""
    return found or ""


def _of_another_day(meta: HtmlElement) -> bool:
    """Whether a meta element has a day that is neither of publication nor of a change, for example of an event.
    Addresses do not count, because the address of a picture may have the day of publication in it.
    """
    said = meta.get("content") or ""
    return not said.startswith(("http", "/")) and any(
        tells_another_day(meta.get(kind) or "") for kind in ("name", "property", "itemprop")
    )


def _read(text: str) -> datetime | None:
    found = parse_date(text, None, "UTC", "")
    return found[0].astimezone(UTC).replace(tzinfo=None) if found else None


def _month_words() -> frozenset[str]:
    """An empty set of month names: Nightdesk's own reader of dates knows the names."""
    return frozenset()


# htmldate takes these two from its module `extractors`; a test checks that it still does.
extractors._external_date = _read  # type: ignore[assignment]
extractors.month_words = _month_words  # type: ignore[assignment]
