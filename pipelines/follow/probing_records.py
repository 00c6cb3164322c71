"""The records of a probing: the requests to a site and the answers; also as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from pipelines.codes import Cause
from pipelines.model import Entry
from pipelines.stores import entries


class Part(StrEnum):
    """The part of a site that a request is for."""

    HOME = "home"
    FEED = "feed"
    SITEMAP = "sitemap"
    SECTION = "section"
    ARTICLE = "article"


@dataclass(frozen=True, kw_only=True)
class ProbeRequest:
    """A URL to request, and where the URL comes from: `linked from the home page`, `named in robots.txt`, `a usual
    address`."""

    url: str
    part: Part
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """A link of a page. `text`: as a person reads it. `menu`: the link is in a menu, header or footer."""

    url: str
    text: str
    menu: bool = False


@dataclass(frozen=True, kw_only=True)
class FrontPage:
    """What an HTML page shows of its site.

    `language`, `locale`: as the markup says.
    `charset`: the charset that the page was read with and, unless it is UTF-8, what says so, as a phrase.
    `feeds`: (URL, title) of each linked feed.
    `words`: number of words of visible text.
    `scripts`: number of scripts.
    """

    title: str = ""
    site: str = ""
    language: str = ""
    locale: str = ""
    charset: str = ""
    feeds: tuple[tuple[str, str], ...] = ()
    anchors: tuple[Anchor, ...] = ()
    words: int = 0
    scripts: int = 0


@dataclass(frozen=True, kw_only=True)
class Robots:
    """The robots.txt of a host. `body`: its text, shortened. `delay`: the seconds between requests that it requires, 0
    if it names none."""

    place: str
    status: int
    body: str = ""
    delay: float = 0.0
    sitemaps: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ProbeAnswer:
    """How one request ended.

    `problem`: empty if a page came and could be read.
    `code`: the problem as a code for programs.
    `form`: the kind of a list: rss, atom, json feed, sitemap, news sitemap, sitemap index.
    `found`: the newest articles of the list, newest first.
    `total`: the number of articles in the list.
    `maps`: the sitemaps of an index.
    `title`: the title of a feed.
    `offsets`: of the list's dates: (minutes east of UTC, number of dates).
    `following`: the next page of a list.
    """

    want: ProbeRequest
    at: datetime
    final_url: str = ""
    status: int = 0
    problem: str = ""
    code: Cause = Cause.NONE
    blocked: bool = False
    size: int = 0
    form: str = ""
    title: str = ""
    language: str = ""
    found: tuple[Entry, ...] = ()
    total: int = 0
    maps: tuple[Entry, ...] = ()
    offsets: tuple[tuple[int, int], ...] = ()
    front: FrontPage | None = None
    following: str = ""

    @property
    def url(self) -> str:
        """The final address, after redirects."""
        return self.final_url or self.want.url


@dataclass(frozen=True)
class Probe:
    """All answers of the probing, in their order. `left_out`: the requests for which there was no time."""

    seen: tuple[ProbeAnswer, ...] = ()
    robots: tuple[Robots, ...] = ()
    left_out: tuple[str, ...] = field(default=())
    requests: int = 0
    seconds: float = 0.0


def as_json(seen: ProbeAnswer) -> dict[str, Any]:
    """A ProbeAnswer as JSON values."""
    facts = asdict(seen)
    facts["at"] = seen.at.isoformat()
    for name, own in (("found", seen.found), ("maps", seen.maps)):
        facts[name] = [entries.as_json(entry) for entry in own]
    return facts


def of_json(facts: Mapping[str, Any]) -> ProbeAnswer:
    """The ProbeAnswer from the values of `as_json`."""
    known = dict(facts)
    known["want"] = ProbeRequest(**{**known["want"], "part": Part(known["want"]["part"])})
    known["code"] = Cause(known.get("code", ""))
    known["at"] = datetime.fromisoformat(known["at"])
    for name in ("found", "maps"):
        known[name] = tuple(entry for one in known[name] if (entry := entries.of_json(one)))
    known["offsets"] = tuple((int(offset), int(count)) for offset, count in known["offsets"])
    if known["front"] is not None:
        front = dict(known["front"])
        front["feeds"] = tuple((url, title) for url, title in front["feeds"])
        front["anchors"] = tuple(Anchor(**anchor) for anchor in front["anchors"])
        known["front"] = FrontPage(**front)
    return ProbeAnswer(**known)


def robots_of_json(facts: Mapping[str, Any]) -> Robots:
    """The Robots record with these fields."""
    return Robots(**{**facts, "sitemaps": tuple(facts["sitemaps"]), "feeds": tuple(facts["feeds"])})
