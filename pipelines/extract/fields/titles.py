"""Which of a page's titles is the right one: whole, without markup and without the names of site and section.

Only this module knows what separates a title from a site's name, also in scripts without spaces.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from html import unescape
from itertools import islice

from lxml.html import HtmlElement

from pipelines.extract.blocks import is_hidden
from pipelines.extract.phrases import key, key_of_name
from pipelines.text import words

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
# Words for people who use a screen reader, or in the place of a picture.
UNSEEN = re.compile(r"sr-only|screen-?reader|visually-?hidden|assistive", re.IGNORECASE)
MOVED_AWAY = re.compile(r"text-indent\s*:\s*-\d{3}", re.IGNORECASE)
OF_STORY = re.compile(r"(?<![a-z])(?:article|story|post|entry|content|main|hero)(?![a-z])", re.IGNORECASE)
# Words with up to this many letters say nothing about the subject of a title: the, of, and, في, من.
SMALL_WORD_LETTERS = 3
BESIDE = frozenset(("nav", "footer", "aside", "header"))
SIDE = re.compile(r"(?<![a-z])side|widget|related|menu|comment|popular|footer", re.IGNORECASE)
CALLED_TITLE = re.compile(r"(?<![a-z])(?:title|headline)(?![a-z])", re.IGNORECASE)
# Sizes of a font element that are larger than a text's.
LARGE = re.compile(r"[4-7]|\+[1-4]")
# Characters of a paragraph.
PARAGRAPH = 90
# The least share of a title's words that must be in a text: for the title of that article; and for a title that
# contains the site's name. Chosen: half of the words; and a quarter, because a name is short.
OF_ARTICLE_SHARE, OF_SITE_SHARE = 0.5, 0.25
# How many paragraphs are examined; how many letters a word has before its endings; and the most words of a site's name
# with its motto.
LOOKED_AT, STEM, NAME_WORDS = 20, 5, 7
# The fewest words of a kicker. Chosen: one more word is a form of the title.
KICKER_WORDS = 2
# The fewest and the most words of a title. Chosen: fewer words are the name of a section, more are a paragraph.
TITLE_WORDS, MAX_TITLE_WORDS = 4, 30
# The most words of a title's last part if it is the name of a site.
SITE_WORDS = 3
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
    written = " ".join(_plain(h1.text_content()[:LONGEST]) for h1 in tree.iter("h1", "h2"))
    element, social = bare(element, written), bare(social, written)
    called = [without_names(title, sites) for title in (social, element)]
    h1s = [h1 for h1 in tree.iter("h1") if not _of_site(h1, *called)]
    # Headings that may be the name of the site, and that have the same words as every title of the page.
    site_like_h1s = [
        h1
        for h1 in h1s
        if _may_be_of_site(h1) and {key_of_name(h1.text_content())} == {key_of_name(one) for one in called if one}
    ]
    headings = [_heading(h1, social, element) for h1 in h1s]
    headings = [heading for heading in headings if heading and not is_site(heading, sites)]
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
        above = _above_text(tree, [title for title in called if not is_site(title, sites)])
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
    return _plain(title)


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
    whole, first = _plain(h1.text_content()[:LONGEST]), _plain(h1.text or "")
    if len(h1) and words(first) >= TITLE_WORDS:
        said = [key(title) for title in titles]
        if any(key(first) in title for title in said) and not any(key(whole) in title for title in said):
            return first
    # A kicker in the heading precedes the title that other sites are given.
    ends = (title for title in titles if words(title) >= TITLE_WORDS and key(whole).endswith(" " + key(title)))
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
    kicker = _plain(first.text_content()[:LONGEST])
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
    return home or bool(_may_be_of_site(h1) and named and not _shares(_plain(h1.text_content()), named))


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


def _above_text(tree: HtmlElement, titles: Sequence[str]) -> str:
    """The heading above the first paragraph, if the page's own titles do not fit its text; else empty.

    titles: the titles that are not a name of the site.
    """
    paragraphs = [p for p in tree.iter("p", "div") if len(p.text or "") >= PARAGRAPH]
    # A single word, such as News, does not show what it belongs to.
    titles = [title for title in titles if words(title) > 1]
    if not paragraphs or any(words(title) > NAME_WORDS for title in titles):
        return ""
    said = _stems(" ".join(_plain(p.text_content()) for p in paragraphs[:LOOKED_AT]))
    best = next(_over(paragraphs[0], tree, said if titles else set()), "")
    told = max((_share(title, said) for title in titles), default=0.0)
    # A word of the site's name can be in the text: then the heading must share more words with the text.
    if told >= OF_SITE_SHARE and (told >= _share(best, said) or any(_standing(tree, titles).values())):
        return ""
    return best


def _over(paragraph: HtmlElement, tree: HtmlElement, said: set[str]) -> Iterator[str]:
    """Possible titles above a paragraph; said: half of a title's words must be among these, if there are any."""
    for element in tree.iter("h2", "h3", "h4", "div", "p", "span", "td", "b", "font", "big"):
        if element is paragraph:
            return
        called = CALLED_TITLE.search(" ".join(element.get(name) or "" for name in ("class", "itemprop", "id")))
        large = element.tag == "big" or (element.tag == "font" and LARGE.fullmatch(element.get("size") or ""))
        if element.tag not in ("h2", "h3", "h4") and not called and not large:
            continue
        # A box with such a name holds the title and other things; then the title has an element of its own.
        whole = not called or not (element.text or "").strip()
        text = _plain((element.text_content()[:LONGEST] if whole else element.text) or "")
        about = not said or _share(text, said) >= OF_ARTICLE_SHARE
        if TITLE_WORDS // 2 < words(text) <= MAX_TITLE_WORDS and about and not _beside(element):
            yield text


def _share(title: str, said: set[str]) -> float:
    """The share of a title's longer words that a text has, with any endings."""
    wanted = _stems(title)
    return len(wanted & said) / len(wanted) if wanted else 0.0


def _stems(line: str) -> set[str]:
    return {word[:STEM] for word in key(line).split() if len(word) > STEM - 2}


def _beside(element: HtmlElement) -> bool:
    """Whether an element is in a menu or a box beside the article."""
    above = [element, *element.iterancestors()]
    if any(one.tag in ("article", "main") for one in above):
        above = [one for one in above if one.tag != "header"]
    return any(one.tag in BESIDE or SIDE.search(f"{one.get('class') or ''} {one.get('id') or ''}") for one in above)


def _plain(text: str) -> str:
    return " ".join(text.replace("\xad", "").split())


def _without_site(title: str, sites: set[str], headings: Sequence[str], tree: HtmlElement) -> str:
    """A title without the names of site and section: only the parts that the page shows by themselves are kept."""
    title = without_names(title, sites)
    cuts = [m.span() for m in SEPARATOR.finditer(title)][:MAX_PARTS]
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
    return head if words(last) <= SITE_WORDS and words(head) >= TITLE_WORDS and not re.search(r"\d", last) else title


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
