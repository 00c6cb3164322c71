"""Sites of the most usual system: feed, comments feeds, its sitemaps, categories with pages, ?p= short links."""

from __future__ import annotations

import re
from collections.abc import Sequence

from demo import machine_lists
from demo.families import menu_of
from demo.pages import ShownPage, sameness, target_of
from demo.sites import DemoSite
from demo.structures.family_parts import (
    Ask,
    Lists,
    Structure,
    front,
    listing,
    redirect_to,
    robots,
    sections,
    usual_article,
    xml,
)
from demo.truth import Truth

NAME = "wordpress"
FEED, COMMENTS, INDEX = "/feed/", "/comments/feed/", "/wp-sitemap.xml"
RSS = "application/rss+xml"
LATEST = 10
HEAD = (
    f'<link rel="alternate" type="{RSS}" href="{FEED}"><link rel="alternate" type="{RSS}" href="{COMMENTS}">'
    '<link rel="https://api.w.org/" href="/wp-json/"><link rel="EditURI" href="/xmlrpc.php?rsd">'
    '<meta name="generator" content="WordPress">'
)


def _robots(url: str, delay: float = 0) -> str:
    return robots(
        "/wp-admin/", delay=delay, more=("Allow: /wp-admin/admin-ajax.php",), sitemaps=(f"{url}wp-sitemap.xml",)
    )


SITES = (
    DemoSite(
        name="heathside", title="Heathside Gazette", language="en", country="GB", timezone="Europe/London",
        family="wordpress", articles=16, feed="", structure=NAME, domain="test", prefix="www.", old=2,
        address="/{year}/{month}/{day}/{slug}-{number}/", menu="/category/{name}/", pages="{path}page/{page}/",
        head=HEAD, robots=_robots("http://www.heathside.test/"),
    ),
    DemoSite(
        name="nabdh", title="نبض المدينة", language="ar", country="SA", timezone="Asia/Riyadh",
        family="wordpress", articles=15, feed="", structure=NAME, domain="test", options=("short-guids",),
        address="/{slug}-{number}/", menu="/category/{name}/", pages="{path}page/{page}/",
        head=HEAD, robots=_robots("http://nabdh.test/", delay=0.2),
    ),
    DemoSite(
        name="gunes", title="Güneş Postası", language="tr", country="TR", timezone="Europe/Istanbul",
        family="wordpress", articles=13, feed="", structure=NAME, domain="test", options=("short-links",),
        address="/{section}/{slug}-{number}/", menu="/category/{name}/", pages="{path}page/{page}/",
        head=HEAD, robots=_robots("http://gunes.test/"),
    ),
    DemoSite(
        name="parto", title="پرتو", language="fa", country="AF", timezone="Asia/Kabul",
        family="boxed", articles=14, feed="", structure=NAME, domain="test", options=("baits",),
        address="/{year}/{month}/{slug}-{number}/", menu="/category/{name}/", pages="{path}page/{page}/",
        head=HEAD, robots=_robots("http://parto.test/"),
    ),
)  # fmt: skip


def show(ask: Ask) -> ShownPage | None:
    """What that system answers by itself."""
    if ask.target == FEED:
        short = "short-links" in ask.site.options
        text = machine_lists.rss(ask.site, ask.live[:LATEST], ask.newest, link=_short if short else machine_lists.own)
        return xml(ask, "feed", text, RSS)
    if ask.target == COMMENTS:
        return xml(ask, "feed", machine_lists.comments(ask.site, ask.live[:5], ask.newest), RSS)
    for truth in ask.live:
        if ask.target == sameness(target_of(f"{truth.url}feed/")):
            return xml(ask, "feed", machine_lists.comments(ask.site, [truth], ask.newest), RSS)
    if ask.path == "/wp-json/":
        return ShownPage(what="page", text='{"name": "api"}', kind="application/json", changed_at=ask.opened_at)
    everything = ask.site.title, ask.live, "/"
    return _sitemaps(ask) or sections(ask) or listing(ask, *everything) or front(ask)


def article(ask: Ask, truth: Truth, turn: int) -> ShownPage:
    """The page; its short link leads there."""
    return redirect_to(truth.url) if turn else usual_article(ask, truth, 0)


def also(site: DemoSite, truth: Truth) -> Sequence[str]:
    """The short link."""
    return (_short(truth),)


def lists(site: DemoSite) -> Lists:
    """Feed and sitemap."""
    return Lists(feeds=(f"http://{site.host}{FEED}",), sitemaps=(f"http://{site.host}{INDEX}",))


def _sitemaps(ask: Ask) -> ShownPage | None:
    home = ask.site.url
    own: dict[str, list[str]] = {
        "posts-post": [truth.url for truth in ask.live],
        "posts-page": [f"{home}about/", f"{home}contact/", f"{home}privacy/"],
        "taxonomies-category": [f"http://{ask.site.host}{path}" for path, _ in menu_of(ask.site)],
        "users": [f"{home}author/{n}/" for n in range(3)],
    }
    if ask.target == INDEX:
        return xml(ask, "sitemap", machine_lists.index([(f"{home}wp-sitemap-{name}-1.xml", None) for name in own]))
    found = re.fullmatch(r"/wp-sitemap-([a-z-]+)-1\.xml", ask.target)
    if not found or found[1] not in own:
        return None
    changed = {truth.url: truth.modified_at for truth in ask.live}
    return xml(ask, "sitemap", machine_lists.sitemap((url, changed.get(url)) for url in own[found[1]]))


def _short(truth: Truth) -> str:
    return "/".join(truth.url.split("/", 3)[:3]) + f"/?p={100 + truth.number}"


STRUCTURE = Structure(name=NAME, sites=SITES, show=show, lists=lists, also=also, article=article)
