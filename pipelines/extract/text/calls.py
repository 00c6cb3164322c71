"""Finds blocks inside an article that lead its reader away: boxes that ask for something, and lines that point to
other pages.

The classifier and every extractor take these blocks for paragraphs. Only this module knows the names of such boxes, and
how such lines begin.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pipelines.extract.blocks import HEADINGS, HOLDERS, TAIL_CHARACTERS, Block, TextPlace, around, has_stop

# CALLED and SIGNUP are names of boxes that ask for something: a call to action, or a sign-up. Other elements have
# similar names and ask for nothing: the paragraphs behind a paywall, and content for subscribers.
CALLED = re.compile(r"(?<![a-z])ctas?(?![a-z])|call-?to-?action", re.IGNORECASE)
SIGNUP = re.compile(r"(?<!de)sign[-_]?up|opt[-_]?in|mailchimp", re.IGNORECASE)
MAYBE_SIGNUP = re.compile(r"newsletter|subscri(?!ber|bed)", re.IGNORECASE)
# A box that asks for something has one of these elements. A box with "newsletter" in its name and without such an
# element may be the newsletter itself.
ASKED_WITH = ("form", "input", "button", "iframe", "a")
# A box that asks has at most MOST_WORDS words, and at most the share MOST_SHARE of the text. Chosen: a larger box holds
# the article.
MOST_WORDS, MOST_SHARE = 120, 0.15
# A block with at least this many words is a paragraph of the article, and a box around it is not taken for one that
# asks. Chosen: calls are shorter.
PARAGRAPH_WORDS = 40
# A block after a link that may be a button is prose if it has at least this many words. A line of a sign-up box is
# prose if it has more than this many and a full stop, and less than half of its words are linked. Chosen: shorter lines
# are often no prose; `line_cuts` has the same limit for repeated lines.
PROSE_WORDS = 12
# POINTS: a line begins with such a sign, which points to the link after it. POINTS_ON: a line ends with such a sign,
# which points to another page. In lines from right to left, the signs point to the left.
POINTS = re.compile(r"[^\w\s]{0,2}\s?(?:[»›→➜➔➡⇒▶▸►←⬅◀◄👉]|>>)")
POINTS_ON = re.compile(r"(?:[›→➜➔➡⇒▶▸►←⬅◀◄]|>>|(?<=\s)»)\W*$")
# These pointing signs are quotation marks as well: at the end of a quotation in French, at its beginning in German, and
# on both sides in Danish and Finnish. QUOTE_BEGINNING and QUOTE_END are the marks at the other side of the quotation.
MAYBE_QUOTE, QUOTE_BEGINNING, QUOTE_END = re.compile("[»›]"), re.compile("[«‹]"), re.compile("[»›«‹]")
# A link that asks its reader to do something begins with one of these words. Headlines may begin with the words of
# ASKS_IN_SHORT too.
ASKS = re.compile(
    r"(?:shop|buy|check (?:out|price)|download|register|browse|join|sign up|jetzt|lire|acheter|comprar?|leggi|acquista|"
    r"lees|bekijk|læs|läs|zobacz|читайте|смотрите|اقرأ|إقرأ|شاهد (?:[أا]يض\u064b?ا|الفيديو|المزيد)|طالع|بخوانید|"
    r"devamını|tıklayın)(?!\w)",
    re.IGNORECASE,
)
ASKS_IN_SHORT = re.compile(r"(?:get|order|view|book|try)(?!\w)", re.IGNORECASE)
# A sentence ends with one of these signs. An exclamation mark and dots do not count: a line that asks for something may
# end with them.
FULL_STOP = re.compile(r"(?<![.…])[.?؟。۔।॥](?!\.)[^\w.…]{0,7}$")
READ_FULL = re.compile(r"read (?:our|the|my) full(?!\w)", re.IGNORECASE)
# A line leads away only if it has at most LONGEST_LINE_WORDS words, and if enough of them are linked. The least share
# is POINTING_SHARE if a sign points to the link, NAMING_SHARE if the line asks to read the full text, and ASKING_SHARE
# if it asks for something else or ends with a sign that points on. Chosen: a sentence with a link in it has a smaller
# share.
POINTING_SHARE, NAMING_SHARE, ASKING_SHARE = 0.5, 0.4, 0.9
LONGEST_LINE_WORDS = 20
# If at least this many lines that point or ask stand in a row, they are a list that belongs to the article.
LIST_LINES = 4
# A row of links has a BAR between two links, at least the share BAR_SHARE of its words is linked, and it has at least
# FEWEST_BARS bars and at most LONGEST_BAR_WORDS words. Chosen: a table's row has no links. If most parts of a row have
# a digit, it is no row of links: these are scores or other figures.
BAR, BAR_SHARE, FEWEST_BARS, LONGEST_BAR_WORDS = " | ", 0.7, 2, 45
DIGIT = re.compile(r"\d")
# A button occurs in the text at least BUTTONS times, and has at most BUTTON_WORDS words. The least share of its words
# that are linked is ASKING_BUTTON_SHARE if it asks or points, and BUTTON_SHARE otherwise.
BUTTONS, BUTTON_WORDS, ASKING_BUTTON_SHARE, BUTTON_SHARE = 3, 4, 0.4, 0.9
PARAGRAPHS = frozenset(("p", "li", "h2", "h3", "h4", "h5", "h6"))
LINE_TAGS = frozenset(("p", "div", "span", "em", "strong", "b", "blockquote"))
# These are elements of tables and lists. A link that occurs several times in them is usually a name. It is a button
# only if it has two words or more and asks for something.
NAMED_IN = HOLDERS | {"li"}


def find_calls(found: Sequence[Block], kept: Sequence[int]) -> list[int]:
    """The numbers of the kept blocks that are no part of the article, but lead its reader away."""
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
    # If such boxes hold much of the text, they hold the article.
    few = sum(found[number].words for number in boxed) <= MOST_SHARE * total
    return sorted({*(boxed if few else ()), *_find_pointers(found, kept), *_find_buttons(found, kept)})


def _find_buttons(found: Sequence[Block], kept: Sequence[int]) -> Iterator[int]:
    """Links of a few words that occur several times in the text, once for each thing on offer.

    In an interview, the name of a speaker also occurs several times. So a link that asks for nothing is no button if
    prose follows on most of its occurrences.
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
    """Lines that are hardly more than a link and point to it or ask for something. A list of several such
    lines in a row stays.
    """
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
    """Whether a line asks its reader to do something. A sentence does not count. The words of ASKS_IN_SHORT count only
    in a line of fewer than BUTTON_WORDS words, because headlines begin with them too.
    """
    if FULL_STOP.search(block.text[-TAIL_CHARACTERS:]):
        return False
    return bool(ASKS.match(block.text) or (block.words < BUTTON_WORDS and ASKS_IN_SHORT.match(block.text)))


def _points_ahead(text: str) -> bool:
    """Whether a line begins with a sign that points ahead. A quotation mark does not count."""
    sign = POINTS.match(text)
    return sign is not None and not (MAYBE_QUOTE.search(sign[0]) and QUOTE_END.search(text, sign.end()))


def _points_on(text: str) -> bool:
    """Whether a line ends in a sign that points on. A quotation mark does not count."""
    sign = POINTS_ON.search(text[-TAIL_CHARACTERS:])
    return sign is not None and not (MAYBE_QUOTE.search(sign[0]) and QUOTE_BEGINNING.search(text))


def _is_letter(block: Block) -> bool:
    """Whether a line in a sign-up box is prose for readers: a sentence that is no link and asks for nothing."""
    linked = block.linked >= POINTING_SHARE * block.words
    if linked or block.words <= PROSE_WORDS or not has_stop(block.text):
        return False
    return not _begins_to_ask(block.text) and not any(CALLED.search(place.name) for place in around(block.place))


def _list_boxes(place: TextPlace | None, known: dict[int, tuple[int, ...]]) -> tuple[int, ...]:
    """The ids of those places that ask for something, among this place and the places around it. known: the answers for
    other places so far.
    """
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
