"""Which of a page's titles is the right one: whole, without markup and without the names of site and section.

Only this module knows what separates a title from a site's name, also in scripts without spaces.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache, partial
from html import unescape
from itertools import islice

from lxml.html import HtmlElement

from pipelines.extract.blocks import is_hidden
from pipelines.extract.fields import above_text
from pipelines.extract.phrases import key, key_of_name
from pipelines.text import has_unspaced, words

UNSPACED = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af》」』】）？！。…”"
SEPARATOR = re.compile(
    r"(?<!\s)\s+[-－–—―|｜ㅣ丨:：»›«•·~/_]+\s+|(?:(?<!\s)\s+)?[|｜ㅣ丨]+\s*|(?:(?<!\s)\s+)?:{2,}\s*|"
    r"(?<!\s)\s+--+\s*|(?:(?<!\s)\s+)?(?<!-)--+\s+|(?:(?<!\s)\s+)?(?<![-－–—|｜_])[-－–—|｜_]+\s*(?=[《「【])|"
    rf"(?<=[{UNSPACED}])\s*[-－–—_]+\s*(?=[{UNSPACED}《「【\w])"
)
# Endings of site names in scripts without spaces.
OF_SITES = re.compile(
    r"(?:网|網|新闻|新聞|频道|頻道|日报|日報|在线|線上|オンライン|ニュース|ドットコム|뉴스|일보|신문|방송)\W*$"
)
# Endings of the names of papers, which some headlines have too: these count only for the last part of a title.
OF_PAPERS = re.compile(r"[晚早晨邮郵时時][报報]\W*$")
# Text that was meant as markup: an element with its end, and line breaks. A tag alone is the subject of the title.
MARKUP = re.compile(
    r"<(?P<name>[a-zA-Z]\w*)(?:\s[^<>]*)?>(?P<inside>[^<>]*)</(?P=name)>|</?(?:br|wbr|p)\s*/?>", re.IGNORECASE
)
TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
# What sites call the element with their own name at the head of every page.
OF_SITE = re.compile(r"(?:site|blog|page)[-_]?(?:title|name|logo|header)|logo|brand|masthead|top-?bar", re.IGNORECASE)
# What sites call the head of every page, and the elements that hold the head of an article.
HEAD = re.compile(r"(?<![a-z])(?:header|masthead|banner|top-?bar|brand(?:ing)?)(?![a-z])", re.IGNORECASE)
# A link to the front page of a site, or of one of its languages.
HOME = re.compile(
    r"(?:https?://[^/]+)?\.?/?(?:[a-z]{2}(?:-[a-z]{2})?/?)?(?:(?:index|default|home)(?:\.\w+)?/?)?", re.IGNORECASE
)
# A link to a section: a short path of words.
OF_SECTION = re.compile(r"(?:https?://[^/]+)?/?(?:[^/\d?#.]{1,30}/?){1,2}(?:index\.\w+)?")
# Words for people who use a screen reader, or in the place of a picture.
UNSEEN = re.compile(r"sr-only|screen-?reader|visually-?hidden|assistive", re.IGNORECASE)
MOVED_AWAY = re.compile(r"text-indent\s*:\s*-\d{3}", re.IGNORECASE)
OF_STORY = re.compile(r"(?<![a-z])(?:article|story|post|entry|content|main|hero)(?![a-z])", re.IGNORECASE)
# Words with up to this many letters say nothing about the subject of a title: the, of, and, في, من.
SMALL_WORD_LETTERS = 3
# The most words of a site's name with its motto; and letters of a word in scripts without spaces.
NAME_WORDS, LETTERS_OF_WORD = 7, 2
# The least share of a title's words that must be in a text if the title contains the site's name. Chosen: a quarter,
# because a name is short.
OF_SITE_SHARE = 0.25
# The fewest words of a kicker. Chosen: one more word is a form of the title.
KICKER_WORDS = 2
# The fewest words of a title. Chosen: fewer are the name of a section.
TITLE_WORDS = 4
# The most words of a title's last part if it is the name of a site.
SITE_WORDS = 3
# How many headings are judged as names of a site or section. Chosen: the names stand first, and a page with more
# headings is a list.
JUDGED_HEADINGS = 10
# How many elements that may be a page's title are read. Chosen: more are the titles of other articles.
MOST_SHOWN = 50
# Parts of a title between its separators. Chosen: title, section, site, and three more.
MAX_PARTS = 6
# By how many characters an element may be longer than the title that it shows. Chosen: the length of a kicker before
# the title.
SLACK_CHARACTERS = 40
# The least share of common words of two titles that are alike. Chosen: with fewer, one is the title of a section.
SECTION_SHARE = 0.5
# Characters of a site's name at a title's end. Chosen: a longer end is a part of the title.
SHORT_CHARACTERS = 12
# Characters of a title that are examined. No title is longer, and the patterns above are slow on longer texts.
LONGEST = 2000
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
    h1s = [h1 for h1 in tree.iter("h1") if not _of_site(h1, *called)]
    # Headings that may be the name of the site, and that have the same words as every title of the page.
    site_like_h1s = [
        h1
        for h1 in h1s
        if _may_be_of_site(h1) and {key_of_name(h1.text_content())} == {key_of_name(one) for one in called if one}
    ]
    read = [(_heading(h1, social, element), h1) for h1 in h1s]
    read = [(heading, h1) for heading, h1 in read if heading and not is_site(heading, sites)]
    headings = [heading for heading, _ in read]
    said = cache(partial(above_text.text_stems, tree))
    giving_way = _giving_way(tree, read[:JUDGED_HEADINGS], called, sites, said)
    headings = [heading for heading in headings if heading not in giving_way]
    # A heading of section and site names both, wherever a title has them by themselves.
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
        # A title that is the same on every page says nothing about this page. The feed does, or the heading above the
        # text.
        above = _above_text(tree, [title for title in called if not is_site(title, sites)], said)
        forms = (given, above, *forms) if above else forms
    chosen = next((t for t in forms if t and not is_site(t, sites)), "")
    others = dict.fromkeys(t for t in (chosen, headline, near, *cut, social, element, given) if t)
    return chosen, tuple(others)


def bare(title: str, written: str = "") -> str:
    """A title without the markup, entities and soft hyphens that were written into it.

    written: the page's headings. Words of these that look like markup are text.
    """
    title = unescape(title) if "&" in title else title
    if "<" in title and not any(tag in written for tag in TAG.findall(title)):
        while (found := MARKUP.sub(lambda match: f" {match['inside'] or ''} ", title)) != title:
            title = found
    return above_text.plain(title)


def is_site(part: str, sites: set[str]) -> bool:
    """Whether a part of a title is the site's address or one of its names, with any spacing and any accents."""
    its_key = key_of_name(part)
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
    """Whether the end of a title, in a script without spaces, is the name of a site or section: `…－晨报网`."""
    return (
        len(tail) <= SHORT_CHARACTERS < len(head) + SHORT_CHARACTERS // 2
        and bool(OF_SITES.search(tail))
        and not re.search(r"\s", tail)
    )


def _heading(h1: HtmlElement, *titles: str) -> str:
    """The text of a heading. If the heading has a lead or a time in it, and the page's title ends before these, they
    are left out."""
    whole, first = above_text.plain(h1.text_content()[:LONGEST]), above_text.plain(h1.text or "")
    if len(h1) and words(first) >= TITLE_WORDS:
        said = [key(title) for title in titles]
        if any(key(first) in title for title in said) and not any(key(whole) in title for title in said):
            return first
    # A kicker in the heading precedes the title that other sites are given.
    ends = (title for title in titles if _size(title) >= TITLE_WORDS and key(whole).endswith(" " + key(title)))
    return next(ends, _without_kicker(h1, whole, titles))


def _without_kicker(h1: HtmlElement, heading: str, titles: Sequence[str]) -> str:
    """A heading without its kicker: a short line above the title, such as a topic, the day, or who pays for the
    article. No title of the page has these words.

    A kicker has an element of its own, the first in the heading. Words without one belong to the sentence: `No evidence
    that` before a claim denies it. Words that end in a sign, such as a colon, are no kicker either. h1: the element of
    the heading.
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


def _of_site(h1: HtmlElement, *titles: str) -> bool:
    """Whether a heading is the name of the site and not of the article. Such a heading is hidden, in a menu, a link
    home, or at the head of the page without a word of the page's other titles.
    """
    # Titles may contain the site's name, and the heading may share these words.
    longest = {title: max(SEPARATOR.split(title), key=words) for title in titles if title}
    named = " ".join(part if words(part) >= TITLE_WORDS else title for title, part in longest.items())
    above = [h1, *h1.iterancestors()]
    if any(map(is_hidden, above)):
        return True
    if any(one.tag in ("nav", "footer", "aside") for one in above):
        return True
    if OF_SITE.search(f"{h1.get('class') or ''} {h1.get('id') or ''}"):
        return True
    links = [one for one in (*above, *h1.iter("a")) if one.tag == "a"]
    home = any(HOME.fullmatch((a.get("href") or "x-y").strip()) for a in links)
    return home or bool(_may_be_of_site(h1) and named and not _shares(above_text.plain(h1.text_content()), named))


def _may_be_of_site(h1: HtmlElement) -> bool:
    """Whether a heading is in a usual place for site names, or is drawn or hidden like one."""
    drawn = next(h1.iter("img", "svg"), None) is not None or any(map(_is_unseen, h1.iter()))
    return drawn or _at_head([h1, *h1.iterancestors()])


def _is_unseen(element: HtmlElement) -> bool:
    return bool(UNSEEN.search(element.get("class") or "") or MOVED_AWAY.search(element.get("style") or ""))


def _at_head(above: Sequence[HtmlElement]) -> bool:
    """Whether an element is in the head of every page; above: the element and those around it, the innermost first."""
    tags = {one.tag for one in above}
    if tags & {"article", "main"} or "header" in tags:
        return not tags & {"article", "main"}
    for one in above:
        called = f"{one.get('class') or ''} {one.get('id') or ''} {one.get('role') or ''}"
        if one.tag == "body" or (OF_STORY.search(called) and not HEAD.search(called)):
            return False
        if HEAD.search(called) and not OF_STORY.search(called):
            return True
    return False


def _shares(heading: str, named: str) -> bool:
    """Whether a heading shares a word with the page's other titles. Small words count only if the heading has no
    others."""
    mine, theirs = set(key_of_name(heading).split()), set(key_of_name(named).split())
    telling = {word for word in mine if len(word) > SMALL_WORD_LETTERS} or mine
    return bool(telling & theirs)


def _giving_way(
    tree: HtmlElement,
    headings: Sequence[tuple[str, HtmlElement]],
    titles: Sequence[str],
    sites: set[str],
    said: Callable[[], frozenset[str]],
) -> list[str]:
    """The headings that are the name of a site or section: another title of the page says what the text is about.

    headings: the text of each, with its element.
    titles: the page's titles without the site's names.
    said: gives the stems of the text; called only if needed.
    """
    known = [title for title in titles if title]
    above, sections = cache(partial(above_text.headings, tree)), cache(partial(_linked_sections, tree))
    rivals = [heading for heading, _ in headings]
    found = []
    for at, (heading, h1) in enumerate(headings):
        if _size(heading) > NAME_WORDS:
            continue
        # That the page's title is the same is no sign of a site's name: so it is with headlines.
        same = all(key_of_name(title) == key_of_name(heading) for title in known)
        may_name = same and (_size(heading) <= SITE_WORDS or _may_be_of_site(h1) or _has_name(heading, sites))
        named = may_name and _is_above_title(heading, rivals[at + 1 :], above, said)
        if named or _is_section(heading, known, sections, said):
            found.append(heading)
    return found


def _is_above_title(
    heading: str, rivals: Sequence[str], above: Callable[[], list[str]], said: Callable[[], frozenset[str]]
) -> bool:
    """Whether the text is more about a heading below this one.

    above: gives the keys of the headings above the text. Below it there are the headings of other articles.
    """
    rivals = [rival for rival in rivals if _size(rival) >= TITLE_WORDS]
    rivals = [rival for rival in rivals if any(key(rival) in one for one in above())]
    its = above_text.share(heading, said()) if rivals else 1.0
    return any(above_text.is_about(rival, said()) and above_text.share(rival, said()) > its for rival in rivals)


def _is_section(
    heading: str,
    titles: Sequence[str],
    sections: Callable[[], frozenset[str]],
    said: Callable[[], frozenset[str]],
) -> bool:
    """Whether a heading begins with the name of a section, which is a part of the page's titles or a link to a
    section, and a part of a title says what the text is about.

    sections: gives the keys of the links to sections.
    """
    if _size(heading) > SITE_WORDS or any(key(title) == key(heading) for title in titles):
        return False
    mine = set(key(heading).split())
    parts = [part for title in titles for part in SEPARATOR.split(title)]
    told = [part for title in titles for part in SEPARATOR.split(title)[:MAX_PARTS] if _size(part) >= TITLE_WORDS]
    others = [part for part in told if not mine & set(key(part).split())]
    if not others or not any(_begins(heading, name) for name in (*map(key, parts), *sections())):
        return False
    return not above_text.is_about(heading, said()) and any(above_text.is_about(part, said()) for part in others)


def _begins(heading: str, name: str) -> bool:
    return bool(name) and f"{key(heading)} ".startswith(f"{name} ")


def _linked_sections(tree: HtmlElement) -> frozenset[str]:
    """The keys of a page's links to sections."""
    links = (a for a in tree.iter("a") if OF_SECTION.fullmatch((a.get("href") or "-1").strip()))
    return frozenset(key(a.text_content()[:LONGEST]) for a in links)


def _has_name(heading: str, sites: set[str]) -> bool:
    """Whether a name of the site is among the words of a heading."""
    its_key = key_of_name(heading)
    return any(name in its_key if has_unspaced(name) else f" {name} " in f" {its_key} " for name in sites if name)


def _size(title: str) -> int:
    """How many words a title has; in scripts without spaces most words have two letters."""
    return words(title) // (LETTERS_OF_WORD if has_unspaced(title) else 1)


def _above_text(tree: HtmlElement, titles: Sequence[str], said: Callable[[], frozenset[str]]) -> str:
    """The heading above the first paragraph, if the page's own titles do not fit its text; else empty.

    titles: the titles that are not a name of the site.
    said: gives the stems of the text.
    """
    # A single word, such as News, does not show what it belongs to.
    titles = [title for title in titles if words(title) > 1]
    if any(_size(title) > NAME_WORDS for title in titles):
        return ""
    best = above_text.find(tree, said() if titles else frozenset())
    told = max((above_text.share(title, said()) for title in titles), default=0.0)
    # A word of the site's name can be in the text: then the heading must share more words with the text.
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
    """Whether the last part of a title may be the name of a site or section. In scripts without spaces half a title is
    as short as a name: then the part ends as the names of papers do, or the page has it as a link home."""
    if words(last) <= SITE_WORDS or not has_unspaced(last):
        return words(last) <= SITE_WORDS
    if _size(last) <= SITE_WORDS and (OF_SITES.search(last) or OF_PAPERS.search(last)):
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
    """The share of the shorter title's words in the other title, and twice the share of the longer one's."""
    mine, theirs = set(key(one).split()), set(key(other).split())
    both, sizes = len(mine & theirs), (len(mine), len(theirs))
    return both / max(1, min(sizes)), 2 * both / max(1, *sizes)
