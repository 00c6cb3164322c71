"""Which of a page's titles is the right one: whole, without markup and without the names of site and section."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache, partial
from html import unescape
from itertools import islice

from lxml.html import HtmlElement

from pipelines.extract.fields import above_text, site_headings
from pipelines.extract.fields.title_parts import (
    HOME,
    LONGEST,
    MAX_PARTS,
    NAME_WORDS,
    OF_SITES,
    SEPARATOR,
    SITE_WORDS,
    TITLE_WORDS,
    count_words,
    is_site,
    without_names,
)
from pipelines.extract.phrases import key, key_of_name
from pipelines.text import has_unspaced, words

# The names of papers end with one of these words. Some headlines do too, so such an ending counts only in the last part
# of a title.
OF_PAPERS = re.compile(r"(?:(?:[晚早晨邮郵时時]|青年)[报報]|[周週]刊)\W*$")
# Matches text that was meant as markup: an element with its end, or a line break. A tag without an end is something
# that the title is about.
MARKUP = re.compile(
    r"<(?P<name>[a-zA-Z]\w*)(?:\s[^<>]*)?>(?P<inside>[^<>]*)</(?P=name)>|</?(?:br|wbr|p)\s*/?>", re.IGNORECASE
)
TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
# A title of the page can fit its text only if the text has at least this share of the title's words. Chosen: a quarter,
# because the site's name may be in both, and a name is short.
OF_SITE_SHARE = 0.25
# A kicker, a short line above the title such as a topic, has at least this many words. Chosen: a title with a single
# word more is only another form of the same title.
KICKER_WORDS = 2
# At most this many elements that may be a page's title are read. Chosen: further elements are the titles of other
# articles.
MOST_SHOWN = 50
# An element may be longer than the title that it shows by this many characters. Chosen: a kicker before the title is as
# long.
SLACK_CHARACTERS = 40
# Two titles are alike if they have at least this share of their words in common. Chosen: with a smaller share, one is
# the title of a section.
SECTION_SHARE = 0.5
COUNTER = re.compile(r"\(?\d+\)?|page \d+|strona \d+|seite \d+", re.IGNORECASE)


def pick(
    tree: HtmlElement, *, headline: str, social: str, element: str, given: str, sites: set[str]
) -> tuple[str, tuple[str, ...]]:
    """The title and the forms that it has on the page.

    headline: the title for machines.
    social: the title for other sites (og:title).
    element: the text of the page's title element.
    given: the title in the feed.
    sites: keys (key_of_name) of the site's names, without spaces as well.
    """
    written = " ".join(above_text.plain(h1.text_content()[:LONGEST]) for h1 in tree.iter("h1", "h2"))
    element, social = bare(element, written), bare(social, written)
    called = [without_names(title, sites) for title in (social, element)]
    h1s = [h1 for h1 in tree.iter("h1") if not site_headings.names_site(h1, *called)]
    # These headings may be the name of the site, and have the same words as every title of the page.
    site_like_h1s = [
        h1
        for h1 in h1s
        if site_headings.may_name_site(h1)
        and {key_of_name(h1.text_content())} == {key_of_name(one) for one in called if one}
    ]
    read = [(_heading(h1, social, element), h1) for h1 in h1s]
    read = [(heading, h1) for heading, h1 in read if heading and not is_site(heading, sites)]
    headings = [heading for heading, _ in read]
    said = cache(partial(above_text.text_stems, tree))
    giving_way = site_headings.find_names(tree, read, called, sites, said)
    headings = [heading for heading in headings if heading not in giving_way]
    # A heading may consist of the names of section and site. In a title, these are parts of their own.
    parts = {key_of_name(part) for name in called for part in SEPARATOR.split(name)} - {""}
    sites = sites | {part for part in parts if any(part in key_of_name(heading) for heading in giving_way)}
    headline = without_names(bare(headline, written), sites)
    near = max(headings, key=lambda h: _alike(h, social or element), default="")
    near = near if near and (not (social or element) or min(_alike(near, social or element)) >= SECTION_SHARE) else ""
    near = without_names(near, sites)
    # Some sites cut the headline for machines at 110 characters; the heading on the page is complete.
    if (headline and near and key(near).startswith(key(headline.rstrip(".… ")))) or (
        headline and near and words(near) >= TITLE_WORDS and key(headline).endswith(" " + key(near))
    ):
        headline = near
    elif near and key(near) in map(key, called) and _alike(headline, near)[0] < SECTION_SHARE:
        # Two titles of the page agree, and the title for machines is a different one.
        headline = near
    cut = [_without_site(title, sites, headings, tree) for title in (social, element)]
    # Readers see a page's only heading as its title, whatever title the page gives to search engines.
    only = headings[0] if len(headings) == 1 and words(headings[0]) > TITLE_WORDS // 2 else ""
    forms = (headline, near, only, *cut, given, *headings[:1])
    if not headline and (not headings or (site_like_h1s == h1s and words(headings[0]) <= SITE_WORDS)):
        # A title that is the same on every page says nothing about this page. The title in the feed says more, or the
        # heading above the text.
        above = _above_text(tree, [title for title in called if not is_site(title, sites)], said)
        forms = (given, above, *forms) if above else forms
    chosen = next((t for t in forms if t and not is_site(t, sites)), "")
    others = dict.fromkeys(t for t in (chosen, headline, near, *cut, social, element, given) if t)
    return chosen, tuple(others)


def bare(title: str, written: str = "") -> str:
    """A title without the markup, entities and soft hyphens that were written into it.

    written: the page's headings. A tag that is also in these was not written as markup, but as text.
    """
    # More characters are read than a title can have, so that later steps still see that a title is too long.
    title = title[: 2 * LONGEST]
    title = unescape(title) if "&" in title else title
    if "<" in title and not any(tag in written for tag in TAG.findall(title)):
        while (found := MARKUP.sub(lambda match: f" {match['inside'] or ''} ", title)) != title:
            title = found
    return above_text.plain(title)


def _heading(h1: HtmlElement, *titles: str) -> str:
    """The text of a heading. If the heading has a lead or a time in it, and the page's title ends before these, they
    are left out."""
    whole, first = bare(h1.text_content()[:LONGEST], h1.text_content()[:LONGEST]), above_text.plain(h1.text or "")
    if len(h1) and words(first) >= TITLE_WORDS:
        said = [key(title) for title in titles]
        if any(key(first) in title for title in said) and not any(key(whole) in title for title in said):
            return first
    # In the heading, a kicker may precede the title that the page gives to other sites.
    ends = (title for title in titles if count_words(title) >= TITLE_WORDS and key(whole).endswith(" " + key(title)))
    return next(ends, _without_kicker(h1, whole, titles))


def _without_kicker(h1: HtmlElement, heading: str, titles: Sequence[str]) -> str:
    """A heading without its kicker: a short line above the title, such as a topic, the day, or who pays for the
    article. No title of the page has these words.

    A kicker has an element of its own, the first in the heading. Words without an element of their own belong to the
    sentence: `No evidence that` before a claim denies it. Words that end in a sign, such as a colon, are no kicker
    either.

    h1: the element of the heading.
    titles: the page's titles, with the names of sites at their ends.
    """
    first = next(h1.iterchildren("*"), None)
    if first is None or (h1.text or "").strip() or any(key(heading) in key(title) for title in titles):
        return heading
    kicker = above_text.plain(first.text_content()[:LONGEST])
    for title in titles:
        for cut in islice(SEPARATOR.finditer(title), MAX_PARTS):
            head = title[: cut.start()].strip()
            before = heading.removesuffix(head).rstrip() if heading.endswith(head) else ""
            told = before == kicker and words(before) >= KICKER_WORDS and before[-1].isalnum()
            if told and words(head) >= TITLE_WORDS:
                return head
    return heading


def _above_text(tree: HtmlElement, titles: Sequence[str], said: Callable[[], frozenset[str]]) -> str:
    """The heading above the first paragraph, if the page's own titles do not fit its text; else empty.

    titles: the titles that are not a name of the site.
    said: gives the stems of the text.
    """
    # A single word, such as News, does not show what it belongs to.
    titles = [title for title in titles if words(title) > 1]
    if any(count_words(title) > NAME_WORDS for title in titles):
        return ""
    best = above_text.find(tree, said() if titles else frozenset())
    told = max((above_text.share(title, said()) for title in titles), default=0.0)
    # A title may fit only because a word of the site's name is in the text. So the heading above the text is taken if
    # it shares more words with the text than each title, and no title stands on the page by itself.
    if told >= OF_SITE_SHARE and (told >= above_text.share(best, said()) or any(_standing(tree, titles).values())):
        return ""
    return best


def _without_site(title: str, sites: set[str], headings: Sequence[str], tree: HtmlElement) -> str:
    """A title without the names of site and section: only the parts that the page shows by themselves are kept."""
    title = without_names(title, sites)
    cuts = [m.span() for m in SEPARATOR.finditer(title)][:MAX_PARTS]
    if not cuts:
        return title
    begins, ends = [0, *(end for _, end in cuts)], [*(start for start, _ in cuts), len(title)]
    spans = {title[begin:end].strip() for i, begin in enumerate(begins) for end in ends[i:]} - {title, ""}
    if has_unspaced(title) and _is_shown(tree, title):
        return title
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
    named = words(head) >= TITLE_WORDS and not re.search(r"\d", last) and _ends_as_site(tree, last)
    return without_names(head, sites) if named else title


def _ends_as_site(tree: HtmlElement, last: str) -> bool:
    """Whether the last part of a title may be the name of a site or section. In scripts without spaces, half a title
    can be as short as a name. There the part must also end like the name of a site or paper, or be the text of a link
    home."""
    if words(last) <= SITE_WORDS or not has_unspaced(last):
        return words(last) <= SITE_WORDS
    if count_words(last) <= SITE_WORDS and (OF_SITES.search(last) or OF_PAPERS.search(last)):
        return True
    links = (a for a in tree.iter("a") if HOME.fullmatch((a.get("href") or "x-y").strip()))
    return any(key(a.text_content()[:LONGEST]) == key(last) for a in links)


def _is_shown(tree: HtmlElement, title: str) -> bool:
    """Whether a heading of lower rank, or an element that is called a title, is the whole of a title."""
    elements = tree.iter("h2", "h3", "div", "p", "span", "td")
    titles = (one for one in elements if one.tag in ("h2", "h3") or above_text.is_called_title(one))
    return any(key(one.text_content()[:LONGEST]) == key(title) for one in islice(titles, MOST_SHOWN))


def _standing(tree: HtmlElement, titles: Iterable[str]) -> dict[str, bool]:
    """Which of these titles fill an element of the page, and for each whether one such element is outside of links."""
    wanted = {key(title): title for title in titles}
    longest = max(map(len, wanted.values()), default=0) + SLACK_CHARACTERS
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
    """The share of the shorter title's words that the longer title has, and twice the share of the longer title's words
    that the shorter one has."""
    mine, theirs = set(key(one).split()), set(key(other).split())
    both, sizes = len(mine & theirs), (len(mine), len(theirs))
    return both / max(1, min(sizes)), 2 * both / max(1, *sizes)
