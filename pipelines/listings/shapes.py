"""Decides which of a page's links lead to articles, by the shapes of their addresses and by their words.

Links whose addresses have one shape are judged together. If the words of most of them are headlines, they lead to
articles. If they have single words, they lead to sections, tags and people. No rule here is for a single site.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

# The last segment of a path is a title if it has at least this many hyphens. Chosen: names of sections have fewer.
TITLE_HYPHENS = 3
# Of a file name's ending, at most this many characters are part of a shape. Chosen: no real ending is longer.
ENDING_CHARACTERS = 8

NO_PAGE = re.compile(
    r"\.(jpe?g|png|gif|webp|avif|svg|pdf|mp[34]|m4[av]|zip|css|js|xml|rss|atom|ico|docx?|xlsx?|pptx?|apk|exe|ics)$",
    re.IGNORECASE,
)
# Publishing systems use these parts of a path for pages that are no articles.
NO_ARTICLE = re.compile(
    r"/(tags?|category|categories|author|authors|autor|autoren|autores|auteurs?|autori|writers?|columnists?|"
    r"search|login|log-in|signin|sign-in|signup|sign-up|register|logout|"
    r"wp-login\.php|wp-admin|account|profile|users?|subscribe|subscriptions?|newsletters?|cart|checkout|about|about-us|"
    r"contact|contact-us|privacy|privacy-policy|cookies?|cookie-policy|terms|terms-of-use|terms-of-service|imprint|"
    r"impressum|datenschutz|advertise|help|faq|page|feed|rss|print|share|comment-page-\d+|mentions-legales|"
    r"kategori|etiket|yazar|yazarlar|وسم|تصنيف|كاتب|تگ|برچسب|نویسنده)(/|$)",
    re.IGNORECASE,
)
NO_ARTICLE_QUERY = {"replytocom", "share", "sort", "filter", "redirect", "redirect_to", "return", "returnurl", "s", "q"}
UNTELLING = {"year", "month", "page", "offset", "start", "v", "ver", "version", "date", "from", "to", "w", "width"}
# These addresses stand for a day, a month or a year of a calendar, which has a page for every day of the past.
CALENDAR = re.compile(r"/(19|20)\d\d(/\d{1,2}){0,2}/?$|/(19|20)\d\d-\d\d?(-\d\d?)?/?$")
DATED = re.compile(r"/(19|20)\d\d[/-]?(0?[1-9]|1[0-2])([/-]?(0?[1-9]|[12]\d|3[01]))?[/_-]+\w")
NUMBERED = re.compile(r"\d{4,}")
YEAR = re.compile(r"(19|20)\d\d")
IDENTIFIER = re.compile(
    r"(?=(?:\D*\d){2})(?=.*[a-z])[0-9a-z]{8,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE
)
# These scripts have no blanks between words. In DENSE (Chinese, Japanese) a letter is about half a word; in RUNNING
# (Thai, Lao, Burmese, Khmer) about a fifth.
DENSE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
RUNNING = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
WORD = re.compile(r"\w+")
# A headline has at least HEADLINE_WORDS words, or one less inside a heading. A label (such as the name of a section or
# a tag) has fewer than LABEL_WORDS words. Chosen: names of sections have up to three words, so a text of three words
# may be either.
HEADLINE_WORDS, LABEL_WORDS = 4, 3
# A headline has at most this many characters. Chosen: a longer text is a paragraph.
LONGEST_CHARACTERS = 300
# A shape counts as evidence if at least this many links have it. Chosen: two may be chance.
LEAST_LINKS = 3
# A shape belongs to articles if at least the share MOSTLY_SHARE of its links are headlines. It belongs to labels if
# less than the share HARDLY_SHARE are headlines. Chosen: between the two, the words of each link decide.
MOSTLY_SHARE, HARDLY_SHARE = 0.6, 0.2
# The last segment of a path is also a title if it has at least this many characters. Chosen: names of sections are
# shorter.
LONG_SLUG_CHARACTERS = 40
# If more than this many links of one shape are no headlines, they are a trap for crawlers and no menu. Chosen: the
# largest menus of real pages have a hundred or two hundred links.
LONGEST_MENU_LINKS = 300
# A path has at most DEEPEST slashes, and a query has at most MOST_PAIRS ampersands. Only traps for crawlers have more.
DEEPEST, MOST_PAIRS = 15, 20


@dataclass(frozen=True, kw_only=True)
class Link:
    """A link of a page: its target, its words (empty if it has none), and its place on the page.

    aside: whether it is in a menu, a footer or the like.
    headed: whether it is in a heading.
    foreign: whether it leads to another host of the same site.
    """

    url: str
    words: str = ""
    aside: bool = False
    headed: bool = False
    foreign: bool = False


def possible(url: str) -> bool:
    """Whether an address can be an article's at all."""
    parts = urlsplit(url)
    path = unquote(parts.path)
    if path.count("/") > DEEPEST or parts.query.count("&") > MOST_PAIRS:
        return False
    if NO_PAGE.search(path) or NO_ARTICLE.search(path) or (path in ("", "/") and not parts.query):
        return False
    named = {name.lower() for name, _ in _pairs(parts.query)}
    return not named & NO_ARTICLE_QUERY and (bool(named) or not CALENDAR.search(path))


def articles(links: Sequence[Link]) -> list[Link]:
    """The links of a page that lead to articles, in the page's order; every address once."""
    kinds: dict[str, list[Link]] = defaultdict(list)
    firsts: dict[str, int] = defaultdict(int)
    likely = [link for link in links if possible(link.url)]
    for link in likely:
        firsts[_lead(link.url)] += 1
    shaped = [(link, shape(link.url, keep=firsts[_lead(link.url)] > 1)) for link in likely]
    for link, kind in shaped:
        if not link.aside:
            kinds[kind].append(link)
    read = {kind: sum(headline(link) for link in alike) for kind, alike in kinds.items()}
    shares = {kind: read[kind] / len(alike) for kind, alike in kinds.items()}
    good = {kind for kind, share in shares.items() if share >= MOSTLY_SHARE and len(kinds[kind]) >= LEAST_LINKS}
    # In these shapes, only headlines lead to articles: no menu is this long, so the other links are a trap for
    # crawlers.
    crowded = {
        kind
        for kind in kinds.keys() - good
        if len(kinds[kind]) - read[kind] > LONGEST_MENU_LINKS and read[kind] >= LEAST_LINKS
    }

    def leads(link: Link, kind: str) -> bool:
        read = headline(link)
        if (kind in good or (kind in crowded and read)) and not link.aside:
            return True
        if telling(link.url):
            # If the page has a shape of articles, a link of one or two words is a label, and so is every link of a
            # shape with hardly any headlines.
            few = bool(link.words) and weight(link.words) < LABEL_WORDS
            labels = few or (len(kinds.get(kind, ())) >= LEAST_LINKS and shares[kind] < HARDLY_SHARE)
            return read or not (link.aside or link.foreign or (labels and bool(good or crowded)))
        return link.headed and read and not link.aside

    return [link for link, kind in shaped if leads(link, kind)]


def fair(links: Sequence[Link], most: int) -> list[Link]:
    """At most `most` of the links, in their order. If there are more, the shapes of addresses take turns."""
    if len(links) <= most:
        return list(links)
    alike: dict[str, list[int]] = defaultdict(list)
    for at, link in enumerate(links):
        alike[shape(link.url)].append(at)
    # The first link of each shape, then the second: thousands of one shape leave room for all others.
    turns = sorted((turn, at) for places in alike.values() for turn, at in enumerate(places))
    return [links[at] for at in sorted(at for _, at in turns[:most])]


def telling(url: str) -> bool:
    """Whether an address alone looks like an article's: it has a date with more behind it, a long number or many
    words."""
    parts = urlsplit(url)
    path = unquote(parts.path).rstrip("/")
    last = path.rpartition("/")[2].partition(".")[0]
    if (
        DATED.search(path)
        or last.count("-") >= TITLE_HYPHENS
        or last.count("_") >= TITLE_HYPHENS
        or len(last) >= LONG_SLUG_CHARACTERS
    ):
        return True
    if IDENTIFIER.fullmatch(last) or any(_number(said) for said in NUMBERED.findall(path)):
        return True
    return any(NUMBERED.search(value) for name, value in _pairs(parts.query) if name.lower() not in UNTELLING)


def shape(url: str, *, keep: bool = True) -> str:
    """What an address has in common with similar ones: classes of its path's parts, and the names in its query.

    keep: whether the first part stays unchanged, because it names a part of the site.
    """
    parts = urlsplit(url)
    segments = [segment for segment in unquote(parts.path).split("/") if segment]
    last = len(segments) - 1
    classes = [_class(segment, last=at == last, keep=keep or at > 0) for at, segment in enumerate(segments)]
    query = sorted({name for name, _ in _pairs(parts.query)})
    return "/".join([parts.netloc.lower(), *classes]) + ("?" + "&".join(query) if query else "")


def headline(link: Link) -> bool:
    """Whether a link's words read like a headline, in any script."""
    return 0 < len(link.words) <= LONGEST_CHARACTERS and weight(link.words) >= (
        HEADLINE_WORDS - 1 if link.headed else HEADLINE_WORDS
    )


def weight(words: str) -> float:
    """How many words a text has, or would have with blanks between its words."""
    dense, running = len(DENSE.findall(words)), len(RUNNING.findall(words))
    spaced = (
        0 if dense + running > len(words) // 2 else len([word for word in WORD.findall(words) if not word.isdigit()])
    )
    # Two letters of a dense script make a word, or five of a running one.
    return spaced + dense / 2 + running / 5


def _lead(url: str) -> str:
    parts = urlsplit(url)
    return parts.netloc + "/" + parts.path.lstrip("/").partition("/")[0]


def _class(segment: str, *, last: bool, keep: bool) -> str:
    stem, dot, ending = segment.rpartition(".") if last and "." in segment else (segment, "", "")
    if stem.isdigit():
        kind = "year" if YEAR.fullmatch(stem) else "number" if len(stem) > 2 else "digits"
    elif re.search(r"[-_ +,]", stem.strip("-_")) or not stem.isascii():
        kind = "words"
    elif IDENTIFIER.fullmatch(stem) or re.search(r"\d{3,}", stem):
        kind = "mixed"
    elif last or not keep:
        kind = "word"
    else:
        kind = "=" + stem.lower()
    return kind + dot + ending.lower()[:ENDING_CHARACTERS]


def _pairs(query: str) -> list[tuple[str, str]]:
    pairs = [pair.partition("=") for pair in query.split("&", MOST_PAIRS)[:MOST_PAIRS] if pair]
    return [(name, value) for name, _, value in pairs]


def _number(digits: str) -> bool:
    return not YEAR.fullmatch(digits)
