"""Sites that are worked from a news desk: a wire agency, a public broadcaster, a newsletter and a Next.js site.

The agency numbers its stories, pages its one stream by the last story's number, keeps an archive by day and sends short
addresses in its feeds. The broadcaster has topic hubs, a live ticker and programmes addressed like its articles. The
newsletter lists its posts in a feed with podcasts among them and on a page per year, each with a page of comments. The
Next.js site keeps its lists in JSON, with too few links in the HTML and the rest in the second map of its index.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from html import escape

from demo import machine_lists, texts
from demo.families import menu_of
from demo.pages import ShownPage
from demo.sites import DemoSite
from demo.structures import letter, plain
from demo.structures.family_parts import Ask, Lists, Structure, front, redirect_to, robots, sections, usual_article, xml
from demo.truth import Truth, slug_of

NAME = "desks"
RSS = "application/rss+xml"
PER_STREAM = 5
BUILD = "k3Vw0xQmH7cTz1"
TICKER = "/nachrichten/liveticker-der-tag-in-der-region,ticker100.html"
FLASHES = {7301: "Ferry service resumes after fog", 7302: "Council vote moved to Thursday", 7305: "River gauge rises"}
PROGRAMMES = {"abendmagazin": 212, "hafenkonzert": 213, "mittagsstunde": 214}

SITES = (
    DemoSite(
        name="meridianwire", title="Meridian Wire", language="en", country="IE", timezone="Europe/Dublin",
        family="portal", articles=18, feed="", sitemap="", structure=NAME, domain="test", options=("wire",), old=2,
        address="/story/{id}", menu="/desk/{name}", pages="{path}?before={start}", prefix="www.",
        robots=robots("/clients/", "/download/", delay=0.2),
    ),
    DemoSite(
        name="seefunk", title="Seefunk Aktuell", language="de", country="CH", timezone="Europe/Zurich",
        family="modern", articles=16, feed="", sitemap="", structure=NAME, domain="test",
        address="/nachrichten/{section}/{slug},{code}.html", menu="/nachrichten/{name}/",
        pages="{path}index-{page}.html", options=("broadcaster", "relative"), robots=robots("/mediathek/embed/"),
    ),
    DemoSite(
        name="tidemail", title="The Tide Letter", language="en", country="KE", timezone="Africa/Nairobi",
        family="modern", articles=12, feed="", sitemap="", structure=NAME, domain="test", options=("letter",),
        address="/p/{slug}-{number}", prefix="www.", old=2, robots=robots("/account", "/action/", "/api/"),
        head=f'<link rel="alternate" type="{RSS}" href="/feed" title="The Tide Letter">',
    ),
    DemoSite(
        name="rojname", title="ڕۆژنامەی ئاسۆ", language="ckb", country="IQ", timezone="Asia/Baghdad",
        family="modern", articles=15, feed="", sitemap="", structure=NAME, domain="test", options=("next",),
        address="/ku/news/{code}", menu="/ku/category/{name}",
        head='<meta name="next-head-count" content="7"><link rel="alternate" hreflang="en" href="/en">'
        '<link rel="preload" as="script" href="/_next/static/chunks/main-4f1c.js">',
        robots=robots("/_next/static/", "/admin/", sitemaps=("http://rojname.test/sitemap.xml",)),
    ),
)  # fmt: skip


def show(ask: Ask) -> ShownPage | None:
    """The lists, feeds, hubs, tickers and data that each of the four desks keeps."""
    desk = {"wire": _wire, "broadcaster": _broadcaster, "letter": letter.show, "next": _next}
    return desk[ask.site.options[0]](ask)


def lists(site: DemoSite) -> Lists:
    """The stream, the menu, the feed, or the index of maps."""
    at, desk = f"http://{site.host}", site.options[0]
    if desk == "broadcaster":
        return Lists(sections=tuple(at + path for path, _ in menu_of(site)))
    if desk == "wire":
        return Lists(sections=(f"{at}/latest",))
    return Lists(feeds=(f"{at}/feed",)) if desk == "letter" else Lists(sitemaps=(f"{at}/sitemap.xml",))


def also(site: DemoSite, truth: Truth) -> Sequence[str]:
    """The agency's short address."""
    return (_short(site, truth),) if site.options[0] == "wire" else ()


def article(ask: Ask, truth: Truth, turn: int) -> ShownPage:
    """The article as its desk prints it; the short address only redirects."""
    if turn:
        return redirect_to(truth.url, 302)
    special = {"letter": letter.post, "next": _story}.get(ask.site.options[0])
    return special(ask, truth) if special else usual_article(ask, truth, 0)


def _short(site: DemoSite, truth: Truth) -> str:
    return f"http://{site.host}/s/{truth.number + 700:x}"


def _wire(ask: Ask) -> ShownPage | None:
    """A stream by cursor, desks without further pages, days, flashes, and feeds that an HTML page names."""
    if ask.target == "/":
        flashes = "".join(f'<li><a href="/flash/{n}">FLASH: {escape(text)}</a></li>' for n, text in FLASHES.items())
        body = f"""<main><section class="flash"><ol>{flashes}</ol></section><section class="top"><ol>
{plain.links(ask.live[:4])}</ol></section><nav><a href="/latest">All stories</a> <a href="/archive">By date</a>
<a href="/rss">RSS</a> <a href="/photo/20411">Photos</a> <a href="/clients/">Client area</a></nav></main>"""
        return plain.page(ask, ask.site.title, body, "front")
    if ask.path == "/latest":
        return _stream(ask)
    if ask.path == "/archive":
        return _day(ask, max((truth.published_at.date() for truth in ask.live), default=ask.opened_at.date()))
    day = re.fullmatch(r"/archive/(20\d\d-\d\d-\d\d)", ask.path)
    if day:
        try:
            return _day(ask, date.fromisoformat(day[1]))
        except ValueError:
            return None
    flash = re.fullmatch(r"/flash/(\d+)", ask.path)
    if flash and int(flash[1]) in FLASHES:
        return plain.page(ask, FLASHES[int(flash[1])], f"<main><h1>{FLASHES[int(flash[1])]}</h1></main>", "page")
    if ask.path.startswith(("/clients/", "/download/")):
        gate = "<main><p>Full text for clients. Please log in.</p></main>"
        return replace(plain.page(ask, "Clients", gate, "page"), status=403)
    if ask.path == "/photo/20411":
        return plain.page(
            ask, "Photo", '<main><img src="/img/20411.jpg" alt=""><p>Nets dry on a quay.</p></main>', "page"
        )
    desks = {path.rsplit("/", 1)[1]: name for path, name in menu_of(ask.site)}
    if ask.path == "/rss":
        rows = "".join(f'<li><a href="/rss/{desk}.xml">{escape(name)}</a></li>' for desk, name in desks.items())
        return plain.page(ask, "RSS", f"<main><p>For personal use only.</p><ul>{rows}</ul></main>", "page")
    for desk, name in desks.items():
        own = [truth for truth in ask.live if truth.section == name]
        if ask.path == f"/rss/{desk}.xml":
            told = machine_lists.rss(ask.site, own[:4], ask.newest, link=lambda truth: _short(ask.site, truth))
            return xml(ask, "feed", told, RSS)
    return sections(ask, per_page=5, paged=False)


def _stream(ask: Ask) -> ShownPage | None:
    """The stories before one of a number, and a link to those before the last of them."""
    asked = ask.query.get("before", "999999")
    if not asked.isdecimal():
        return None
    own = [truth for truth in ask.live if plain.key(truth) < int(asked)]
    own.sort(key=lambda truth: -truth.number)
    rows = "".join(
        f'<li id="s{plain.key(t)}"><time datetime="{t.published_at.isoformat()}">{t.published_at:%H:%M}</time> '
        f'<a href="/{plain.local(t)}">{escape(t.title)}</a> <a href="/download/{plain.key(t)}.txt">TXT</a></li>'
        for t in own[:PER_STREAM]
    )
    last = plain.key(own[:PER_STREAM][-1]) if own else 0
    more = f'<a class="load-more" href="/latest?before={last}">More</a>' if len(own) > PER_STREAM else ""
    return plain.page(ask, "All stories", f"<main><h1>All stories</h1><ol>{rows}</ol>{more}</main>")


def _day(ask: Ask, asked: date) -> ShownPage:
    own = [truth for truth in ask.live if truth.published_at.date() == asked]
    before, after = asked - timedelta(days=1), asked + timedelta(days=1)
    near = f'<a rel="prev" href="/archive/{before}">{before}</a> <a rel="next" href="/archive/{after}">{after}</a>'
    return plain.page(ask, f"{asked}", f"<main><h1>{asked}</h1><ol>{plain.links(own)}</ol>{near}</main>")


def _broadcaster(ask: Ask) -> ShownPage | None:
    """Desks with pages, an overview, hubs by topic, a ticker that retells, programmes, and a feed of five."""
    topics = {slug_of(tag): tag for truth in ask.live for tag in truth.tags}
    hubs = "".join(f'<li><a href="/thema/{slug}/">{escape(tag)}</a></li>' for slug, tag in sorted(topics.items())[:8])
    if ask.path == "/nachrichten/nachrichten-rss.xml":
        return xml(ask, "feed", machine_lists.rss(ask.site, ask.live[:5], ask.newest), RSS)
    if ask.path == TICKER:
        return _ticker(ask)
    hub = re.fullmatch(r"/thema/([^/]+)/", ask.path)
    if hub and hub[1] in topics:
        own = [truth for truth in ask.live if topics[hub[1]] in truth.tags]
        return plain.page(
            ask, topics[hub[1]], f"<main><h1>{escape(topics[hub[1]])}</h1><ul>{plain.links(own)}</ul></main>"
        )
    for name, number in PROGRAMMES.items():
        if ask.path == f"/sendungen/{name}/{name}-vom-sonntag,sendung{number}.html":
            said = "<p>Die ganze Sendung zum Nachhören, 54 Minuten.</p>"
            return plain.page(ask, name.title(), f'<main><audio src="/{number}.mp3"></audio>{said}</main>', "page")
    radio = "".join(
        f'<li><a href="/sendungen/{name}/{name}-vom-sonntag,sendung{number}.html">{name.title()}</a></li>'
        for name, number in PROGRAMMES.items()
    )
    extra = f"""<section><h2>Themen</h2><ul>{hubs}</ul></section><section><h2>Programm</h2><ul>{radio}</ul></section>
<p><a href="{TICKER}">Liveticker: Der Tag in der Region</a> <a href="/nachrichten/">Alle Nachrichten</a>
<a href="/nachrichten/nachrichten-rss.xml">RSS</a></p>"""
    if ask.target == "/nachrichten/":
        every = f"<main><h1>Nachrichten</h1><ul>{plain.links(ask.live[:9])}</ul></main>"
        return plain.within(plain.page(ask, "Nachrichten", every), extra)
    return sections(ask, per_page=4) or plain.within(front(ask, count=4), extra)


def _ticker(ask: Ask) -> ShownPage:
    """A page that grows: an entry of one sentence for each of the newest articles."""
    rows = "".join(
        f'<article id="eintrag-{t.number}"><time datetime="{t.published_at.isoformat()}">{t.published_at:%H:%M}</time>'
        f'<h3>{escape(t.title)}</h3><p>Mehr dazu <a href="/{plain.local(t)}">im Beitrag</a>.</p></article>'
        for t in ask.live[:7]
    )
    return plain.page(ask, "Liveticker", f"<main><h1>Der Tag in der Region</h1>{rows}</main>", "page")


def _next(ask: Ask) -> ShownPage | None:
    """The front page behind a redirect to its language, categories of three links, JSON, and an index of two maps."""
    at, site = f"http://{ask.site.host}", ask.site
    if ask.path == "/":
        return redirect_to(f"{at}/ku", 307)
    if ask.path == "/sitemap.xml":
        return xml(
            ask,
            "sitemap",
            machine_lists.index([(f"{at}/sitemap-0.xml", None), (f"{at}/server-sitemap.xml", ask.newest)]),
        )
    if ask.path == "/sitemap-0.xml":
        still = [f"{at}{path}" for path in ("/ku", "/en", "/about/", *(path for path, _ in menu_of(site)))]
        return xml(ask, "sitemap", machine_lists.sitemap([(url, ask.newest) for url in still]))
    if ask.path == "/server-sitemap.xml":
        return xml(ask, "sitemap", machine_lists.sitemap([(truth.url, truth.modified_at) for truth in ask.live]))
    if ask.path == "/en":
        return plain.page(ask, site.title, "<main><p>Stories in English are on their way.</p></main>", "page")
    if ask.path == f"/_next/data/{BUILD}/ku.json":
        return ShownPage(what="page", text=_state(ask.live), kind="application/json", changed_at=ask.newest)
    for path, name in [("/ku", site.title), *menu_of(site)]:
        if ask.path == path:
            own = [truth for truth in ask.live if path == "/ku" or truth.section == name]
            body = f"""<div id="__next"><main><h1>{escape(name)}</h1><ul>{plain.links(own[:3])}</ul>
<button>+</button></main></div>
<script id="__NEXT_DATA__" type="application/json">{_state(own)}</script>"""
            return plain.page(ask, name, body, "front" if path == "/ku" else "section")
    return None


def _state(truths: Sequence[Truth]) -> str:
    """What the script makes the page of: routes in pieces, none of them a link."""
    posts = [{"id": t.url.rsplit("/", 1)[1], "title": t.title, "at": t.published_at.isoformat()} for t in truths]
    props = {"pageProps": {"posts": posts, "route": "/[locale]/news/[id]"}, "__N_SSG": True}
    told = {"props": props, "page": "/[locale]", "buildId": BUILD, "locale": "ku", "locales": ["ku", "en"]}
    return json.dumps(told, ensure_ascii=False).replace("<", "\\u003c")


def _story(ask: Ask, truth: Truth) -> ShownPage:
    near = [each for each in ask.live if each != truth][:4]
    day = f"{truth.published_at.day} {texts.ui('ckb')['months'][truth.published_at.month - 1]}"
    body = f"""<div id="__next"><main class="css-1x2k9"><article><h1 class="css-8qpz">{escape(truth.title)}</h1>
<div class="css-0"><span>{escape(truth.authors[0])}</span> <span>{day}</span></div>
<div class="css-mq3f1">{plain.body_of(truth)}</div></article>
<aside class="css-77t"><ul>{plain.links(near)}</ul></aside></main></div>
<script id="__NEXT_DATA__" type="application/json">{_state([truth, *near])}</script>"""
    return replace(plain.page(ask, truth.title, body, "article", plain.meta(truth)), changed_at=truth.modified_at)


STRUCTURE = Structure(name=NAME, sites=SITES, show=show, lists=lists, also=also, article=article)
