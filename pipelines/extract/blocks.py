"""A page as its blocks: every line of text with its place, in document order, from one walk of the tree.

Only this module knows which elements make a line of their own, and what names sites give to the places around an
article. A place gets the same name on every page of a site.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from lxml.etree import iterwalk
from lxml.html import HtmlElement

from pipelines.extract.phrases import key
from pipelines.text import words

INLINE_NAMES = (
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark nobr o:p q rb "
    "ruby s samp small span strike strong sub sup time tt u var wbr amp-img picture source st1:place "
    "st1:city "
)
INLINE = frozenset(INLINE_NAMES.split())
# These elements are headings inside a text.
HEADINGS = frozenset(("h2", "h3", "h4", "h5", "h6"))
# These are the cells of tables, and the terms and descriptions of lists of terms: a line in them is often only the name
# of a column or of a thing.
HOLDERS = frozenset(("td", "th", "dt", "dd"))
# A sentence ends with one of these signs. Up to seven other signs, such as a closing quotation mark, may follow.
STOP = re.compile(r"[.!?！？؟。۔।॥…]\W{0,7}$")
# This many characters at the end of a line are searched for a full stop. Chosen: STOP is slow on long lines that have
# only signs.
TAIL_CHARACTERS = 8
SKIPPED_NAMES = (
    "script style noscript template svg math iframe object embed select option textarea head canvas audio "
    "video map rt rp "
)
SKIPPED = frozenset(SKIPPED_NAMES.split())
NAME = re.compile(r"[A-Za-z\u0080-\uffff]{2,}(?:[-_]{1,2}[A-Za-z\u0080-\uffff]+)*")
# Sites give these names to the places around an article. Before a class or id is looked up here, it is split at
# hyphens, underscores and capitals.
PLACES = {
    "comment": "comment comments respond disqus kommentar kommentare commentaires comentarios yorum yorumlar livefyre "
    "reply replies reactions discussion fbcomments guestbook",
    "related": "related recommended recommend recommendation recommendations similar readmore outbrain taboola teaser "
    "teasers popular trending mostread latest lastnews morenews alsoread seealso zergnet recirc recirculation "
    "crosslinks linklist upnext verwandte aehnliche",
    "share": "share sharing shares sharebar social socials addthis addtoany sharedaddy shariff follow facebook "
    "twitter whatsapp sociallinks socialmedia print email mailto bookmark",
    "subscribe": "subscribe subscription newsletter newsletters signup paywall piano regwall donate donation "
    "membership subscriber optin mailchimp login register",
    "ad": "ad ads advert adverts advertisement advertising sponsor sponsored promo promotion promoted banner dfp "
    "adsense adslot werbung anzeige publicidad reklama commercial affiliate",
    "footer": "footer copyright colophon legal disclaimer imprint sitemap",
    "navigation": "nav navigation navbar menu breadcrumb breadcrumbs pagination pager toolbar topbar sidebar skip tabs",
    "author": "bio authorbio authorbox aboutauthor authorcard",
    "tags": "tags taglist tagcloud keywords topics hashtags",
}
PLACE_OF = {word: place for place, names in PLACES.items() for word in names.split()}
TAG_PLACES = {"nav": "navigation", "footer": "footer", "aside": "aside", "button": "button", "form": "form",
              "figcaption": "caption", "figure": "caption"}  # fmt: skip
PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[^\W\d_A-Za-z]+")
# Matches a line that has only Latin, Greek and Cyrillic letters and European punctuation. The key of such a line has
# one blank between two words, so the number of blanks gives the number of words. Characters that may become two words
# in a key are not in this pattern.
KEPT_APART = re.compile(
    "[\x00-\x7f\u00a0-\u00a7\u00a9\u00ab\u00ae\u00b0\u00b1\u00b6\u00b7\u00bb\u00bf-\u0148\u014a-\u017f"
    "\u0386\u0388-\u038f\u0391-\u03af\u03b1-\u03ce\u0400-\u0481\u048a-\u052f"
    "\u2013\u2014\u2018-\u201e\u2022\u2026\u20ac]*"
)
# This character stands for a line break (br). No page has it in its text, because parsing drops it.
BREAK = "\x00"
# A text may be wrapped by hand if it has at least this many lines before its last one. Chosen: one line says nothing.
WRAPPED_LINES = 2
# If a text is wrapped by hand, each line before the last has from NARROW_CHARACTERS to WIDE_CHARACTERS characters, and
# these lines differ by at most RAGGED_CHARACTERS. Chosen: mail programs and typewriters wrap lines at such lengths.
NARROW_CHARACTERS, WIDE_CHARACTERS, RAGGED_CHARACTERS = 40, 120, 30
STORY_NAMES = "article story post entry news artikel articulo haber noticia "
STORY = frozenset(STORY_NAMES.split())
TEXT_NAMES = "body text content copy texto contenido metin inhalt "
TEXT = frozenset(TEXT_NAMES.split())
KINDS = (*PLACES, "aside", "button", "form", "caption", "hidden")
# A class or id counts as a name if it has fewer characters than this. Chosen: longer ones are generated, and change
# whenever the site is built anew.
LONGEST_NAME_CHARACTERS = 40
# The name of a place has at most this many of its element's classes and ids. Chosen: some elements have dozens, which
# only serve their style.
MAX_NAMES = 4
# A name of seven or more words is made from a headline or a caption, and says nothing about a place. Chosen: sites'
# names of places have up to six words.
SLUG = re.compile(r"(?<![a-z0-9])[a-z0-9]+(?:([-_])[a-z0-9]+)(?:\1[a-z0-9]+){5,}")
# Elements that are nested deeper than this belong to the place at this depth. Chosen: a page that nests them deeper is
# built to do harm.
DEEPEST_PLACES = 60
HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
# A page has at most this many blocks. Chosen: a page with more is built to do harm.
MAX_BLOCKS = 20_000


@dataclass(slots=True)
class TextPlace:
    """An element with text in it: its name, its kind, and the place around it.

    path: the names from the outermost element on. It is the same on all pages that a site builds alike.
    kind: one of KINDS, or empty.
    story, body: whether this place, or one around it, is called an article (story) or an article's text (body).
    """

    element: HtmlElement
    parent: TextPlace | None
    name: str
    path: str
    kind: str
    story: bool
    body: bool
    depth: int


@dataclass(slots=True)
class Block:
    """A line of text, such as a paragraph.

    linked: how many of its words are in links.
    tag: the element that makes it a line.
    """

    number: int
    text: str
    key: str
    words: int
    linked: int
    tag: str
    place: TextPlace

    @property
    def kind(self) -> str:
        """The kind of the innermost place around the block that has a kind: comment, related, share …; empty if there
        is none."""
        place: TextPlace | None = self.place
        while place is not None:
            if place.kind:
                return place.kind
            place = place.parent
        return ""

    @property
    def path(self) -> str:
        """The path of the block's place."""
        return self.place.path


def blocks(tree: HtmlElement) -> list[Block]:
    """The blocks of a page in document order, without text that no browser shows."""
    body = tree.find("body")
    found: list[Block] = []
    if body is None:
        return found
    for text, linked, tag, place in _runs(body):
        for part in _lines(text):
            its_key = key(part)
            if its_key:
                plain = part.isascii() or KEPT_APART.fullmatch(part)
                count = its_key.count(" ") + 1 if plain else words(part)
                share = min(1.0, linked / max(1, len(text)))
                found.append(Block(len(found), part, its_key, count, round(count * share), tag, place))
        if len(found) >= MAX_BLOCKS:
            break
    return found


def around(place: TextPlace) -> Iterator[TextPlace]:
    """A place and those around it, from the innermost on."""
    here: TextPlace | None = place
    while here is not None:
        yield here
        here = here.parent


def is_inside(place: TextPlace, element: HtmlElement) -> bool:
    """Whether an element is the place, or around it."""
    return any(one.element is element for one in around(place))


def has_stop(text: str) -> bool:
    """Whether a line ends as a sentence does."""
    return bool(STOP.search(text[-TAIL_CHARACTERS:]))


def _runs(body: HtmlElement) -> Iterator[tuple[str, int, str, TextPlace]]:
    """For each stretch of text without a block-level element in it: the text, how many of its characters are in links,
    its tag and its place."""
    parts: list[str] = []
    linked = links = 0
    # Whether the parts have more than blanks. Most stretches between two elements have only blanks.
    told = False
    # The elements around the present position of the walk. An element gets its place when text occurs in it.
    within: list[HtmlElement] = [body]
    places = [TextPlace(body, None, "body", "body", "", False, False, 0)]
    skipping: HtmlElement | None = None
    walk = iterwalk(body, events=("start", "end", "comment", "pi"))
    for event, element in walk:
        name = element.tag
        if event == "start":
            if name in SKIPPED:
                walk.skip_subtree()
                skipping = element
                continue
            if name == "br":
                parts.append(BREAK)
                told = True
            elif name in INLINE:
                links += name == "a" and not _is_anchor(element, within[-1])
            elif element is not body:
                if told:
                    yield _run(parts, linked, within, places)
                if parts:
                    parts, linked, told = [], 0, False
                within.append(element)
            text = element.text
        else:
            if event == "end" and element is not skipping and name != "br":
                if name in INLINE:
                    links -= name == "a" and not _is_anchor(element, within[-1])
                elif element is not body:
                    if told:
                        yield _run(parts, linked, within, places)
                    if parts:
                        parts, linked, told = [], 0, False
                    within.pop()
                    del places[len(within) :]
            skipping = None
            text = element.tail if element is not body else None
        if text:
            parts.append(text)
            linked += len(text) if links else 0
            told = told or not text.isspace()
    if told:
        yield _run(parts, linked, within, places)


def _is_anchor(link: HtmlElement, around: HtmlElement) -> bool:
    """Whether a link only names a heading's own place on the page, and leads nowhere."""
    heading = around.tag in HEADINGS or (len(link) > 0 and link[0].tag in HEADINGS)
    return heading and (link.get("href") or "").startswith("#")


def _run(
    parts: Sequence[str], linked: int, within: Sequence[HtmlElement], places: list[TextPlace]
) -> tuple[str, int, str, TextPlace]:
    """One stretch of text, with its place. Makes the places of the elements around it that have none yet."""
    for element in within[len(places) :]:
        # Deeper text belongs to the deepest place that was made around it.
        places.append(_place(element, places[-1]) if places[-1].depth < DEEPEST_PLACES else places[-1])
    return "".join(parts), linked, places[-1].element.tag, places[-1]


def _place(element: HtmlElement, outer: TextPlace) -> TextPlace:
    names = f"{element.get('id') or ''} {element.get('class') or ''}"
    name, kind, story, body = _name_place(element.tag, names)
    if is_hidden(element):
        kind = kind or "hidden"
    body = body or element.get("itemprop") == "articleBody"
    return TextPlace(
        element,
        outer,
        name,
        f"{outer.path}>{name}",
        kind,
        outer.story or story,
        outer.body or body,
        outer.depth + 1,
    )


@lru_cache(maxsize=20_000)
def _name_place(tag: str, names: str) -> tuple[str, str, bool, bool]:
    """The element's name without parts that change from page to page; the kind of place that its classes and ids tell;
    whether they call it an article; and whether they call it an article's text.
    """
    stable = sorted({name for name in NAME.findall(names) if len(name) < LONGEST_NAME_CHARACTERS})[:MAX_NAMES]
    told = " ".join(name for name in names.split() if not SLUG.fullmatch(name))
    parts = [part.lower() for part in PARTS.findall(told)]
    kind = next((PLACE_OF[part] for part in parts if part in PLACE_OF), TAG_PLACES.get(tag, ""))
    story = tag == "article" or any(part in STORY for part in parts)
    body = any(part in TEXT for part in parts) and any(part in STORY or part in TEXT for part in parts[1:])
    return ".".join([tag, *stable]), kind, story, body


def is_hidden(element: HtmlElement) -> bool:
    """Whether an element's attributes say that it is hidden."""
    style = element.get("style")
    if style and HIDDEN.search(style):
        return True
    # React streams content into hidden boxes with such an id, and a script shows it later. These boxes do not count as
    # hidden.
    return element.get("hidden") is not None and not (element.get("id") or "").startswith("S:")


def _lines(text: str) -> list[str]:
    """The lines of a stretch. Every break ends a line, unless lines of about equal width show a wrapped paragraph."""
    if BREAK not in text:
        whole = " ".join(text.split())
        return [whole] if whole else []
    found: list[str] = []
    for paragraph in " ".join(text.split()).replace(f" {BREAK}", BREAK).replace(f"{BREAK} ", BREAK).split(2 * BREAK):
        parts = [part for part in paragraph.split(BREAK) if part]
        widths = [len(part) for part in parts[:-1]]
        wrapped = (
            len(widths) >= WRAPPED_LINES
            and min(widths) >= NARROW_CHARACTERS
            and max(widths) <= min(WIDE_CHARACTERS, min(widths) + RAGGED_CHARACTERS)
        )
        found.extend([" ".join(parts)] if wrapped else parts)
    return found
