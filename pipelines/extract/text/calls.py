"""Blocks inside an article that call its reader away from it: boxes that sell something, lines that point elsewhere.

The classifier and every extractor take them for paragraphs. Only this module knows the names of such boxes, and how
such lines begin.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pipelines.extract.blocks import HEADINGS, HOLDERS, TAIL_CHARACTERS, Block, TextPlace, around, has_stop

# What sites call a box that asks for something: a call to action, or to sign up. Paragraphs behind a paywall are called
# after it one by one, and what only subscribers see is called after them: both are none.
CALLED = re.compile(r"(?<![a-z])ctas?(?![a-z])|call-?to-?action", re.IGNORECASE)
SIGNUP = re.compile(r"(?<!de)sign[-_]?up|opt[-_]?in|mailchimp", re.IGNORECASE)
MAYBE_SIGNUP = re.compile(r"newsletter|subscri(?!ber|bed)", re.IGNORECASE)
# What a box asks with; one that is called after a newsletter and has none of them may be the newsletter.
ASKED_WITH = ("form", "input", "button", "iframe", "a")
# The most words of such a box, and its greatest share of the text. Chosen: a larger one holds the article.
MOST_WORDS, MOST_SHARE = 120, 0.15
# From how many words on one block of such a box is a paragraph of the article. Chosen: calls are shorter.
PARAGRAPH_WORDS = 40
# From how many words on a line with a full stop and without a link is prose, and not an offer. Chosen: as of a line
# that repeats.
PROSE_WORDS = 12
# A sign that points to a link, before it or after it; in lines from right to left it points to the left.
POINTS = re.compile(r"[^\w\s]{0,2}\s?(?:[»›→➜➔➡⇒▶▸►←⬅◀◄👉]|>>)")
POINTS_ON = re.compile(r"(?:[›→➜➔➡⇒▶▸►←⬅◀◄]|>>|(?<=\s)»)\W*$")
# Such signs are quotation marks as well: at the end of a quotation in French, at its beginning in German, and on both
# sides in Danish and Finnish.
MAYBE_QUOTE, QUOTE_BEGINNING, QUOTE_END = re.compile("[»›]"), re.compile("[«‹]"), re.compile("[»›«‹]")
# What a link in a line of its own asks a reader to do; and the same by words that headlines begin with as well.
ASKS = re.compile(
    r"(?:shop|buy|check (?:out|price)|download|register|browse|join|sign up|jetzt|lire|acheter|comprar?|leggi|acquista|"
    r"lees|bekijk|læs|läs|zobacz|читайте|смотрите|اقرأ|إقرأ|شاهد (?:[أا]يض\u064b?ا|الفيديو|المزيد)|طالع|بخوانید|"
    r"devamını|tıklayın)(?!\w)",
    re.IGNORECASE,
)
ASKS_IN_SHORT = re.compile(r"(?:get|order|view|book|try)(?!\w)", re.IGNORECASE)
# The end of a sentence. What asks may end in an exclamation mark, or in dots for what is to be read.
FULL_STOP = re.compile(r"(?<![.…])[.?؟。۔।॥](?!\.)[^\w.…]{0,7}$")
READ_FULL = re.compile(r"read (?:our|the|my) full(?!\w)", re.IGNORECASE)
# The least share of its words that are link: in a line that points, in one that names a page of the site, and in one
# that asks. Chosen: a sentence with a link in it says something of its own.
POINTING_SHARE, NAMING_SHARE, ASKING_SHARE = 0.5, 0.4, 0.9
LONGEST_LINE_WORDS = 20
# From how many such lines in a row on they are a list that belongs to the article.
LIST_LINES = 4
# A bar of links: the share of its words that are link, how many bars are between them, and its most words. Chosen: a
# table's row has no links. Where most parts have a digit they are scores, or figures of another kind.
BAR, BAR_SHARE, FEWEST_BARS, LONGEST_BAR_WORDS = " | ", 0.7, 2, 45
DIGIT = re.compile(r"\d")
# A button: how often it stands in the text, its most words, and the share of them that are link, if it asks or points
# and if it does not.
BUTTONS, BUTTON_WORDS, ASKING_BUTTON_SHARE, BUTTON_SHARE = 3, 4, 0.4, 0.9
PARAGRAPHS = frozenset(("p", "li", "h2", "h3", "h4", "h5", "h6"))
LINE_TAGS = frozenset(("p", "div", "span", "em", "strong", "b", "blockquote"))
# Where a link again and again is a name or a thing, unless two words of it ask for something: in tables and lists.
NAMED_IN = HOLDERS | {"li"}


def find_calls(found: Sequence[Block], kept: Sequence[int]) -> list[int]:
    """The numbers of the blocks among those kept that are no part of the article, but ask its reader for something."""
    total = sum(found[number].words for number in kept)
    known: dict[int, tuple[int, ...]] = {}
    boxes = {number: _list_boxes(found[number].place, known) for number in kept}
    most = min(MOST_WORDS, MOST_SHARE * total)
    sizes: dict[int, float] = {}
    for number, holding in boxes.items():
        for box in holding:
            said = found[number].words
            sizes[box] = sizes.get(box, 0) + (said if said < PARAGRAPH_WORDS else most + 1)
    boxed = [
        number
        for number, holding in boxes.items()
        if any(sizes[box] <= most for box in holding) and not _is_letter(found[number])
    ]
    # A page that is made of such boxes has its article in them.
    few = sum(found[number].words for number in boxed) <= MOST_SHARE * total
    return sorted({*(boxed if few else ()), *_find_pointers(found, kept), *_find_buttons(found, kept)})


def _find_buttons(found: Sequence[Block], kept: Sequence[int]) -> Iterator[int]:
    """The links of a few words that stand again and again in the text, once for each thing that they offer.

    A name above what its bearer says is none: unless it asks for something, prose does not follow on most of them.
    """
    short = [number for number in kept if _may_be_button(found[number])]
    often = Counter(found[number].key for number in short)
    after = dict(pairwise(kept))
    spoken = Counter(
        found[number].key
        for number in short
        if number in after and found[after[number]].words >= PROSE_WORDS and not _asks_for(found[number])
    )
    return (
        number
        for number in short
        if often[its_key := found[number].key] >= BUTTONS and spoken[its_key] <= often[its_key] / 2
    )


def _may_be_button(block: Block) -> bool:
    if block.words > BUTTON_WORDS or not block.linked or block.tag in HEADINGS or block.text.endswith(":"):
        return False
    asks, outer = _asks_for(block), block.place.parent
    held = block.tag in NAMED_IN or (outer is not None and outer.element.tag in HOLDERS)
    if held and not (asks and block.words > 1):
        return False
    return block.linked >= (ASKING_BUTTON_SHARE if asks else BUTTON_SHARE) * block.words


def _asks_for(block: Block) -> bool:
    return bool(_begins_to_ask(block.text) or _points_ahead(block.text))


def _begins_to_ask(text: str) -> bool:
    return bool(ASKS.match(text) or ASKS_IN_SHORT.match(text))


def _find_pointers(found: Sequence[Block], kept: Sequence[int]) -> Iterator[int]:
    """The lines that are hardly more than a link and say so; several in a row are a list."""
    row: list[int] = []
    for number in (*kept, None):
        if number is not None and _points(found[number]):
            row.append(number)
            continue
        if len(row) < LIST_LINES:
            yield from row
        row = []


def _points(block: Block) -> bool:
    share = block.linked / max(1, block.words)
    if block.tag in LINE_TAGS and block.words <= LONGEST_BAR_WORDS and block.text.count(BAR) >= FEWEST_BARS:
        parts = block.text.split(BAR)
        return share >= BAR_SHARE and sum(bool(DIGIT.search(part)) for part in parts) <= len(parts) / 2
    if block.tag not in LINE_TAGS or block.words > LONGEST_LINE_WORDS:
        return False
    if share >= ASKING_SHARE and _points_on(block.text):
        return True
    return (
        (share >= POINTING_SHARE and _points_ahead(block.text))
        or (share >= NAMING_SHARE and bool(READ_FULL.match(block.text)))
        or (share >= ASKING_SHARE and _asks_in_line(block))
    )


def _asks_in_line(block: Block) -> bool:
    """Whether a line asks its reader to do something, and is no sentence and no headline that begins like it."""
    if FULL_STOP.search(block.text[-TAIL_CHARACTERS:]):
        return False
    return bool(ASKS.match(block.text) or (block.words < BUTTON_WORDS and ASKS_IN_SHORT.match(block.text)))


def _points_ahead(text: str) -> bool:
    """Whether a line begins with a sign that points ahead, and not with a quotation."""
    sign = POINTS.match(text)
    return sign is not None and not (MAYBE_QUOTE.search(sign[0]) and QUOTE_END.search(text, sign.end()))


def _points_on(text: str) -> bool:
    """Whether a line ends in a sign that points on, and not in the end of a quotation."""
    sign = POINTS_ON.search(text[-TAIL_CHARACTERS:])
    return sign is not None and not (MAYBE_QUOTE.search(sign[0]) and QUOTE_BEGINNING.search(text))


def _is_letter(block: Block) -> bool:
    """Whether a line in a box to sign up in is written to readers: it is no link and asks for nothing."""
    linked = block.linked >= POINTING_SHARE * block.words
    if linked or block.words <= PROSE_WORDS or not has_stop(block.text):
        return False
    return not _begins_to_ask(block.text) and not any(CALLED.search(place.name) for place in around(block.place))


def _list_boxes(place: TextPlace | None, known: dict[int, tuple[int, ...]]) -> tuple[int, ...]:
    """The places around and at this one that are called so, by their ids; known: those of other places so far."""
    if place is None:
        return ()
    if id(place) not in known:
        own = (id(place),) if _asks(place) else ()
        known[id(place)] = (*_list_boxes(place.parent, known), *own)
    return known[id(place)]


def _asks(place: TextPlace) -> bool:
    if CALLED.search(place.name):
        return True
    if place.kind != "subscribe" or place.element.tag in PARAGRAPHS:
        return False
    if SIGNUP.search(place.name):
        return True
    return bool(MAYBE_SIGNUP.search(place.name)) and next(place.element.iter(*ASKED_WITH), None) is not None
