"""An article's fields besides its text: title, description, authors, image, tags, section, canonical URL.

The evidence is JSON-LD, the page's own headings, meta elements, and the feed. Each field has its own order, which its
function shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from pipelines import urls
from pipelines.extract.fields import authors, json_ld, title_parts, titles
from pipelines.extract.phrases import key, key_of_name
from pipelines.model import Page, Source
from pipelines.text import words

TITLES = ("og:title", "twitter:title", "dc.title", "parsely-title", "sailthru.title")
DESCRIPTIONS = ("og:description", "description", "twitter:description", "dc.description")
IMAGES = ("og:image", "og:image:url", "twitter:image", "twitter:image:src")
SITES = frozenset(("Organization", "NewsMediaOrganization", "WebSite", "Corporation", "NewsMedia"))
SECTIONS = ("article:section", "parsely-section", "og:section", "category")
# A title has at most this many characters; the rest is cut. Chosen: no headline has as many.
LONGEST_TITLE_CHARACTERS = 500
# A description has at most this many characters. Chosen: a longer description repeats the article.
LONGEST_DESCRIPTION_CHARACTERS = 2000
# A tag has at most this many characters. Chosen: a longer text is a sentence.
LONGEST_TAG_CHARACTERS = 80
# This many characters of a meta element are read. Chosen: all fields above are shorter.
LONGEST_META_CHARACTERS = 5000
# An article has at most this many tags. Chosen: more tags are a site's whole list.
MAX_TAGS = 30
# Keywords are searched in this many first paragraphs, to see whether they belong to the article. Chosen: an article
# names its subjects at the beginning.
STOCK_PARAGRAPHS = 40
# This many characters of these paragraphs are searched. Chosen: some pages have all of their text in one paragraph.
STOCK_LOOK_CHARACTERS = 8000


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a page says about itself.

    node: the JSON-LD of its article, empty if it has none.
    pages: its JSON-LD nodes of the type WebPage.
    titles: the forms of its title on the page, at full length.
    posts: the lines of a live blog's posts.
    """

    meta: dict[str, list[str]]
    node: json_ld.Node
    pages: tuple[json_ld.Node, ...]
    posts: tuple[str, ...]
    title: str
    titles: tuple[str, ...]
    description: str
    authors: tuple[str, ...]
    image: str
    tags: tuple[str, ...]
    section: str
    canonical_url: str
    claims_article: bool


def facts_of(tree: HtmlElement, page: Page, source: Source) -> Facts:
    """Read everything except the dates; a field is empty if nothing was found."""
    meta = metas(tree)
    nodes = json_ld.nodes(tree)
    node = json_ld.article(nodes)
    sites = _names(meta, nodes, node, page, source)
    head = tree.find(".//head/title")
    title, forms = titles.pick(
        tree,
        headline=json_ld.text(node.get("headline")),
        social=_first(meta, TITLES),
        element=_text(head if head is not None else tree.find(".//title")),
        given=page.entry.title if page.entry else "",
        sites=sites,
    )
    description = _description(meta, node, page)
    kinds = meta.get("og:type", [])
    return Facts(
        meta=meta,
        node=node,
        pages=tuple(one for one in nodes if "WebPage" in json_ld.types(one)),
        posts=tuple(json_ld.posts(nodes)),
        title=_shorten(title, LONGEST_TITLE_CHARACTERS),
        titles=forms,
        description=_shorten(description, LONGEST_DESCRIPTION_CHARACTERS),
        authors=authors.find(tree, meta, node, nodes, page.entry.authors if page.entry else (), sites),
        image=_image(meta, node, page),
        tags=_tags(tree, meta, node, page, f"{title} {description}", sites),
        section=json_ld.text(node.get("articleSection")) or _first(meta, SECTIONS),
        canonical_url=_canonical(tree, page),
        claims_article=bool(node) or any("article" in kind.lower() for kind in kinds),
    )


def metas(tree: HtmlElement) -> dict[str, list[str]]:
    """The page's meta elements: name, property or itemprop in lower case -> their values, in order."""
    found: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        names = {(element.get(kind) or "").strip().lower() for kind in ("property", "name", "itemprop")} - {""}
        content = " ".join((element.get("content") or "")[:LONGEST_META_CHARACTERS].split()) if names else ""
        for name in names if content else ():
            found.setdefault(name, []).append(content)
    return found


def _names(
    meta: dict[str, list[str]], nodes: Sequence[json_ld.Node], node: json_ld.Node, page: Page, source: Source
) -> set[str]:
    """The keys of all names that the page or the source's file gives its site, with and without spaces; also of the
    names in its host."""
    host = _host(page.final_url)
    site = urls.site(host)
    told = [key_of_name(title) for name in TITLES for title in meta.get(name, ())]
    # Some pages give their own title as the name of the site. Such a name does not count.
    names = [
        name
        for name in (*meta.get("og:site_name", ()), *meta.get("application-name", ()))
        if words(name) <= title_parts.NAME_WORDS or key_of_name(name) not in told
    ]
    names += [source.title, source.name]
    names += [
        host,
        host.removeprefix("www."),
        site,
        site.partition(".")[0].replace("-", ""),
        json_ld.text(node.get("publisher")),
    ]
    names += [json_ld.text(one.get("name")) for one in nodes if _is_site(one)]
    keys = {key_of_name(name) for name in names}
    return (keys | {its_key.replace(" ", "") for its_key in keys}) - {""}


def _is_site(node: json_ld.Node) -> bool:
    kinds = json_ld.types(node)
    return bool(SITES.intersection(kinds)) and "Person" not in kinds


def _description(meta: dict[str, list[str]], node: json_ld.Node, page: Page) -> str:
    said = [meta[name][0] for name in DESCRIPTIONS if name in meta]
    for text in (*said, json_ld.text(node.get("description"))):
        # Some sites give nothing but a comma or an ellipsis.
        if key(text):
            return titles.bare(text)
    summary = page.entry.summary if page.entry else ""
    return titles.bare(re.sub(r"<[^>]*>", " ", summary))


def _shorten(text: str, most: int) -> str:
    """Text of at most `most` characters, cut at a word, and marked if it was longer."""
    if len(text) <= most:
        return text
    head = text[:most]
    # In scripts without spaces there is no word to cut at.
    at = head.rfind(" ", most // 2)
    return head[: at if at > 0 else most - 1].rstrip(" ,;:،؛-–—") + "…"


def _image(meta: dict[str, list[str]], node: json_ld.Node, page: Page) -> str:
    given = node.get("image")
    if isinstance(given, list):
        given = next(iter(given), "")
    if isinstance(given, dict):
        given = given.get("url") or given.get("contentUrl")
    for image in (_first(meta, IMAGES), given):
        if isinstance(image, str) and image:
            absolute = _join_url(page.final_url, image)
            if absolute:
                return absolute
    return ""


def _tags(
    tree: HtmlElement, meta: dict[str, list[str]], node: json_ld.Node, page: Page, told: str, sites: set[str]
) -> tuple[str, ...]:
    """The tags of an article; told: its title and description."""
    given = node.get("keywords") or []
    lists: tuple[list[str], ...] = (
        meta.get("article:tag", []),
        [str(tag) for tag in given] if isinstance(given, list) else [str(given)],
        meta.get("news_keywords", []),
        list(page.entry.tags) if page.entry else [],
        meta.get("keywords", []),
    )
    for number, tags in enumerate(lists, 1):
        found: dict[str, str] = {}
        for part in (part.strip() for tag in tags for part in re.split(r"[,،;؛|]", tag)):
            its_key = key(part)
            if key_of_name(part) in sites:
                continue
            if re.search(r"[^\W\d_]", its_key) and len(part) <= LONGEST_TAG_CHARACTERS:
                found.setdefault(its_key, part)
        if found and number == len(lists) and _is_stock(found, tree, told):
            return ()
        if found:
            return tuple(found.values())[:MAX_TAGS]
    return ()


def _is_stock(tags: Iterable[str], tree: HtmlElement, told: str) -> bool:
    """Whether keywords, by their keys, belong to the whole site: most of them are not in the article."""
    paragraphs = " ".join(" ".join(p.text_content().split()) for p in islice(tree.iter("p"), STOCK_PARAGRAPHS))
    text = f" {key(told)} {key(paragraphs[:STOCK_LOOK_CHARACTERS])} "
    wanted = list(tags)
    return sum(tag in text for tag in wanted) * 2 < len(wanted)


def _canonical(tree: HtmlElement, page: Page) -> str:
    """The rel=canonical address if it is a page of the same site and not its home page; else the URL that answered."""
    for link in tree.iter("link"):
        href = (link.get("href") or "").strip()
        if "canonical" not in (link.get("rel") or "").lower().split() or not href:
            continue
        url = _join_url(page.final_url, href)
        if not url or urls.site(_host(url)) != urls.site(_host(page.final_url)):
            continue
        if urlsplit(url).path.strip("/") or urlsplit(url).query or not urlsplit(page.final_url).path.strip("/"):
            return url
    return page.final_url


def _join_url(base: str, url: str) -> str:
    try:
        return urls.clean(urljoin(base, url))
    except ValueError:
        return ""


def _first(meta: dict[str, list[str]], names: Sequence[str]) -> str:
    return next((meta[name][0] for name in names if name in meta), "")


def _text(element: HtmlElement | None) -> str:
    return " ".join(element.text_content().split()) if element is not None else ""


def _host(url: str) -> str:
    try:
        return urls.host(url)
    except ValueError:
        return ""
