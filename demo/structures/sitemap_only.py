"""Sites whose only lists are sitemaps: a flat one, an index of gzipped ones, a news sitemap, one that lies."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from demo import machine_lists
from demo.families import document
from demo.pages import ShownPage
from demo.sites import DemoSite
from demo.structures.family_parts import Ask, Lists, Structure, films, front, robots, xml

NAME = "sitemap-only"
STARTS = {
    "flat": "/sitemap.xml",
    "packed": "/sitemaps/index.xml",
    "news": "/news-sitemap.xml",
    "lies": "/sitemap_index.xml",
}
Row = tuple[str, datetime | None]
STANDING = ("/about/", "/contact/", "/privacy/", "/videos/", "/gallery/the-week-in-twelve-pictures-20261120")


def _robots(host: str, form: str) -> str:
    return robots("/konto/", sitemaps=(f"http://{host}{STARTS[form]}",))


SITES = (
    DemoSite(
        name="tarmac", title="Tarmac & Tide", language="en", country="IE", timezone="Europe/Dublin",
        family="modern", articles=14, feed="", structure=NAME, domain="test", options=("flat",), old=3,
        address="/stories/{code}/{slug}", robots=_robots("tarmac.test", "flat"),
    ),
    DemoSite(
        name="blickwarte", title="Blickwarte", language="de", country="AT", timezone="Europe/Vienna",
        family="portal", articles=13, feed="", structure=NAME, domain="test", options=("packed",),
        address="/{section}/{slug}-{id}", robots=_robots("blickwarte.test", "packed"),
    ),
    DemoSite(
        name="dhifaf", title="ضفاف نيوز", language="ar", country="EG", timezone="Africa/Cairo",
        family="wordpress", articles=15, feed="", structure=NAME, domain="test", options=("news", "baits"),
        address="/news/{id}", robots=_robots("dhifaf.test", "news"),
    ),
    DemoSite(
        name="kayik", title="Kayık Haber", language="tr", country="TR", timezone="Europe/Istanbul",
        family="modern", articles=12, feed="", structure=NAME, domain="test", options=("lies", "shell"),
        address="/haber/{slug}-{id}", robots=robots(delay=0.2),
    ),
)  # fmt: skip


def show(ask: Ask) -> ShownPage | None:
    """The sitemaps of the site's form; a front page of five articles, or a shell that only scripts would fill."""
    found = FORMS[ask.site.options[0]](ask)
    if found or ask.target != "/":
        return found
    if "shell" in ask.site.options:
        body = '<div id="root"></div><script src="/static/app.js" defer></script>'
        return ShownPage(what="front", text=document(ask.site, ask.site.title, body), changed_at=ask.opened_at)
    return front(ask, count=5)


def lists(site: DemoSite) -> Lists:
    """The sitemap to begin with."""
    return Lists(sitemaps=(f"http://{site.host}{STARTS[site.options[0]]}",))


def _flat(ask: Ask) -> ShownPage | None:
    """Articles with a true lastmod, and the site's standing pages among them without one."""
    if ask.target != STARTS["flat"]:
        return None
    return xml(
        ask, "sitemap", machine_lists.sitemap([*((t.url, t.modified_at) for t in ask.live), *_standing(ask.site)])
    )


def _serve_packed(ask: Ask) -> ShownPage | None:
    """An index of three gzipped sitemaps, of which one has the articles, one the films, one the standing pages."""
    home = ask.site.url
    own: dict[str, list[Row]] = {
        "articles": [(t.url, t.modified_at) for t in ask.live],
        "films": [(f"{home}videos/{slug}", ask.opened_at) for slug, _ in films(ask.site)],
        "pages": _standing(ask.site),
    }
    if ask.target == STARTS["packed"]:
        rows = [(f"{home}sitemaps/{name}-1.xml.gz", ask.newest if name == "articles" else None) for name in own]
        return xml(ask, "sitemap", machine_lists.index(rows))
    for name, rows_of in own.items():
        if ask.target == f"/sitemaps/{name}-1.xml.gz":
            text = machine_lists.sitemap(rows_of)
            return ShownPage(what="sitemap", text=text, kind="application/gzip", changed_at=ask.newest, packed=True)
    return None


def _news(ask: Ask) -> ShownPage | None:
    """A Google-News sitemap of the last two days, with films and a gallery among the articles."""
    if ask.target != STARTS["news"]:
        return None
    strangers = {slug: f"{ask.site.url}videos/{slug}" for slug, _ in films(ask.site)}
    strangers["gallery"] = f"{ask.site.url}gallery/the-week-in-twelve-pictures-20261120"
    recent = [t for t in ask.live if ask.newest - t.published_at < timedelta(days=2)]
    return xml(ask, "sitemap", machine_lists.news_sitemap(ask.site, recent, strangers))


def _lies(ask: Ask) -> ShownPage | None:
    """An index whose sitemap calls every article changed a moment ago."""
    if ask.target == STARTS["lies"]:
        return xml(ask, "sitemap", machine_lists.index([(f"{ask.site.url}sitemap-posts.xml", ask.newest)]))
    if ask.target == "/sitemap-posts.xml":
        return xml(ask, "sitemap", machine_lists.sitemap((t.url, ask.newest) for t in ask.live))
    return None


def _standing(site: DemoSite) -> list[Row]:
    return [(f"http://{site.host}{path}", None) for path in STANDING]


FORMS: dict[str, Callable[[Ask], ShownPage | None]] = {
    "flat": _flat,
    "packed": _serve_packed,
    "news": _news,
    "lies": _lies,
}
STRUCTURE = Structure(name=NAME, sites=SITES, show=show, lists=lists)
