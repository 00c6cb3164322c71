"""Looks at a site through the spider's process; gives its findings as records, and the pages of articles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pipelines import urls
from pipelines.crawl import stage as crawl
from pipelines.errors import SourceError
from pipelines.follow.probing_records import Part, Probe, ProbeAnswer, Robots, of_json, robots_of_json
from pipelines.model import Page, Source
from pipelines.settings import Settings

# A line shows at most this many characters of an address. Chosen: a terminal is about as wide.
LONGEST_CHARACTERS = 100
HearsLine = Callable[[str], None]
# A look at a new site takes at most this many seconds. Chosen: with the later steps it takes two minutes, and a person
# waits that long.
BUDGET_SECONDS = 110.0


def address(text: str) -> str:
    """The URL for an address or a bare host; SourceError if the text is neither."""
    text = text.strip()
    try:
        return urls.clean(text if "://" in text else f"https://{text}")
    except ValueError as error:
        raise SourceError(f"{error}; write it like https://example.org or example.org.") from None


def probe(
    settings: Settings, source: Source, url: str, *, budget: float, known: bool = False, on_line: HearsLine
) -> tuple[Probe, dict[str, Page]]:
    """Look at the site; gives the probe, and its pages by their requested address."""
    seen: list[ProbeAnswer] = []
    robots: list[Robots] = []
    ended: dict[str, Any] = {}

    def hear(event: dict[str, Any]) -> None:
        kind = event.pop("event")
        if kind == "seen":
            seen.append(of_json(event["seen"]))
            on_line(_describe(seen[-1]))
        elif kind == "robots":
            robots.append(robots_of_json(event))
        elif kind == "probed":
            ended.update(event)

    pages = crawl.probe(settings, source, url, budget=budget, known=known, on_event=hear)
    left = tuple(ended["left_out"]) if ended else ("what came after the budget was over",)
    looked = Probe(tuple(seen), tuple(robots), left, ended.get("requests", len(seen)), ended.get("seconds", budget))
    return looked, {page.url: page for page in pages}


def pages_of(probe: Probe, pages: dict[str, Page], part: Part) -> list[Page]:
    """The pages that came for this part of the site, in their order."""
    asked = [urls.clean(one.want.url) for one in probe.seen if one.want.part == part and not one.problem]
    return [pages[url] for url in dict.fromkeys(asked) if url in pages]


def _describe(one: ProbeAnswer) -> str:
    address = urls.readable(one.want.url)
    where = address if len(address) <= LONGEST_CHARACTERS else address[: LONGEST_CHARACTERS - 1] + "…"
    if one.problem:
        return f"{one.want.part}: {where}: {one.problem}"
    return f"{one.want.part}: {where}" + (f": {one.form}, {one.total or len(one.maps):,} entries" if one.form else "")
