"""Which of the forms of a title on a page is the title: without the names of site and section, whole, without markup.

It alone knows what separates a title from a site's name, also in scripts without spaces.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import unescape

from lxml.html import HtmlElement

from pipelines.extract.phrases import key
from pipelines.text import words

UNSPACED = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af》」』】）？！。…”"
SEPARATOR = re.compile(
    r"\s+[-－–—|｜ㅣ丨:：»›«•·~/_]+\s+|\s*[|｜ㅣ丨]+\s*|\s*:{2,}\s*|\s+--+\s*|\s*--+\s+|"
    r"\s*[-－–—|｜_]+\s*(?=[《「【])|"
    rf"(?<=[{UNSPACED}])\s*[-－–—_]+\s*(?=[{UNSPACED}《「【\w])"
)
# Names that sites of scripts without spaces have at their ends.
OF_SITES = re.compile(
    r"(?:网|網|新闻|新聞|频道|頻道|日报|日報|在线|線上|オンライン|ニュース|ドットコム|뉴스|일보|신문|방송)\W*$"
)
MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>")
TITLE_WORDS = 4
PARTS = 6
SLACK = 40
SECTION = 0.5
SHORT = 12
# No title is longer; what follows the patterns above through it takes its time.
LONGEST = 2000
COUNTER = re.compile(r"\(?\d+\)?|page \d+|strona \d+|seite \d+", re.IGNORECASE)


def pick(
    tree: HtmlElement, *, headline: str, shown: str, element: str, given: str, sites: set[str]
) -> tuple[str, tuple[str, ...]]:
    """The title and the forms in which it stands on the page.

    headline: what is said for machines; shown: for other sites (og:title); element: in the page's title element; given:
    by the feed; sites: keys (phrases.key) of the site's names, without spaces as well.
    """
    element, shown = bare(element), bare(shown)
    headings = [_heading(h1, shown, element) for h1 in tree.iter("h1")]
    headings = [heading for heading in headings if heading and not is_site(heading, sites)]
    headline = without_names(bare(headline), sites)
    near = max(headings, key=lambda h: _alike(h, shown or element), default="")
    near = near if near and (not (shown or element) or min(_alike(near, shown or element)) >= SECTION) else ""
    near = without_names(near, sites)
    # A headline is cut at 110 characters by some; the heading on the page is whole.
    if (headline and near and key(near).startswith(key(headline.rstrip(".… ")))) or (
        headline and near and words(near) >= TITLE_WORDS and key(headline).endswith(" " + key(near))
    ):
        headline = near
    cut = [_without_site(title, sites, headings, tree) for title in (shown, element)]
    # A page's only heading is what people see for its title, whatever is said for search engines.
    only = headings[0] if len(headings) == 1 and words(headings[0]) > TITLE_WORDS // 2 else ""
    forms = (headline, near, only, *cut, given, *headings[:1])
    chosen = next((t for t in forms if t and not is_site(t, sites)), "")
    others = dict.fromkeys(t for t in (chosen, headline, near, *cut, shown, element, given) if t)
    return chosen, tuple(others)


def bare(title: str) -> str:
    """A title without markup and entities that were written into it, and without soft hyphens."""
    return _plain(MARKUP.sub(" ", unescape(title) if "&" in title else title))


def is_site(part: str, sites: set[str]) -> bool:
    """Whether a part of a title is one of the site's names, however it is spaced, or its address."""
    its_key = key(part)
    return not its_key or its_key in sites or its_key.replace(" ", "") in sites


def without_names(title: str, sites: set[str]) -> str:
    """A title without the site's names at its ends."""
    title = title[:LONGEST]
    while cuts := [m.span() for m in SEPARATOR.finditer(title)]:
        head, tail = title[: cuts[-1][0]].strip(), title[cuts[-1][1] :].strip()
        first, rest = title[: cuts[0][0]].strip(), title[cuts[0][1] :].strip()
        if head and (is_site(tail, sites) or _is_name(tail, head)):
            title = head
        elif rest and is_site(first, sites):
            title = rest
        else:
            break
    return title


def _is_name(tail: str, head: str) -> bool:
    """Whether the end of a title in a script without spaces is the name of a site or of its part: `…－晨报网`."""
    return len(tail) <= SHORT < len(head) + SHORT // 2 and bool(OF_SITES.search(tail)) and not re.search(r"\s", tail)


def _heading(h1: HtmlElement, *titles: str) -> str:
    """A heading's text; without the lead and the time that stand in it where the page's title ends before them."""
    whole, first = _plain(h1.text_content()[:LONGEST]), _plain(h1.text or "")
    if len(h1) and words(first) >= TITLE_WORDS:
        said = [key(title) for title in titles]
        if any(key(first) in title for title in said) and not any(key(whole) in title for title in said):
            return first
    # A kicker in it stands before what other sites are given for the title.
    ends = (title for title in titles if words(title) >= TITLE_WORDS and key(whole).endswith(" " + key(title)))
    return next(ends, whole)


def _plain(text: str) -> str:
    return " ".join(text.replace("\xad", "").split())


def _without_site(title: str, sites: set[str], headings: Sequence[str], tree: HtmlElement) -> str:
    """A title without the names of site and section: of its parts those that stand on the page by themselves."""
    title = without_names(title, sites)
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
    if COUNTER.fullmatch(last):
        return head
    return head if words(last) <= 3 and words(head) >= TITLE_WORDS and not re.search(r"\d", last) else title


def _standing(tree: HtmlElement, titles: Iterable[str]) -> dict[str, bool]:
    """Which of these stand on the page by themselves, in whatever element, and whether so outside of links."""
    wanted = {key(title): title for title in titles}
    longest = max(map(len, wanted.values()), default=0) + SLACK
    shortest = min(map(len, wanted.values()), default=0)
    found: dict[str, bool] = {}
    for element in tree.iter("h2", "h3", "h4", "b", "strong", "font", "span", "div", "td", "p"):
        text = element.text
        if text and shortest <= len(text) <= longest and not text.isspace():
            title = wanted.get(key(text))
            if title and not found.get(title):
                found[title] = next(element.iterancestors("a", "nav", "option"), None) is None
    return found


def _alike(one: str, other: str) -> tuple[float, float]:
    """The share of the shorter title's words that stand in the other, and twice that of the longer one's."""
    mine, theirs = set(key(one).split()), set(key(other).split())
    both, sizes = len(mine & theirs), (len(mine), len(theirs))
    return both / max(1, min(sizes)), 2 * both / max(1, *sizes)
