"""Old hand-made Arabic sites in windows-1256 that do not say so: numbers in queries, print pages, no sitemap."""

from __future__ import annotations

from demo import machine_lists
from demo.families import menu_of
from demo.pages import ShownPage
from demo.sites import DemoSite
from demo.structures.family_parts import Ask, Lists, Structure, front, sections, xml

NAME = "legacy-1256"
RSS = "/rss.php"

SITES = (
    DemoSite(
        name="furat", title="جريدة الفرات", language="ar", country="IQ", timezone="Asia/Baghdad", family="legacy",
        charset="windows-1256", says_charset=False, gzip=False, articles=14, feed="", structure=NAME, domain="test",
        options=("relative",), address="/article.php?id={id}", menu="/cat.php?id={n}", pages="{path}&page={page}",
    ),
    DemoSite(
        name="qalam", title="القلم", language="ar", country="SY", timezone="Asia/Damascus", family="legacy",
        charset="windows-1256", says_charset=False, gzip=False, articles=13, feed="", structure=NAME, domain="test",
        options=("numbered", "relative"), address="/index.php?page=news&id={id}",
        menu="/index.php?page=section&sec={n}", pages="{path}&start={start}",
    ),
    DemoSite(
        name="manar", title="منار الجنوب", language="ar", country="YE", timezone="Asia/Aden", family="legacy",
        charset="windows-1256", says_charset=False, articles=15, feed="", structure=NAME, domain="test",
        options=("rss",), address="/news_details.php?sid={id}", head=f'<link rel="alternate" '
        f'type="application/rss+xml" href="{RSS}">',
    ),
    DemoSite(
        name="rafid", title="الرافد", language="ar", country="KW", timezone="Asia/Kuwait", family="legacy",
        charset="windows-1256", articles=14, feed="", structure=NAME, domain="test", options=("rss", "relative"),
        address="/ArticleShow.aspx?ID={id}", menu="/Section.aspx?S={n}", pages="{path}&P={page}",
    ),
)  # fmt: skip


def show(ask: Ask) -> ShownPage | None:
    """Sections with pages where it has a menu, an RSS feed in the site's charset where it has one, a front page."""
    if ask.target == RSS and "rss" in ask.site.options:
        return xml(ask, "feed", machine_lists.rss(ask.site, ask.live, ask.newest))
    return sections(ask) or front(ask, count=8)


def lists(site: DemoSite) -> Lists:
    """The feed, else the sections."""
    if "rss" in site.options:
        return Lists(feeds=(f"http://{site.host}{RSS}",))
    return Lists(sections=tuple(f"http://{site.host}{path}" for path, _ in menu_of(site)))


STRUCTURE = Structure(name=NAME, sites=SITES, show=show, lists=lists)
