"""Sites that have every article again for phones, and lists that name now the one address and now the other."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from demo import machine_lists
from demo.families import menu_of
from demo.pages import ShownPage
from demo.sites import DemoSite
from demo.structures.family_parts import (
    Ask,
    Lists,
    Structure,
    front,
    robots,
    sections,
    serve_print,
    usual_article,
    xml,
)
from demo.truth import Truth

NAME = "amp-twins"
RSS, SITEMAP = "/rss", "/sitemap-articles.xml"
LATEST = 8
LINKED = f'<link rel="alternate" type="application/rss+xml" href="{RSS}">'

SITES = (
    DemoSite(
        name="quayside", title="Quayside Today", language="en", country="GB", timezone="Europe/London",
        family="modern", articles=15, feed="", structure=NAME, domain="test", options=("tracked", "map"),
        address="/news/{slug}-{id}", menu="/topics/{name}", head=LINKED,
        robots=robots(sitemaps=(f"http://quayside.test{SITEMAP}",)),
    ),
    DemoSite(
        name="brise", title="La Brise", language="fr", country="BE", timezone="Europe/Brussels",
        family="wordpress", articles=14, feed="", structure=NAME, domain="test", options=("mobile", "map"),
        address="/{section}/{slug}-{id}.html", menu="/{name}/", head=LINKED,
        robots=robots(delay=0.2, sitemaps=(f"http://brise.test{SITEMAP}",)),
    ),
    DemoSite(
        name="wasat", title="الوسط اليوم", language="ar", country="JO", timezone="Asia/Amman",
        family="modern", articles=14, feed="", structure=NAME, domain="test", options=("tracked", "amp-map"),
        address="/news/{id}/{slug}", head=LINKED, robots=robots(sitemaps=(f"http://wasat.test{SITEMAP}",)),
    ),
    DemoSite(
        name="zeitlupe", title="Zeitlupe", language="de", country="CH", timezone="Europe/Zurich",
        family="modern", articles=14, feed="", structure=NAME, domain="test", options=("relative", "prefix"), old=1,
        address="/story/{code}/{slug}", menu="/ressort/{name}", robots=robots(),
    ),
)  # fmt: skip


def show(ask: Ask) -> ShownPage | None:
    """A feed with trackers or phone addresses, a sitemap (of one of them, the AMP pages), sections and a front page."""
    options = ask.site.options
    if ask.target == RSS and LINKED in ask.site.head:
        link = _mobile if "mobile" in options else _add_tracker
        return xml(
            ask, "feed", machine_lists.rss(ask.site, ask.live[:LATEST], ask.newest, link=link), "application/rss+xml"
        )
    if ask.target == SITEMAP and "map" in options:
        return xml(ask, "sitemap", machine_lists.sitemap((t.url, t.modified_at) for t in ask.live))
    if ask.target == SITEMAP and "amp-map" in options:
        return xml(ask, "sitemap", machine_lists.sitemap((_amp(ask.site, t), t.modified_at) for t in ask.live))
    return sections(ask) or front(ask, count=8)


def also(site: DemoSite, truth: Truth) -> Sequence[str]:
    """The AMP page, the page for phones and its AMP page, the print page."""
    return (_amp(site, truth), _mobile(truth), f"{truth.url}?print=1")


def article(ask: Ask, truth: Truth, turn: int) -> ShownPage:
    """The page, which names its AMP page; the AMP page, which names it; the phones' page, which also does; in print."""
    if turn == 1:
        return _serve_amp(ask, truth)
    if turn == 3:
        return serve_print(ask, truth)
    shown = usual_article(ask, truth, 0)
    twin = f'<link rel="amphtml" href="{escape(_amp(ask.site, truth))}">'
    twin += f'<link rel="alternate" media="only screen and (max-width: 640px)" href="{escape(_mobile(truth))}">'
    text = shown.text.replace("</head>", f"{twin}</head>", 1)
    return ShownPage(what="article", text=text, changed_at=shown.changed_at)


def lists(site: DemoSite) -> Lists:
    """The feed and the sitemap, else the sections."""
    home = f"http://{site.host}"
    if {"map", "amp-map"} & {*site.options}:
        return Lists(feeds=(f"{home}{RSS}",), sitemaps=(f"{home}{SITEMAP}",))
    return Lists(sections=tuple(f"{home}{path}" for path, _ in menu_of(site)))


def _amp(site: DemoSite, truth: Truth) -> str:
    home, path = "/".join(truth.url.split("/", 3)[:3]), truth.url.split("/", 3)[3]
    return f"{home}/amp/{path}" if {"prefix", "tracked"} & {*site.options} else f"{home}/{path}?amp=1"


def _mobile(truth: Truth) -> str:
    return truth.url.replace("://", "://m.", 1)


def _add_tracker(truth: Truth) -> str:
    return f"{truth.url}?utm_source=rss&utm_medium=feed&utm_campaign=item-{truth.number}"


def _serve_amp(ask: Ask, truth: Truth) -> ShownPage:
    site = ask.site
    body = "\n".join(f"<p>{escape(paragraph, quote=False)}</p>" for paragraph in truth.paragraphs)
    direction = "rtl" if site.language == "ar" else "ltr"
    text = f"""<!doctype html><html amp lang="{site.language}" dir="{direction}"><head><meta charset="utf-8">
<title>{escape(truth.title)} - {escape(site.title)}</title><link rel="canonical" href="{escape(truth.url)}">
<script async src="https://cdn.example/v0.js"></script></head><body><header>
<a href="/">{escape(site.title)}</a></header>
<article><h1>{escape(truth.title)}</h1><time datetime="{truth.published_at.isoformat()}"></time>
<amp-img src="/img/{truth.number}.jpg" width="16" height="9"></amp-img>
{body}
</article></body></html>"""
    return ShownPage(what="article", text=text, changed_at=truth.modified_at)


STRUCTURE = Structure(name=NAME, sites=SITES, show=show, lists=lists, also=also, article=article, hosts=("m.",))
