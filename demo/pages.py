"""Which page a site answers an address with: articles, lists, feeds, sitemaps, and pages that are no articles."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from urllib.parse import parse_qs, quote, unquote_to_bytes, urlsplit

from demo import machine_lists, texts
from demo.families import article_page, document
from demo.sites import FEED_PATHS, SITEMAP_PATHS, DemoSite
from demo.truth import Truth, extras

PER_PAGE = 10
FEED_LENGTH = 50
HTML = "text/html"
XML = "text/xml"


@dataclass(frozen=True, kw_only=True)
class ShownPage:
    """What a site shows at one address: `what` it is, in the words of `Fault.where`.

    packed: the body itself is gzipped, like a sitemap.xml.gz.
    """

    what: str
    text: str
    kind: str = HTML
    status: int = 200
    changed_at: datetime | None = None
    packed: bool = False
    headers: tuple[tuple[str, str], ...] = ()


def show(site: DemoSite, truths: Sequence[Truth], target: str, opened_at: datetime) -> ShownPage:
    """What the site answers to a path with its query; truths: all its articles, newest first, deleted ones marked."""
    path = sameness(target)
    live = [truth for truth in truths if not truth.deleted]
    newest = max((t.modified_at for t in live), default=opened_at)
    for truth in truths:
        if sameness(target_of(truth.url)) == path:
            if truth.deleted:
                return ShownPage(what="article", text=missing(site), status=410)
            others = [t for t in live if t.number != truth.number]
            text = article_page(site, truth, others)
            return ShownPage(what="article", text=text, changed_at=truth.modified_at)
    listed = _machine(site, live, path, newest)
    if listed is not None:
        return listed
    for kind, url in extras(site).items():
        if target_of(url) == path:
            return ShownPage(what="article", text=_extra(site, kind, live), changed_at=opened_at)
    bare = urlsplit(path).path
    page = int((parse_qs(urlsplit(path).query).get("page") or ["1"])[0]) if re.search(r"page=\d{1,6}$", path) else 1
    if bare == "/":
        return ShownPage(what="front", text=_list(site, site.title, live, "/", page), changed_at=newest)
    names = texts.sections(site.language)
    found = re.fullmatch(r"/section/(\d{1,3})/", bare)
    if found and 1 <= int(found[1]) <= len(names):
        name = names[int(found[1]) - 1]
        of_it = [truth for truth in live if truth.section == name]
        return ShownPage(what="section", text=_list(site, name, of_it, bare, page), changed_at=newest)
    return ShownPage(what="missing", text=missing(site), status=404)


def target_of(url: str) -> str:
    """The path with its query that a client asks a URL's host for."""
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def sameness(target: str) -> str:
    """The one spelling of a path with its query, however it was percent-encoded."""
    return quote(unquote_to_bytes(target), safe="/?&=:;,+@!$'()*~-._#[]%")


def _machine(site: DemoSite, live: Sequence[Truth], path: str, newest: datetime) -> ShownPage | None:
    if path == "/robots.txt":
        return ShownPage(what="robots", text=machine_lists.robots(site), kind="text/plain")
    if site.feed and path == FEED_PATHS[site.family]:
        write = machine_lists.rss if site.feed == "rss" else machine_lists.atom
        kind = f"application/{site.feed}+xml"
        return ShownPage(what="feed", text=write(site, live[:FEED_LENGTH], newest), kind=kind, changed_at=newest)
    addresses = [(truth.url, truth.modified_at) for truth in live]
    if site.sitemap == "index" and path == machine_lists.POSTS_SITEMAP:
        return ShownPage(what="sitemap", text=machine_lists.sitemap(addresses), kind=XML, changed_at=newest)
    if not site.sitemap or path != SITEMAP_PATHS[site.sitemap]:
        return None
    if site.sitemap == "index":
        return ShownPage(what="sitemap", text=machine_lists.sitemap_index(site, newest), kind=XML, changed_at=newest)
    if site.sitemap == "news":
        return ShownPage(
            what="sitemap", text=machine_lists.news_sitemap(site, live, extras(site)), kind=XML, changed_at=newest
        )
    return ShownPage(what="sitemap", text=machine_lists.sitemap(addresses), kind=XML, changed_at=newest)


def _list(site: DemoSite, title: str, truths: Sequence[Truth], path: str, page: int) -> str:
    ui = texts.ui(site.language)
    here = truths[(page - 1) * PER_PAGE : page * PER_PAGE]
    teasers = "".join(
        f'<div class="teaser"><h2><a href="{escape(t.url)}">{escape(t.title)}</a></h2><p>{escape(_teaser(t))}</p></div>'
        for t in here
    )
    more = page * PER_PAGE < len(truths)
    older = f'<a class="older" rel="next" href="{path}?page={page + 1}">{escape(ui["older"])}</a>' if more else ""
    return document(site, title, f'<main><h1>{escape(title)}</h1><div class="list">{teasers}</div>{older}</main>')


def _teaser(truth: Truth) -> str:
    return " ".join(truth.paragraphs[0].split()[:14]) + " …"


def _extra(site: DemoSite, kind: str, live: Sequence[Truth]) -> str:
    ui = texts.ui(site.language)
    if kind == "gallery":
        frames = "".join(
            f'<li><figure><img src="/img/g{i}.jpg" alt=""><figcaption>{escape(ui["photo"])} {i}</figcaption>'
            "</figure></li>"
            for i in range(1, 13)
        )
        return document(
            site, ui["gallery"], f'<main><h1>{escape(ui["gallery"])}</h1><ul class="gallery">{frames}</ul></main>'
        )
    if kind == "members":
        return document(site, site.title, f"<main><p>{escape(ui['members'])}</p></main>")
    return missing(site)


def missing(site: DemoSite) -> str:
    """The page that says there is none."""
    ui = texts.ui(site.language)
    body = f'<main class="error"><h1>{escape(ui["missing"])}</h1><p>{escape(ui["missing_text"])}</p></main>'
    return document(site, ui["missing"], body)
