"""The sites of the demo newsroom as data: who publishes what, in which language and markup, and what is broken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pipelines import private
from pipelines.model import Source
from pipelines.sources.sourcefile import render

DOMAIN = "newsroom.test"


@dataclass(frozen=True, kw_only=True)
class SiteFault:
    """Something that goes wrong with the answers of a site.

    kind: status, delay, drop, truncate, endless, drip, bomb, loop, redirect, charset, garbage or badgzip.
    where: feed, sitemap, article, section, front, robots, or a shell pattern on the path with its query.
    value: what the kind needs: `503` or `503 120` (Retry-After), seconds, megabytes, a URL, a charset.
    times: how many requests it hits before it heals; 0 means every one.
    """

    kind: str
    where: str = "*"
    value: str = ""
    times: int = 0


@dataclass(frozen=True, kw_only=True)
class DemoSite:
    """A synthetic news site; its host is `<name>.newsroom.test`.

    family: its markup, a key of `demo.families.FAMILIES`. articles: how many it has when the newsroom opens.
    feed: rss, atom or empty. sitemap: index, news, flat or empty. says_charset: whether its Content-Type names it.
    extras: pages it lists beside its articles: soft-404, gallery, members (which its robots.txt disallows).
    structure: empty, or the crawl family it belongs to, a key of `demo.structures.STRUCTURES`, for which the rest is:
    old: articles it has besides that are months old. domain, prefix: its host is `<prefix><name>.<domain>`.
    address: where its articles stand, a pattern of `demo.truth.FIELDS`. menu: where its sections stand, a pattern of
    n and name, empty where it has none. pages: where a list's further pages stand, a pattern of path, page and start.
    head: HTML in the head of every page. robots: its robots.txt, empty where it has none. options: its family's own.
    template: of which family its articles look after a relaunch, empty: of its own.
    """

    name: str
    title: str
    language: str
    country: str
    timezone: str
    family: str
    articles: int = 10
    feed: str = "rss"
    sitemap: str = "flat"
    charset: str = "utf-8"
    says_charset: bool = True
    gzip: bool = True
    extras: tuple[str, ...] = ()
    faults: tuple[SiteFault, ...] = ()
    structure: str = ""
    old: int = 0
    domain: str = DOMAIN
    prefix: str = ""
    address: str = ""
    menu: str = ""
    pages: str = "{path}?page={page}"
    head: str = ""
    robots: str = ""
    options: tuple[str, ...] = ()
    template: str = ""

    @property
    def host(self) -> str:
        """The host name it answers for."""
        return f"{self.prefix}{self.name}.{self.domain}"

    @property
    def url(self) -> str:
        """Its home page."""
        return f"http://{self.host}/"

    @property
    def bare(self) -> str:
        """What a person would type to get there."""
        return f"http://{self.name}.{self.domain}/"


@dataclass(frozen=True, kw_only=True)
class DemoWatch:
    """Something the demo wants to be told of; `site` is where `publish` makes an article that matches it."""

    name: str
    term: str
    language: str
    site: str


SABAH = DemoSite(
    name="sabah", title="صباح الشمال", language="ar", country="JO", timezone="Asia/Amman", family="boxed",
    articles=12, sitemap="index",
)  # fmt: skip
NAHR = DemoSite(
    name="nahr", title="صحيفة النهرين الجديدة", language="ar", country="IQ", timezone="Asia/Baghdad", family="legacy",
    articles=9, sitemap="", charset="windows-1256", says_charset=False, gzip=False,
)  # fmt: skip
HARBOUR = DemoSite(
    name="harbour", title="The Harbour Courier", language="en", country="GB", timezone="Europe/London",
    family="modern", articles=12, feed="", sitemap="news", extras=("soft-404", "gallery", "members"),
)  # fmt: skip
ROOZAN = DemoSite(
    name="roozan", title="روزان\u200cنیوز", language="fa", country="IR", timezone="Asia/Tehran", family="portal",
    articles=10, feed="atom",
)  # fmt: skip
UFUK = DemoSite(
    name="ufuk", title="Ufuk Gazetesi", language="tr", country="TR", timezone="Europe/Istanbul", family="wordpress",
    articles=8,
)  # fmt: skip
FANOUS = DemoSite(
    name="fanous", title="فانوس برس", language="ar", country="LB", timezone="Asia/Beirut", family="wordpress",
    articles=8, sitemap="index",
    faults=(SiteFault(kind="status", where="feed", value="503"), SiteFault(kind="garbage", where="sitemap")),
)  # fmt: skip

SITES = (SABAH, NAHR, HARBOUR, ROOZAN, UFUK, FANOUS)
BROKEN = FANOUS.name
BREAKING = SABAH.name
WATCHES = (
    DemoWatch(name="daesh", term="داعش", language="ar", site="sabah"),
    DemoWatch(name="ferry", term="Ferry Authority", language="en", site="harbour"),
)

FEED_PATHS = {
    "wordpress": "/feed/",
    "boxed": "/feed/",
    "legacy": "/rss.php",
    "modern": "/rss.xml",
    "portal": "/fa/rss/allnews",
}
SITEMAP_PATHS = {"index": "/wp-sitemap.xml", "news": "/sitemap-news.xml", "flat": "/sitemap.xml"}


def source(site: DemoSite, *, delay: float = 0.1) -> Source:
    """The source that follows a site."""
    return Source(
        name=site.name,
        title=site.title,
        url=site.url,
        country=site.country,
        language=site.language,
        timezone=site.timezone,
        feeds=(f"http://{site.host}{FEED_PATHS[site.family]}",) if site.feed else (),
        sitemaps=(f"http://{site.host}{SITEMAP_PATHS[site.sitemap]}",) if site.sitemap else (),
        sections=() if site.feed or site.sitemap else (site.url,),
        delay=delay,
    )


def write_sources(sources: Iterable[Source], folder: Path) -> list[Path]:
    """Write one source file each into a folder (made when missing); the files, in the order given."""
    private.folder(folder)
    paths = []
    for each in sources:
        path = folder / f"{each.name}.toml"
        with private.open_private(path, "w", encoding="utf-8") as file:
            file.write(render(each))
        paths.append(path)
    return paths
