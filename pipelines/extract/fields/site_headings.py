"""Headings of the first rank that name the site or a section, and not the article."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache, partial

from lxml.html import HtmlElement

from pipelines.extract.blocks import is_hidden
from pipelines.extract.fields import above_text
from pipelines.extract.fields.title_parts import (
    HOME,
    LONGEST,
    MAX_PARTS,
    NAME_WORDS,
    SEPARATOR,
    SITE_WORDS,
    TITLE_WORDS,
    count_words,
)
from pipelines.extract.phrases import key, key_of_name
from pipelines.text import has_unspaced, words

# Sites give these names to the element with their own name at the head of every page.
OF_SITE = re.compile(
    r"(?<![a-z])(?:site[-_]?(?:title|name|header)|(?:blog|page)[-_]?name|navbar-?brand|brand-?name|branding|masthead|"
    r"(?:site|blog|page|top|main|web|head|header|nav)?[-_]?logo(?:type)?)(?![a-z])",
    re.IGNORECASE,
)
# Some sites give these names to the element with their own name, and others to the headline.
OF_SITE_OR_TITLE = re.compile(
    r"(?<![a-z])(?:(?:blog|page)[-_]?(?:title|header)|brand|top-?bar)(?![a-z])", re.IGNORECASE
)
# The element at the head of every page has one of these names. Some sites give them to the head of an article as well.
HEAD = re.compile(r"(?<![a-z])(?:header|masthead|banner|top-?bar|brand(?:ing)?)(?![a-z])", re.IGNORECASE)
# A link to a section has a short path of words.
OF_SECTION = re.compile(r"(?:https?://[^/]+)?/?(?:[^/\d?#.]{1,30}/?){1,2}(?:index\.\w+)?")
# The text of elements with these classes is not shown: it is for screen readers, or stands in for a logo.
UNSEEN = re.compile(r"sr-only|screen-?reader|visually-?hidden|assistive", re.IGNORECASE)
MOVED_AWAY = re.compile(r"text-indent\s*:\s*-\d{3}", re.IGNORECASE)
OF_STORY = re.compile(r"(?<![a-z])(?:article|story|post|entry|content|main|hero)(?![a-z])", re.IGNORECASE)
# Words with up to this many letters say nothing about the subject of a title: the, of, and, في, من.
SMALL_WORD_LETTERS = 3
# Only the first headings, at most this many, are tested for the name of the site or a section. Chosen: such names stand
# first, and a page with more headings is a list.
JUDGED_HEADINGS = 10


def names_site(h1: HtmlElement, *titles: str) -> bool:
    """Whether a heading names the site and not the article. It names the site if it is hidden, if it is in a menu, a
    footer or an aside, if its class or id is one of OF_SITE, or if it is a link home.

    If its class or id is one of OF_SITE_OR_TITLE, or if `may_name_site` holds, it names the site only if it shares no
    word with the page's other titles. A heading of a few words whose class or id is one of OF_SITE_OR_TITLE also names
    the site if another title ends with these words, or if there is no other title.
    """
    # Titles may contain the site's name, and the heading may share its words. So the heading is compared with the
    # longest part of each title.
    longest = {title: max(SEPARATOR.split(title), key=words) for title in titles if title}
    named = " ".join(part if words(part) >= TITLE_WORDS else title for title, part in longest.items())
    above = [h1, *h1.iterancestors()]
    if any(map(is_hidden, above)):
        return True
    if any(one.tag in ("nav", "footer", "aside") for one in above):
        return True
    called = f"{h1.get('class') or ''} {h1.get('id') or ''}"
    if OF_SITE.search(called):
        return True
    heading = above_text.plain(h1.text_content())
    shared = not named or _shares(heading, named)
    if OF_SITE_OR_TITLE.search(called) and (
        (not shared and count_words(named) >= TITLE_WORDS)
        or (count_words(heading) <= SITE_WORDS and (not named or _ends_titles(heading, longest)))
    ):
        return True
    links = [one for one in (*above, *h1.iter("a")) if one.tag == "a"]
    home = any(HOME.fullmatch((a.get("href") or "x-y").strip()) for a in links)
    return home or (may_name_site(h1) and not shared)


def may_name_site(h1: HtmlElement) -> bool:
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


def _ends_titles(heading: str, titles: Iterable[str]) -> bool:
    """Whether a heading is one of these titles, or the last part of one."""
    return any(key_of_name(heading) == key_of_name(SEPARATOR.split(title)[-1]) for title in titles)


def _shares(heading: str, named: str) -> bool:
    """Whether a heading shares a word with the page's other titles. Small words count only if the heading has no
    others."""
    mine, theirs = set(key_of_name(heading).split()), set(key_of_name(named).split())
    telling = {word for word in mine if len(word) > SMALL_WORD_LETTERS} or mine
    return bool(telling & theirs)


def find_names(
    tree: HtmlElement,
    headings: Sequence[tuple[str, HtmlElement]],
    titles: Sequence[str],
    sites: set[str],
    said: Callable[[], frozenset[str]],
) -> list[str]:
    """The headings that are the name of a site or section, while another title of the page says what the text is about.

    headings: the text of each, with its element.
    titles: the page's titles without the site's names.
    said: gives the stems of the text; called only if needed.
    """
    known = [title for title in titles if title]
    above, sections = cache(partial(above_text.headings, tree)), cache(partial(_linked_sections, tree))
    headings = headings[:JUDGED_HEADINGS]
    rivals = [heading for heading, _ in headings]
    found = []
    for at, (heading, h1) in enumerate(headings):
        if count_words(heading) > NAME_WORDS:
            continue
        # A heading that is the same as the page's title may still be the article's headline.
        same = all(key_of_name(title) == key_of_name(heading) for title in known)
        may_name = same and (count_words(heading) <= SITE_WORDS or may_name_site(h1) or _has_name(heading, sites))
        named = may_name and _is_above_title(heading, rivals[at + 1 :], above, said)
        if named or _is_section(heading, known, sections, said):
            found.append(heading)
    return found


def _is_above_title(
    heading: str, rivals: Sequence[str], above: Callable[[], list[str]], said: Callable[[], frozenset[str]]
) -> bool:
    """Whether the text is more about a heading below this one than about this one.

    above: gives the keys of the headings above the text. Headings below the text are those of other articles.
    """
    rivals = [rival for rival in rivals if count_words(rival) >= TITLE_WORDS]
    rivals = [rival for rival in rivals if any(key(rival) in one for one in above())]
    its = above_text.share(heading, said()) if rivals else 1.0
    return any(above_text.is_about(rival, said()) and above_text.share(rival, said()) > its for rival in rivals)


def _is_section(
    heading: str,
    titles: Sequence[str],
    sections: Callable[[], frozenset[str]],
    said: Callable[[], frozenset[str]],
) -> bool:
    """Whether a heading is the name of a section, while a part of the page's titles says what the text is about. The
    heading must begin with a part of a title or with the text of a link to a section.

    sections: gives the keys of the links to sections.
    """
    if count_words(heading) > SITE_WORDS or any(key(title) == key(heading) for title in titles):
        return False
    mine = set(key(heading).split())
    parts = [part for title in titles for part in SEPARATOR.split(title)]
    told = [part for title in titles for part in SEPARATOR.split(title)[:MAX_PARTS] if count_words(part) >= TITLE_WORDS]
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
