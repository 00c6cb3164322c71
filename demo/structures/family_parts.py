"""What crawl families are made of: the record a family is, and the lists, pages and robots.txt that several share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from html import escape
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from demo import texts
from demo.families import article_page, document, menu_of
from demo.pages import HTML, XML, ShownPage, sameness
from demo.sites import DemoSite
from demo.truth import FIELDS, Truth, slug_of

PER_PAGE = 6
BAIT = "/internal/"


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One request to a site of a family.

    truths: all its articles, newest first, deleted ones marked. host: the one asked, for a site may have several.
    target: path with query in one spelling of percent-encoding.
    """

    site: DemoSite
    truths: tuple[Truth, ...]
    host: str
    target: str
    opened_at: datetime

    @property
    def live(self) -> list[Truth]:
        """The articles that stand, newest first."""
        return [truth for truth in self.truths if not truth.deleted]

    @property
    def newest(self) -> datetime:
        """When anything changed last."""
        return max((truth.modified_at for truth in self.live), default=self.opened_at)

    @property
    def path(self) -> str:
        """The target without its query."""
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        """The query's parameters, the first value of each."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.target).query).items()}


@dataclass(frozen=True, kw_only=True)
class Lists:
    """Where a site lists its articles: absolute URLs, as a source file names them."""

    feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()


def usual_article(ask: Ask, truth: Truth, turn: int) -> ShownPage:
    """The article in the site's markup; at another address than its own the bare page that sites print."""
    if turn:
        return serve_print(ask, truth)
    others = [each for each in ask.live if each.number != truth.number]
    return ShownPage(what="article", text=article_page(ask.site, truth, others), changed_at=truth.modified_at)


def usual_also(site: DemoSite, truth: Truth) -> Sequence[str]:
    """The print page where the markup links to one."""
    return (f"http://{site.host}/print.php?id={truth.number}",) if site.family == "legacy" else ()


@dataclass(frozen=True, kw_only=True)
class Structure:
    """A crawl family.

    show: answers everything beside articles and robots.txt; None where it has no such page (the usual pages that are
    no articles, then 404, stand behind it). lists: where its sites list their articles.
    also: further URLs of an article. article: the page at an article's URL number `turn`, 0 its own.
    hosts: prefixes of further hosts its sites answer for, like `m.`.
    """

    name: str
    sites: tuple[DemoSite, ...]
    show: Callable[[Ask], ShownPage | None]
    lists: Callable[[DemoSite], Lists]
    also: Callable[[DemoSite, Truth], Sequence[str]] = usual_also
    article: Callable[[Ask, Truth, int], ShownPage] = usual_article
    hosts: tuple[str, ...] = ()


def drop_trackers(target: str) -> str:
    """A path with its query without what campaigns add to it: sites answer all the same."""
    path, mark, query = target.partition("?")
    kept = [pair for pair in query.split("&") if not re.match(r"(utm_\w+|fbclid)=", pair)]
    return path + (f"?{'&'.join(kept)}" if mark and kept and kept != [""] else "")


def allow(site: DemoSite) -> str:
    """The regular expression on a whole URL that a site's address pattern amounts to."""
    spelled = re.split(r"\{(\w+)\}", site.address)
    pattern = "".join(FIELDS[piece] if at % 2 else re.escape(piece) for at, piece in enumerate(spelled))
    return f"^https?://{re.escape(site.host)}{pattern}$"


def robots(
    *disallow: str, delay: float = 0, sitemaps: Iterable[str] = (), agent: str = "*", more: Iterable[str] = ()
) -> str:
    """A robots.txt; the folder of baits is always disallowed."""
    lines = [f"User-agent: {agent}", *(f"Disallow: {path}" for path in (BAIT, "/search", *disallow))]
    lines += [f"Crawl-delay: {delay:g}"] if delay else []
    return "\n".join([*lines, "", *more, *(f"Sitemap: {url}" for url in sitemaps)]) + "\n"


@lru_cache(maxsize=256)
def baits(site: DemoSite) -> tuple[Truth, ...]:
    """Articles in a folder that robots.txt disallows: linked, whole, and never to be asked for."""
    found = []
    for number in (9001, 9002):
        text = texts.write(site.language, f"bait/{site.name}", number)
        at = datetime(2026, 11, 1, 8, 30, tzinfo=ZoneInfo(site.timezone))
        found.append(
            Truth(
                url=f"http://{site.host}{BAIT}{slug_of(text.title)}-{number}",
                site=site.name,
                number=number,
                title=text.title,
                paragraphs=text.paragraphs,
                published_at=at,
                modified_at=at,
                authors=text.authors,
                language=site.language,
                section=text.section,
                tags=text.tags,
            )
        )
    return tuple(found)


def redirect_to(url: str, status: int = 301) -> ShownPage:
    """A redirect."""
    return ShownPage(what="redirect", text="", kind=HTML, status=status, headers=(("Location", url),))


def xml(ask: Ask, what: str, text: str, kind: str = XML) -> ShownPage:
    """A feed or sitemap, changed when the site's newest article did."""
    return ShownPage(what=what, text=text, kind=kind, changed_at=ask.newest)


def serve_print(ask: Ask, truth: Truth) -> ShownPage:
    """The print version of an article: its text on a bare page that names its own address."""
    body = "\n".join(f"<p>{escape(paragraph, quote=False)}</p>" for paragraph in truth.paragraphs)
    head = f'<meta charset="{ask.site.charset}"><link rel="canonical" href="{escape(truth.url)}">'
    title = escape(truth.title)
    text = f"<html><head>{head}<title>{title}</title></head><body><h1>{title}</h1>\n{body}</body></html>"
    return ShownPage(what="article", text=text, changed_at=truth.modified_at)


def listing(
    ask: Ask, title: str, truths: Sequence[Truth], path: str, *, per_page: int = PER_PAGE, paged: bool = True
) -> ShownPage | None:
    """A page of the list at a path, its further pages by the site's pattern; None where the target is none of them.

    Options of a site: `numbered` (links to pages by number, none called next), `no-end` (after the last page comes
    another one with the same articles), `relative` (links without host), `baits` (links into the disallowed folder).
    """
    last = max(1, -(-len(truths) // per_page))
    page = page_of(ask, path, per_page)
    if page is None or (page > 1 and not paged) or (page > last and "no-end" not in ask.site.options):
        return None
    at = min(page, last)
    here = truths[(at - 1) * per_page : at * per_page]
    more = paged and (page < last or "no-end" in ask.site.options)
    body = f"""<main><h1>{escape(title)}</h1><div class="list">{"".join(_teaser(ask, t) for t in here)}</div>
{_pager(ask, path, page, last, per_page, more=more) if paged else ""}</main>{_aside(ask)}"""
    what = "front" if path == "/" else "section"
    return ShownPage(what=what, text=document(ask.site, title, body), changed_at=ask.newest)


def sections(ask: Ask, *, per_page: int = PER_PAGE, paged: bool = True) -> ShownPage | None:
    """The page of a section of the site's menu, where it is one."""
    for path, name in menu_of(ask.site):
        of_it = [truth for truth in ask.live if truth.section == name]
        found = listing(ask, name, of_it, path, per_page=per_page, paged=paged)
        if found:
            return found
    return None


def front(ask: Ask, *, count: int = 10) -> ShownPage | None:
    """The home page with the newest articles."""
    return listing(ask, ask.site.title, ask.live[:count], "/", per_page=max(count, 1), paged=False)


def page_of(ask: Ask, path: str, per_page: int) -> int | None:
    """Which page of the list at a path was asked for; None if it was none."""
    if ask.target == sameness(path):
        return 1
    spelled = re.escape(sameness(ask.site.pages.format(path=path, page="PAGE", start="START")))
    found = re.fullmatch(spelled.replace("PAGE", r"(\d{1,6})").replace("START", r"(\d{1,6})"), ask.target)
    if not found:
        return None
    return int(found[1]) if "{page}" in ask.site.pages else int(found[1]) // per_page + 1


def page_path(site: DemoSite, path: str, page: int, per_page: int) -> str:
    """Where a page of a list stands."""
    return path if page == 1 else site.pages.format(path=path, page=page, start=(page - 1) * per_page)


def link(ask: Ask, truth: Truth) -> str:
    """An article's URL as the site's pages link to it."""
    return "/" + truth.url.split("/", 3)[3] if "relative" in ask.site.options else truth.url


def _teaser(ask: Ask, truth: Truth) -> str:
    url, lede = escape(link(ask, truth)), " ".join(truth.paragraphs[0].split()[:14])
    return (
        f'<div class="teaser"><a href="{url}"><img src="/thumb/{truth.number}.jpg" alt=""></a>'
        f'<h2><a href="{url}">{escape(truth.title)}</a></h2><p>{escape(lede)} …</p>'
        f'<a class="more" href="{url}#more">»</a> <a class="talk" href="{url}#comments">0</a></div>'
    )


def _pager(ask: Ask, path: str, page: int, last: int, per_page: int, *, more: bool) -> str:
    site = ask.site
    if "numbered" in site.options:
        links = [
            f'<a href="{escape(page_path(site, path, n, per_page))}">{n}</a>' for n in range(1, last + 1) if n != page
        ]
        return f'<div class="pages">{" ".join(links)}</div>'
    if not more:
        return ""
    url = escape(page_path(site, path, page + 1, per_page))
    return f'<a class="older" rel="next" href="{url}">{escape(texts.ui(site.language)["older"])}</a>'


def _aside(ask: Ask) -> str:
    """What stands beside every list: what is no article, what is elsewhere, and what is no link at all."""
    site, ui = ask.site, texts.ui(ask.site.language)
    tags = {tag for truth in ask.live[:8] for tag in truth.tags}
    links = [(f"/tag/{slug_of(tag)}/", tag) for tag in sorted(tags)]
    links += [(f"/videos/{slug}", title) for slug, title in films(site)]
    links += [("/gallery/the-week-in-twelve-pictures-20261120", ui["gallery"])]
    links += [(bait.url, bait.title) for bait in baits(site) if "baits" in site.options]
    links += [("https://social.example/shares/2026/11/20/a-page-that-is-elsewhere-12345", "Facebook")]
    links += [("javascript:void(0)", "…"), (f"mailto:desk@{site.host}", ui["email"])]
    rows = "".join(f'<li><a href="{escape(url)}">{escape(name)}</a></li>' for url, name in links)
    return f'<aside class="more-on-this-site"><ul>{rows}</ul></aside>'


@lru_cache(maxsize=256)
def films(site: DemoSite) -> tuple[tuple[str, str], ...]:
    """(last part of the path, title) of a site's film pages: addressed and named like articles, but without text."""
    titles = [texts.write(site.language, f"film/{site.name}", number).title for number in range(2)]
    return tuple((f"{slug_of(title)}-{70410 + number}", title) for number, title in enumerate(titles))
