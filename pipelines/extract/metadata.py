"""What an article is besides its text: title, description, authors, image, tags, section, canonical URL.

The evidence, best first: JSON-LD, the page's own headings, meta elements, what the feed said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import unescape
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from pipelines import urls
from pipelines.extract import linked
from pipelines.extract.phrases import key
from pipelines.model import Page, Source
from pipelines.text import words

SEPARATOR = re.compile(r"\s+[-–—|:»«•·~]+\s+|\s*\|\s*")
TITLES = ("og:title", "twitter:title", "dc.title", "parsely-title", "sailthru.title")
DESCRIPTIONS = ("og:description", "description", "twitter:description", "dc.description")
AUTHORS = ("author", "article:author", "byl", "dc.creator", "parsely-author", "sailthru.author", "citation_author")
IMAGES = ("og:image", "og:image:url", "twitter:image", "twitter:image:src")
SECTIONS = ("article:section", "parsely-section", "og:section", "category")
BYLINE = re.compile(r"\b(?:byline|author|post-author|td-post-author-name|writer|reporter)\b", re.IGNORECASE)
BY = re.compile(
    r"^(?:written by|by|von|par|por|di|door|автор|текст|yazan|نویسنده|گزارش|بقلم|كتبه|كتبت|كتب|بواسطة|تحرير|"
    r"إعداد|اعداد|الكاتب|מאת|تحریر)\b\s*[:：|/-]?\s*",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"https?:\S+|\S+@\S+|\([^)]*\)")
BETWEEN = re.compile(r"\s*[,;،|/•·]\s*|\s+(?:and|und|et|y|ve|и|و|&)\s+")
NO_PERSON = """
admin, administrator, editor, editors, editorial, editorial staff, staff, newsroom, news desk, web desk, webmaster,
author, redaktion, redaction, la rédaction, rédaction, redacción, редакция, anonymous, unknown, guest, user, root,
haber merkezi, editör,
فريق التحرير, هيئة التحرير, إدارة التحرير, التحرير, المحرر, محرر, مدير, مدير الموقع, الموقع, وكالات,
خاص, متابعات, رصد, تحریریه
"""
NOBODY = frozenset(key(name) for name in NO_PERSON.split(","))
NAME_WORDS = 5
TITLE_WORDS = 4
PARTS = 6
SLACK = 40
SECTION = 0.5
LONGEST_TITLE = 500
LONGEST_DESCRIPTION = 2000
MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>")


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a page says of itself; titles are the forms in which its title stands on the page, at full length."""

    meta: dict[str, list[str]]
    node: linked.Node
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
    """Read everything but the dates; empty where nothing was found."""
    meta = metas(tree)
    nodes = linked.nodes(tree)
    node = linked.article(nodes)
    host = _host(page.final_url)
    names = (*meta.get("og:site_name", ()), source.title, source.name, host, host.removeprefix("www."))
    sites = {key(name) for name in names}
    title, titles = _title(tree, meta, node, page, sites)
    kinds = meta.get("og:type", [])
    return Facts(
        meta=meta,
        node=node,
        title=_shortened(title, LONGEST_TITLE),
        titles=titles,
        description=_shortened(_description(meta, node, page), LONGEST_DESCRIPTION),
        authors=_authors(tree, meta, node, page, sites),
        image=_image(meta, node, page),
        tags=_tags(meta, node, page),
        section=linked.text(node.get("articleSection")) or _first(meta, SECTIONS),
        canonical_url=_canonical(tree, page),
        claims_article=bool(node) or any("article" in kind.lower() for kind in kinds),
    )


def metas(tree: HtmlElement) -> dict[str, list[str]]:
    """The page's meta elements: name, property or itemprop in lower case -> what they say, in order."""
    found: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop")
        content = " ".join((element.get("content") or "").split())
        if name and content:
            found.setdefault(name.strip().lower(), []).append(content)
    return found


def _title(
    tree: HtmlElement, meta: dict[str, list[str]], node: linked.Node, page: Page, sites: set[str]
) -> tuple[str, tuple[str, ...]]:
    head = tree.find(".//head/title")
    element = _bare(_text(head if head is not None else tree.find(".//title")))
    shown = _bare(_first(meta, TITLES))
    headings = [_heading(h1, shown, element) for h1 in tree.iter("h1")]
    headings = [heading for heading in headings if heading and key(heading) not in sites]
    headline = _without_names(linked.text(node.get("headline")), sites)
    near = max(headings, key=lambda h: _alike(h, shown or element), default="")
    near = near if near and (not (shown or element) or min(_alike(near, shown or element)) >= SECTION) else ""
    given = page.entry.title if page.entry else ""
    # A headline is cut at 110 characters by some; the heading on the page is whole.
    if headline and near and key(near).startswith(key(headline.rstrip(".… "))):
        headline = near
    bare = [_without_site(title, sites, headings, tree) for title in (shown, element)]
    chosen = next((t for t in (headline, near, *bare, given, *headings[:1]) if t and key(t) not in sites), "")
    forms = dict.fromkeys(t for t in (chosen, headline, near, *bare, shown, element, given) if t)
    return chosen, tuple(forms)


def _heading(h1: HtmlElement, *titles: str) -> str:
    """A heading's text; without the lead and the time that stand in it where the page's title ends before them."""
    whole, first = _text(h1), " ".join((h1.text or "").split())
    if len(h1) and words(first) >= TITLE_WORDS:
        said = [key(title) for title in titles]
        if any(key(first) in title for title in said) and not any(key(whole) in title for title in said):
            return first
    return whole


def _bare(title: str) -> str:
    """A title without markup that was written into it."""
    return " ".join(MARKUP.sub(" ", title).split())


def _without_names(title: str, sites: set[str]) -> str:
    """A title without the site's names at its ends."""
    while cuts := [m.span() for m in SEPARATOR.finditer(title)]:
        head, tail = title[: cuts[-1][0]].strip(), title[cuts[-1][1] :].strip()
        first, rest = title[: cuts[0][0]].strip(), title[cuts[0][1] :].strip()
        if head and (not tail or key(tail) in sites):
            title = head
        elif rest and (not first or key(first) in sites):
            title = rest
        else:
            break
    return title


def _without_site(title: str, sites: set[str], headings: Sequence[str], tree: HtmlElement) -> str:
    """A title without the names of site and section: of its parts those that stand on the page by themselves."""
    title = _without_names(title, sites)
    cuts = [m.span() for m in SEPARATOR.finditer(title)][:PARTS]
    if not cuts:
        return title
    begins, ends = [0, *(end for _, end in cuts)], [*(start for start, _ in cuts), len(title)]
    spans = {title[begin:end].strip() for i, begin in enumerate(begins) for end in ends[i:]} - {title, ""}
    known = {key(heading) for heading in headings}
    there = _standing(tree, spans)
    for span in sorted(spans, key=words, reverse=True):
        if key(span) in known or (words(span) >= TITLE_WORDS and span in there):
            return span
    alone = [span for span in spans if there.get(span)]
    if len(alone) == 1 and max(words(part) for part in SEPARATOR.split(title)) < TITLE_WORDS:
        return alone[0]
    head, last = title[: cuts[-1][0]].strip(), title[cuts[-1][1] :].strip()
    return head if words(last) <= 3 and words(head) >= TITLE_WORDS and not re.search(r"\d", last) else title


def _standing(tree: HtmlElement, titles: Iterable[str]) -> dict[str, bool]:
    """Which of these stand on the page by themselves, in whatever element, and whether so outside of links."""
    wanted = {key(title): title for title in titles}
    longest = max(map(len, wanted.values()), default=0) + SLACK
    found: dict[str, bool] = {}
    for element in tree.iter("h2", "h3", "h4", "b", "strong", "font", "span", "div", "td", "p"):
        if element.text and len(element.text) <= longest and not element.text.isspace():
            title = wanted.get(key(element.text))
            if title and not found.get(title):
                found[title] = next(element.iterancestors("a", "nav", "option"), None) is None
    return found


def _description(meta: dict[str, list[str]], node: linked.Node, page: Page) -> str:
    for text in (_first(meta, DESCRIPTIONS), linked.text(node.get("description"))):
        if text:
            return text
    summary = page.entry.summary if page.entry else ""
    return " ".join(re.sub(r"<[^>]*>", " ", summary).split())


def _shortened(text: str, most: int) -> str:
    """Text of at most so many characters, cut at a word and marked where it was longer."""
    if len(text) <= most:
        return text
    head = text[:most]
    # Scripts without spaces have no word to cut at.
    at = head.rfind(" ", most // 2)
    return head[: at if at > 0 else most - 1].rstrip(" ,;:،؛-–—") + "…"


def _authors(
    tree: HtmlElement, meta: dict[str, list[str]], node: linked.Node, page: Page, sites: set[str]
) -> tuple[str, ...]:
    persons, others = linked.people(node.get("author") or node.get("creator") or [])
    nobody = sites | NOBODY | {key(name) for name in others} | {key(linked.text(node.get("publisher")))}
    sources: Iterable[list[str]] = (
        persons,
        [value for name in AUTHORS for value in meta.get(name, ())],
        list(page.entry.authors) if page.entry else [],
        _bylines(tree),
    )
    for names in sources:
        found: dict[str, str] = {}
        for name in names:
            for person in BETWEEN.split(BY.sub("", ADDRESS.sub("", " ".join(unescape(name).split())))):
                cleaned = BY.sub("", person).strip(" -–—:.,*'\"")
                if _is_person(cleaned) and key(cleaned) not in nobody:
                    found.setdefault(key(cleaned), cleaned)
        if found:
            return tuple(found.values())[:10]
    return ()


def _bylines(tree: HtmlElement) -> list[str]:
    found = []
    for element in tree.iter("a", "span", "div", "p", "address"):
        rel, prop, name = (element.get(n) or "" for n in ("rel", "itemprop", "class"))
        if "author" in rel.split() or prop == "author" or BYLINE.search(name):
            text = _text(element)
            if text and len(text.split()) <= 8 and "comment" not in name:
                found.append(text)
        if len(found) == 3:
            break
    return found[:1]


def _is_person(name: str) -> bool:
    if (
        not name
        or len(name) > 60
        or re.search(r"\d|@|www\.|\.(?:com|net|org)\b|[<>{}=:()]|getty|istock|image", name, re.I)
    ):
        return False
    return len(name.split()) <= NAME_WORDS and len(key(name)) >= 3


def _image(meta: dict[str, list[str]], node: linked.Node, page: Page) -> str:
    given = node.get("image")
    if isinstance(given, list):
        given = next(iter(given), "")
    if isinstance(given, dict):
        given = given.get("url") or given.get("contentUrl")
    for image in (_first(meta, IMAGES), given):
        if isinstance(image, str) and image:
            absolute = _joined(page.final_url, image)
            if absolute:
                return absolute
    return ""


def _tags(meta: dict[str, list[str]], node: linked.Node, page: Page) -> tuple[str, ...]:
    given = node.get("keywords") or []
    lists: Iterable[list[str]] = (
        meta.get("article:tag", []),
        [str(tag) for tag in given] if isinstance(given, list) else [str(given)],
        meta.get("news_keywords", []) or meta.get("keywords", []),
        list(page.entry.tags) if page.entry else [],
    )
    for tags in lists:
        parts = [part.strip() for tag in tags for part in re.split(r"[,،;؛|]", tag)]
        found: dict[str, str] = {}
        for part in parts:
            if key(part) and len(part) <= 80:
                found.setdefault(key(part), part)
        if found:
            return tuple(found.values())[:30]
    return ()


def _canonical(tree: HtmlElement, page: Page) -> str:
    """rel=canonical where it is a page of the same site and not its home page; else the URL that answered."""
    for link in tree.iter("link"):
        href = (link.get("href") or "").strip()
        if "canonical" not in (link.get("rel") or "").lower().split() or not href:
            continue
        url = _joined(page.final_url, href)
        if not url or urls.site(_host(url)) != urls.site(_host(page.final_url)):
            continue
        if urlsplit(url).path.strip("/") or urlsplit(url).query or not urlsplit(page.final_url).path.strip("/"):
            return url
    return page.final_url


def _joined(base: str, url: str) -> str:
    try:
        return urls.cleaned(urljoin(base, url))
    except ValueError:
        return ""


def _first(meta: dict[str, list[str]], names: Sequence[str]) -> str:
    return next((meta[name][0] for name in names if name in meta), "")


def _text(element: HtmlElement | None) -> str:
    return " ".join(element.text_content().split()) if element is not None else ""


def _alike(one: str, other: str) -> tuple[float, float]:
    """The share of the shorter title's words that stand in the other, and twice that of the longer one's."""
    mine, theirs = set(key(one).split()), set(key(other).split())
    both, sizes = len(mine & theirs), (len(mine), len(theirs))
    return both / max(1, min(sizes)), 2 * both / max(1, *sizes)


def _host(url: str) -> str:
    try:
        return urls.host(url)
    except ValueError:
        return ""
