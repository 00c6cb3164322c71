"""Sites in other scripts: percent-encoded slugs and sections, other calendars and digits, editions that are gone."""

from __future__ import annotations

from demo import machine_lists
from demo.families import menu_of
from demo.pages import ShownPage, sameness
from demo.sites import DemoSite
from demo.structures.family_parts import Ask, Lists, Structure, front, robots, sections, xml

NAME = "languages"
EDITIONS = "".join(f'<link rel="alternate" hreflang="{code}" href="/{code}/">' for code in ("en", "ku", "ru"))


def _feed(path: str, kind: str = "rss") -> str:
    return f'<link rel="alternate" type="application/{kind}+xml" href="{path}">{EDITIONS}'


SITES = (
    DemoSite(
        name="alvand", title="خبرگزاری الوند", language="fa", country="IR", timezone="Asia/Tehran", family="portal",
        articles=15, feed="", structure=NAME, domain="test", options=("/fa/rss/allnews", "numbered"),
        address="/fa/news/{id}/{slug}", menu="/fa/services/{n}", pages="{path}/{page}",
        head=_feed("/fa/rss/allnews"), robots=robots("/fa/admin/"),
    ),
    DemoSite(
        name="zagros", title="زاگرۆس نیوز", language="ckb", country="IQ", timezone="Asia/Baghdad", family="wordpress",
        articles=14, feed="", structure=NAME, domain="test", options=("/ckb/feed.atom",),
        address="/ckb/{section}/{slug}-{id}", menu="/ckb/{name}", head=_feed("/ckb/feed.atom", "atom"),
        robots=robots(delay=0.2),
    ),
    DemoSite(
        name="yakin", title="Yakın Plan", language="tr", country="TR", timezone="Europe/Istanbul", family="modern",
        articles=14, feed="", structure=NAME, domain="test", options=("", "relative"), old=2,
        address="/{section}/{slug}-h{id}", menu="/{name}", pages="{path}?sayfa={page}", head=EDITIONS, robots=robots(),
    ),
    DemoSite(
        name="rimal", title="رمال", language="ar", country="DZ", timezone="Africa/Algiers", family="modern",
        articles=16, feed="", structure=NAME, domain="test", options=("/خلاصات/الأخبار.xml", "relative"),
        address="/{section}/{year}/{month}/{day}/{slug}-{number}", menu="/{name}/",
        head=_feed("/خلاصات/الأخبار.xml"), robots=robots(),
    ),
)  # fmt: skip


def show(ask: Ask) -> ShownPage | None:
    """The feed where there is one, sections with pages and a front page; the other editions it names are gone."""
    path = ask.site.options[0]
    if path and ask.target == sameness(path):
        write = machine_lists.atom if path.endswith(".atom") else machine_lists.rss
        return xml(ask, "feed", write(ask.site, ask.live, ask.newest))
    return sections(ask) or front(ask, count=9)


def lists(site: DemoSite) -> Lists:
    """The feed, else the sections."""
    if site.options[0]:
        return Lists(feeds=(f"http://{site.host}{site.options[0]}",))
    return Lists(sections=tuple(f"http://{site.host}{path}" for path, _ in menu_of(site)))


STRUCTURE = Structure(name=NAME, sites=SITES, show=show, lists=lists)
