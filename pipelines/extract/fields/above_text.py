"""What a page's text is about, and the title that stands above it without being a heading of the first rank.

Only this module knows how old pages print a title: in large letters, in bold ones, in a cell of its own.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import islice

from lxml.html import HtmlElement

from pipelines.extract.phrases import key
from pipelines.text import has_unspaced, words

BESIDE = frozenset(("nav", "footer", "aside", "header"))
SIDE = re.compile(r"(?<![a-z])side|widget|related|menu|comment|popular|footer", re.IGNORECASE)
CALLED_TITLE = re.compile(r"(?<![a-z])(?:title|headline)(?![a-z])", re.IGNORECASE)
# Both patterns find letters that are larger than ordinary ones: LARGE by the size of a font element, LARGE_STYLE by a
# style.
LARGE = re.compile(r"[4-7]|\+[1-4]")
LARGE_STYLE = re.compile(
    r"font-size\s*:\s*(?:(?:1[89]|[2-5]\d)(?:\.\d+)?p[xt]|(?:1\.[3-9]|[2-4])\d*r?em|x+-large|large)"
)
# These elements hold text. A line break (`br`) holds none, so the text after it is taken.
HOLDING = ("p", "div", "td", "font", "span", "br")
# TITLES: these elements can be a title if their name or size says so. PLAIN_TITLES: these elements can be the title if
# no element is marked as a title by its name or size.
TITLES = ("h2", "h3", "h4", "div", "p", "span", "td", "b", "font", "big")
PLAIN_TITLES = frozenset(("td", "b", "strong", "font", "span"))
# A paragraph has at least PARAGRAPH characters. Scripts without spaces need a third of the characters: there a
# paragraph has at least UNSPACED_PARAGRAPH characters, or UNSPACED_SENTENCE if it ends as a sentence.
PARAGRAPH, UNSPACED_PARAGRAPH, UNSPACED_SENTENCE = 90, 30, 12
# LOOKED_AT: this many paragraphs are examined. STEM: this many letters at the beginning of a word are its stem.
LOOKED_AT, STEM = 20, 5
# A title is the article's if the text repeats at least the share OF_ARTICLE_SHARE of the title's words. In scripts
# without spaces, the text must repeat the share OF_ARTICLE_PAIRS of the title's pairs of letters. This share is
# smaller, because some pairs belong to two words.
OF_ARTICLE_SHARE, OF_ARTICLE_PAIRS = 0.5, 1 / 3
# A title that this module finds has from LEAST_WORDS to MOST_WORDS words. In scripts without spaces each letter counts
# as a word, and a title has at least LEAST_LETTERS letters.
LEAST_WORDS, MOST_WORDS, LEAST_LETTERS = 3, 30, 5
# This many characters of a title are examined. No title is longer.
LONGEST = 2000
DIGITS = re.compile(r"\d+")
# A sentence ends with one of these signs, and a title does not.
STOP = re.compile(r"[.。।](?!\.)\W*$")


def text_stems(tree: HtmlElement) -> frozenset[str]:
    """The stems of the words of a page's first paragraphs."""
    return stems(" ".join(text for _, text in islice(_paragraphs(tree), LOOKED_AT)))


def stems(line: str) -> frozenset[str]:
    """The beginnings of a line's longer words, and its pairs of letters in scripts without spaces."""
    found: set[str] = set()
    for word in key(line).split():
        if has_unspaced(word):
            found.update(word[at : at + 2] for at in range(len(word) - 1))
        elif len(word) > STEM - 2:
            found.add(word[:STEM])
    return frozenset(found)


def share(title: str, said: Collection[str]) -> float:
    """The share of a title's longer words that a text has, whatever their endings. said: the stems of the text."""
    wanted = stems(title)
    return len(wanted & set(said)) / len(wanted) if wanted else 0.0


def is_about(title: str, said: Collection[str]) -> bool:
    """Whether a text repeats enough words of a title to be the title's article. said: the stems of the text."""
    return share(title, said) >= (OF_ARTICLE_PAIRS if has_unspaced(title) else OF_ARTICLE_SHARE)


def find(tree: HtmlElement, said: Collection[str]) -> str:
    """The title above the first paragraph; empty if there is none.

    said: the stems of the text, of which the title must have enough; empty if any title will do.
    """
    first = next((element for element, _ in _paragraphs(tree)), None)
    if first is None:
        return ""
    titles = (text for text in _over(first, tree) if not said or is_about(text, said))
    # If no name or size marks the title, only its words distinguish it from the other lines above the text.
    return next(titles, "") or next(_plainly_over(first, tree), "")


def headings(tree: HtmlElement) -> list[str]:
    """The keys of the headings of the first rank above the first paragraph."""
    first = next((element for element, _ in _paragraphs(tree)), None)
    return [] if first is None else [key(h1.text_content()[:LONGEST]) for h1 in _before(first, tree, ("h1",))]


def is_called_title(element: HtmlElement) -> bool:
    """Whether an element has the name of a title."""
    return bool(CALLED_TITLE.search(" ".join(element.get(name) or "" for name in ("class", "itemprop", "id"))))


def plain(text: str) -> str:
    """A text with single spaces and without soft hyphens."""
    return " ".join(text.replace("\xad", "").split())


def _paragraphs(tree: HtmlElement) -> Iterator[tuple[HtmlElement, str]]:
    """The elements that begin with a paragraph, each with its text; for a line break, the text after it."""
    for element in tree.iter(*HOLDING):
        text = (element.tail if element.tag == "br" else element.text) or ""
        if len(text) < UNSPACED_SENTENCE:
            continue
        text, least = plain(text), PARAGRAPH
        if has_unspaced(text[:PARAGRAPH]):
            least = UNSPACED_SENTENCE if STOP.search(text) else UNSPACED_PARAGRAPH
        if len(text) >= least:
            yield element, text if element.tag == "br" else plain(element.text_content())


def _over(paragraph: HtmlElement, tree: HtmlElement) -> Iterator[str]:
    """Possible titles above a paragraph, by their element, size or name."""
    for element in _before(paragraph, tree, TITLES):
        called = is_called_title(element)
        large = element.tag == "big" or (element.tag == "font" and LARGE.fullmatch(element.get("size") or ""))
        large = large or LARGE_STYLE.search(element.get("style") or "")
        if element.tag not in ("h2", "h3", "h4") and not called and not large:
            continue
        # An element that is called a title may hold other things too, in elements of their own. Then its own text is
        # the title.
        whole = not called or not (element.text or "").strip()
        text = plain((element.text_content()[:LONGEST] if whole else element.text) or "")
        if _may_be_title(text) and not _beside(element):
            yield text


def _plainly_over(paragraph: HtmlElement, tree: HtmlElement) -> Iterator[str]:
    """Lines above a paragraph that have an element of their own, like the titles of old pages, and are about the
    text."""
    about = text_stems(tree)
    for element in _before(paragraph, tree, (*TITLES, "strong")):
        text = plain(element.text or "") if element.tag in PLAIN_TITLES else ""
        linked = next(element.iterancestors("a"), None) is not None
        told = _may_be_title(text) and not linked and not STOP.search(text) and is_about(text, about)
        if told and not _beside(element):
            yield text


def _before(paragraph: HtmlElement, tree: HtmlElement, tags: tuple[str, ...]) -> Iterator[HtmlElement]:
    for element in tree.iter(*tags, paragraph.tag):
        if element is paragraph:
            return
        if element.tag in tags:
            yield element


def _may_be_title(text: str) -> bool:
    told = DIGITS.sub(" ", text)
    return (LEAST_LETTERS if has_unspaced(text) else LEAST_WORDS) <= words(told) <= MOST_WORDS


def _beside(element: HtmlElement) -> bool:
    """Whether an element is in a menu or a box beside the article."""
    above = [element, *element.iterancestors()]
    if any(one.tag in ("article", "main") for one in above):
        above = [one for one in above if one.tag != "header"]
    return any(one.tag in BESIDE or SIDE.search(f"{one.get('class') or ''} {one.get('id') or ''}") for one in above)
