"""Sites with feed, sitemap and sections at once: none of them whole, one dead, one with more than articles."""

from __future__ import annotations

from demo import machine_lists
from demo.families import menu_of
from demo.pages import ShownPage
from demo.sites import DemoSite
from demo.structures.family_parts import Ask, Lists, Structure, films, front, robots, sections, xml
from demo.truth import Truth

NAME = "mixed"
RSS, ATOM, SITEMAP, NEWS = "/feeds/all.rss", "/feeds/latest.atom", "/sitemap.xml", "/sitemaps/news.xml"
FEED = '<link rel="alternate" type="application/{kind}+xml" href="{path}">'
CUT = 5

SITES = (
    DemoSite(
        name="courier", title="The Fell Courier", language="en", country="GB", timezone="Europe/London",
        family="modern", articles=16, feed="", structure=NAME, domain="test", options=("cut", "map"), old=2,
        address="/{section}/{year}/{month}/{slug}-{number}", menu="/{name}", head=FEED.format(kind="rss", path=RSS),
        robots=robots(sitemaps=(f"http://courier.test{SITEMAP}",)),
    ),
    DemoSite(
        name="mashriq", title="المشرق الحر", language="ar", country="LB", timezone="Asia/Beirut",
        family="boxed", articles=16, feed="", structure=NAME, domain="test", options=("cut", "numbered", "relative"),
        address="/article/{id}/{slug}", menu="/section/{name}", head=FEED.format(kind="rss", path=RSS),
        robots=robots(),
    ),
    DemoSite(
        name="dena", title="دنا\u200cپرس", language="fa", country="IR", timezone="Asia/Tehran",
        family="portal", articles=14, feed="", structure=NAME, domain="test", options=("dead", "news"),
        address="/news/{id}/{slug}", menu="/service/{n}",
        head=FEED.format(kind="rss", path=RSS) + FEED.format(kind="atom", path=ATOM),
        robots=robots(delay=0.2, sitemaps=(f"http://dena.test{NEWS}",)),
    ),
    DemoSite(
        name="echobaie", title="L'Écho de la Baie", language="fr", country="CA", timezone="America/Toronto",
        family="modern", articles=14, feed="", structure=NAME, domain="test", options=("strangers", "map", "baits"),
        address="/{year}/{month}/{day}/{slug}-{code}", menu="/categorie/{name}/",
        head=FEED.format(kind="rss", path=RSS), robots=robots(sitemaps=(f"http://echobaie.test{SITEMAP}",)),
    ),
)  # fmt: skip


def show(ask: Ask) -> ShownPage | None:
    """Feeds, sitemaps and sections as the site's options say; the front page shows the newest eight."""
    options = ask.site.options
    if ask.target == RSS and "dead" in options:
        return ShownPage(what="feed", text="<h1>500</h1>", status=500)
    if ask.target == RSS:
        listed = ask.live[:CUT] if "cut" in options else ask.live
        if "strangers" in options:
            listed = [*_strangers(ask), *listed]
        return xml(ask, "feed", machine_lists.rss(ask.site, listed, ask.newest), "application/rss+xml")
    if ask.target == ATOM and "dead" in options:
        return xml(ask, "feed", machine_lists.atom(ask.site, ask.live, ask.newest), "application/atom+xml")
    if ask.target == SITEMAP and "map" in options:
        return xml(ask, "sitemap", machine_lists.sitemap((t.url, t.modified_at) for t in ask.live))
    if ask.target == NEWS and "news" in options:
        return xml(ask, "sitemap", machine_lists.news_sitemap(ask.site, ask.live, {}))
    return sections(ask) or front(ask, count=8)


def lists(site: DemoSite) -> Lists:
    """What leads to every article, and the feed, which leads to the newest."""
    home = f"http://{site.host}"
    return Lists(
        feeds=(f"{home}{ATOM}",) if "dead" in site.options else (f"{home}{RSS}",),
        sitemaps=tuple(f"{home}{path}" for word, path in (("map", SITEMAP), ("news", NEWS)) if word in site.options),
        sections=() if {"map", "news"} & {*site.options} else tuple(f"{home}{path}" for path, _ in menu_of(site)),
    )


def _strangers(ask: Ask) -> list[Truth]:
    """Films, as entries of a feed that lists everything the site puts out."""
    like = ask.live[0]
    return [
        Truth(
            **{**vars(like), "url": f"{ask.site.url}videos/{slug}", "title": title, "number": 0, "paragraphs": (title,)}
        )
        for slug, title in films(ask.site)
    ]


STRUCTURE = Structure(name=NAME, sites=SITES, show=show, lists=lists)
