"""Sites on the large systems of institutions: a Drupal, a Joomla, a TYPO3 and an ASP.NET portal, one each.

Drupal counts its pages from 0, filters by facets that can be heaped without end and redirects from node numbers.
Joomla links relative to a base, writes a feed per category and has every article at two more addresses. TYPO3 addresses
everything by query with brackets and a checksum. The ASP.NET portal of a province writes addresses in two spellings.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from html import escape

from demo import machine_lists, texts
from demo.families import menu_of
from demo.pages import ShownPage
from demo.sites import DemoSite
from demo.structures import drupal, plain
from demo.structures.family_parts import (
    Ask,
    Lists,
    Structure,
    front,
    redirect_to,
    robots,
    sections,
    serve_print,
    usual_article,
    xml,
)
from demo.truth import Truth

NAME = "portals"
RSS = "application/rss+xml"
MAPS = "/?type=1533906435"
NOTICES = {
    311: "Köprü bakımı nedeniyle gişe salı günü öğleden sonra kapalıdır.",
    312: "Kayıp eşya bürosu ikinci kata taşınmıştır.",
    317: "Su sayacı okuma ekipleri bu hafta kuzey mahallelerindedir.",
}

SITES = (
    DemoSite(
        name="troisrives", title="Portail des Trois Rives", language="fr", country="BE", timezone="Europe/Brussels",
        family="modern", articles=16, feed="", sitemap="", structure=NAME, domain="test", options=("drupal",), old=2,
        address="/actualites/{slug}-{number}", menu="/rubrique/{name}", pages="{path}?page={page}",
        head='<meta name="Generator" content="Drupal 10 (https://www.drupal.org)">'
        f'<link rel="alternate" type="{RSS}" title="" href="/rss.xml">',
        robots=robots("/core/", "/admin/", "/user/register", "/user/password", delay=0.2),
    ),
    DemoSite(
        name="nawaeer", title="بوابة النواعير", language="ar", country="SY", timezone="Asia/Damascus",
        family="boxed", articles=15, feed="", sitemap="", structure=NAME, domain="test", options=("joomla",),
        address="/index.php/{section}/{id}-{slug}", menu="/index.php/{name}", pages="{path}?start={start}",
        head='<base href="http://nawaeer.test/"><meta name="generator" content="Joomla!">'
        f'<link href="/index.php?format=feed&amp;type=rss" rel="alternate" type="{RSS}" title="RSS 2.0">',
        robots=robots("/administrator/", "/cache/", "/components/", "/modules/"),
    ),
    DemoSite(
        name="almtal", title="Almtaler Rundschau", language="de", country="AT", timezone="Europe/Vienna",
        family="modern", articles=14, feed="", sitemap="", structure=NAME, domain="test", prefix="www.",
        address="/index.php?id=23&tx_news_pi1%5Bnews%5D={id}&cHash={code}", menu="/index.php?id=4{n}",
        pages="{path}&tx_news_pi1%5BcurrentPage%5D={page}", options=("typo3", "numbered", "relative"),
        head=f'<link rel="alternate" type="{RSS}" href="/index.php?id=1&amp;type=9818">',
        robots=robots("/typo3/", "/fileadmin/_temp_/", sitemaps=(f"http://www.almtal.test{MAPS}",)),
    ),
    DemoSite(
        name="ilhaber", title="Karasu İl Haber Portalı", language="tr", country="TR", timezone="Europe/Istanbul",
        family="portal", articles=13, feed="", sitemap="", structure=NAME, domain="test", prefix="www.", old=2,
        address="/Detay.aspx?haberID={id}", menu="/Haberler.aspx?kategoriID={n}", pages="{path}&sayfa={page}",
        options=("aspx", "numbered", "baits"), robots=robots("/Yonetim/", "/WebResource.axd"),
    ),
)  # fmt: skip


def show(ask: Ask) -> ShownPage | None:
    """The lists, feeds and maps that each of the four systems has."""
    system = {"drupal": drupal.show, "joomla": _joomla, "typo3": _typo3, "aspx": _aspx}
    return system[ask.site.options[0]](ask)


def lists(site: DemoSite) -> Lists:
    """The view of all news, the feeds of the categories, the sitemap, or the menu."""
    at, system = f"http://{site.host}", site.options[0]
    if system == "drupal":
        return Lists(sections=(f"{at}/actualites",))
    if system == "joomla":
        return Lists(feeds=tuple(f"{at}{path}?format=feed&type=rss" for path, _ in menu_of(site)))
    if system == "typo3":
        return Lists(sitemaps=(at + MAPS,))
    return Lists(sections=tuple(at + path for path, _ in menu_of(site)))


def also(site: DemoSite, truth: Truth) -> Sequence[str]:
    """Node number, component and print page, or the lower-case spelling."""
    at, key = f"http://{site.host}", plain.key(truth)
    return {
        "drupal": (f"{at}/node/{key}",),
        "joomla": (
            f"{at}/index.php/component/content/article/{key}",
            f"{at}/index.php?option=com_content&view=article&id={key}&tmpl=component&print=1",
        ),
        "typo3": (),
        "aspx": (f"{at}/detay.aspx?haberid={key}",),
    }[site.options[0]]


def article(ask: Ask, truth: Truth, turn: int) -> ShownPage:
    """The article as its system prints it; its node number only redirects."""
    system = ask.site.options[0]
    if system == "drupal":
        return redirect_to(truth.url) if turn else drupal.node(ask, truth)
    if system == "joomla":
        return _item(ask, truth) if turn < 2 else serve_print(ask, truth)
    return usual_article(ask, truth, 0)


def _joomla(ask: Ask) -> ShownPage | None:
    """Blogs of categories whose links are relative to the base, and a feed of each."""
    as_feed = ask.query.get("format") == "feed"
    if ask.path in ("/", "/index.php") and (as_feed or {*ask.query} <= {"start"}):
        if as_feed:
            return xml(ask, "feed", machine_lists.rss(ask.site, ask.live[:10], ask.newest), RSS)
        return _blog(ask, ask.site.title, ask.live, "/")
    for path, name in menu_of(ask.site):
        own = [truth for truth in ask.live if truth.section == name]
        if ask.path == path and as_feed:
            return xml(ask, "feed", machine_lists.rss(ask.site, own, ask.newest), RSS)
        if ask.path == path:
            return _blog(ask, name, own, path)
    return None


def _blog(ask: Ask, title: str, truths: Sequence[Truth], path: str) -> ShownPage:
    asked, count = ask.query.get("start", "0"), 8 if path == "/" else 4
    start = int(asked) if asked.isdecimal() else 0
    rows = "".join(
        f'<div class="item column-1" itemprop="blogPost"><h2 itemprop="name"><a href="{plain.local(t)}" itemprop="url">'
        f"{escape(t.title)}</a></h2><p>{escape(' '.join(t.paragraphs[0].split()[:18]))} …</p>"
        f'<p class="readmore"><a class="btn" href="{plain.local(t)}">المزيد: {escape(t.title)}</a></p></div>'
        for t in truths[start : start + count]
    )
    more = f'<a rel="next" href="{path[1:]}?start={start + count}">»</a>' if len(truths) > start + count else ""
    popular = "".join(
        f'<li><a href="index.php/component/content/article/{plain.key(t)}">{escape(t.title)}</a></li>'
        for t in sorted(ask.live, key=lambda truth: -truth.number % 5)[:4]
    )
    body = f"""<main class="blog"><h1>{escape(title)}</h1>{rows}<div class="pagination">{more}</div></main>
<div class="moduletable"><h3>{texts.ui("ar")["most_read"]}</h3><ul class="mostread">{popular}</ul></div>
<div class="moduletable"><form action="index.php"><input name="searchword"></form>
<a href="index.php?format=feed&amp;type=atom">Atom</a></div>"""
    return plain.page(ask, title, body, "front" if path == "/" else "section")


def _item(ask: Ask, truth: Truth) -> ShownPage:
    printing = escape(also(ask.site, truth)[1].split("/", 3)[3])
    body = f"""<div class="item-page" itemscope itemtype="https://schema.org/Article">
<div class="page-header"><h2 itemprop="headline">{escape(truth.title)}</h2></div>
<ul class="actions"><li class="print-icon"><a href="{printing}" rel="nofollow">{texts.ui("ar")["print"]}</a></li></ul>
<dl class="article-info"><dd class="createdby" itemprop="author">{escape(truth.authors[0])}</dd>
<dd class="published"><time datetime="{truth.published_at.isoformat()}" itemprop="datePublished">
{truth.published_at:%Y-%m-%d %H:%M}</time></dd><dd class="hits">{100 + 13 * truth.number}</dd></dl>
<div itemprop="articleBody">{plain.body_of(truth)}</div></div>"""
    return replace(plain.page(ask, truth.title, body, "article", plain.meta(truth)), changed_at=truth.modified_at)


def _typo3(ask: Ask) -> ShownPage | None:
    at = f"http://{ask.site.host}"
    parts_of = {name: f"/?tx_seo%5Bsitemap%5D={name}&type=1533906435" for name in ("pages", "news")}
    if ask.target == MAPS:
        return xml(ask, "sitemap", machine_lists.index([(at + path, ask.newest) for path in parts_of.values()]))
    asked = ask.query.get("tx_seo[sitemap]", "") if ask.path == "/" else ""
    if asked == "pages":
        still = ["/", "/about/", "/privacy/", *(path for path, _ in menu_of(ask.site))]
        return xml(ask, "sitemap", machine_lists.sitemap([(at + path, None) for path in still]))
    if asked == "news":
        return xml(ask, "sitemap", machine_lists.sitemap([(truth.url, truth.modified_at) for truth in ask.live]))
    if ask.target == "/index.php?id=1&type=9818":
        return xml(ask, "feed", machine_lists.rss(ask.site, ask.live[:6], ask.newest), RSS)
    if ask.target == "/index.php?id=1":
        return redirect_to(f"{at}/")
    return sections(ask, per_page=4) or front(ask, count=6)


def _aspx(ask: Ask) -> ShownPage | None:
    """News, notices, bulletins as PDF, and an archive whose days lead back without end."""
    path = ask.path.lower()
    if path == "/duyuru.aspx" and ask.query.get("duyuruID", "").isdecimal():
        notice = NOTICES.get(int(ask.query["duyuruID"]))
        return plain.page(ask, "Duyuru", f"<main><p>{notice}</p></main>", "page") if notice else None
    if re.fullmatch(r"/dosyalar/bulten-\d+\.pdf", path):
        return ShownPage(what="page", text="%PDF-1.4\n%%EOF\n", kind="application/pdf")
    if path == "/arsiv.aspx":
        found = re.fullmatch(r"(\d\d)\.(\d\d)\.(20\d\d)", ask.query.get("tarih", ""))
        return _day(ask, int(found[3]), int(found[2]), int(found[1])) if found else None
    if path == "/default.aspx":
        return front(replace(ask, target="/"), count=6)
    older = "".join(
        f'<li><a href="/detay.aspx?haberid={plain.key(t)}">{escape(t.title)}</a></li>' for t in ask.live[2:5]
    )
    notices = "".join(f'<li><a href="/Duyuru.aspx?duyuruID={n}">{text[:30]}…</a></li>' for n, text in NOTICES.items())
    day = f"{ask.live[0].published_at:%d.%m.%Y}" if ask.live else "01.11.2026"
    extra = f"""<div id="ctl00_pnlManset"><ul>{older}</ul></div><div id="ctl00_pnlDuyuru"><ul>{notices}</ul>
<a href="/Dosyalar/bulten-48102.pdf">Haftalık bülten</a> <a href="/Arsiv.aspx?tarih={day}">Arşiv</a>
<a href="javascript:__doPostBack('ctl00$anket','')">Ankete katıl</a></div>"""
    return sections(ask, per_page=5) or plain.within(front(ask, count=6), extra)


def _day(ask: Ask, year: int, month: int, day: int) -> ShownPage | None:
    try:
        asked = date(year, month, day)
    except ValueError:
        return None
    own = [truth for truth in ask.live if truth.published_at.date() == asked]
    rows = "".join(f'<li><a href="/Detay.aspx?haberID={plain.key(t)}">{escape(t.title)}</a></li>' for t in own)
    days = "".join(
        f'<a href="/Arsiv.aspx?tarih={asked + timedelta(days=n):%d.%m.%Y}">{asked + timedelta(days=n):%d.%m}</a> '
        for n in (-30, -7, -1, 1)
    )
    return plain.page(ask, "Arşiv", f"<main><h1>{asked:%d.%m.%Y}</h1><ul>{rows}</ul><p>{days}</p></main>")


STRUCTURE = Structure(name=NAME, sites=SITES, show=show, lists=lists, also=also, article=article)
