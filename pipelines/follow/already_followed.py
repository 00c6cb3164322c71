"""Tells whether a site is followed already, under any name: by its address, and by lists that two sources share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from pipelines import urls
from pipelines.model import Source

# One line names at most this many sources. Chosen: a person reads three names at a glance.
MOST_NAMED = 3


@dataclass(frozen=True)
class Twice:
    """The fact that a site is followed already, and what to do. The text of the record says both."""

    problem: str
    what_to_do: str

    def __str__(self) -> str:
        return f"{self.problem} {self.what_to_do}"


def find_twice(followed: Sequence[Source], url: str, lists: Iterable[str] = ()) -> Twice | None:
    """The followed source of the same site, and what to do; None if no source follows it.

    Two sources are of one site if they share host and path, or a feed, sitemap or section. Different editions of one
    publisher may share a host; `beside` names those.
    """
    host, path = _place(url)
    wanted = {urls.variant(each)[0]: each for each in lists}
    for source in followed:
        own_host, own_path = _place(source.url)
        if (host, path) == (own_host, own_path):
            return _make_twice(source, f"{host}{path.rstrip('/')} is followed already, as {source.name}")
        shared = wanted.keys() & {urls.variant(each)[0] for each in (*source.feeds, *source.sitemaps, *source.sections)}
        if shared:
            first = min(wanted[one] for one in shared)
            return _make_twice(source, f"{host} is followed already, as {source.name}, which reads {first} as well")
    return None


def beside(followed: Sequence[Source], url: str) -> str:
    """A line that names the followed sources of the same publisher; empty if there is none."""
    site = urls.site(urls.host(url))
    names = [source.name for source in followed if urls.site(urls.host(source.url)) == site]
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"beside it: {', '.join(names[:MOST_NAMED])}{more}, at {site} too, with other lists" if names else ""


def _place(url: str) -> tuple[str, str]:
    return urls.host(url).removeprefix("www."), urlsplit(url).path.rstrip("/") + "/"


def _make_twice(source: Source, what: str) -> Twice:
    return Twice(
        f"{what}.",
        f"`nightdesk sources check {source.name}` looks at it again; give --twice to follow it a second time "
        "all the same.",
    )
