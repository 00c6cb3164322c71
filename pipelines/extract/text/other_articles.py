"""Finds other articles that are whole on an article's page: the next article below it, or a stream of articles.

The shape of the page shows them: units that are built alike, each with its own heading and text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from pipelines.extract.blocks import Block, TextPlace, around, is_inside
from pipelines.extract.phrases import key, reasons
from pipelines.extract.text import other_subject, particulars
from pipelines.text import has_unspaced

NEXT, STREAM = "another article", "related articles"
HEADINGS = ("h1", "h2", "h3", "h4", "h5")
# OWN_WORDS: the article has at least this many words before anything is another article. NEXT_WORDS: another article's
# text has at least this many words. ITEM_WORDS: a unit in a stream has at least this many words.
OWN_WORDS, NEXT_WORDS, ITEM_WORDS = 25, 12, 8
# At least this many units that are built alike are a stream.
ITEMS = 3
# LINKED_SHARE: a heading is linked if at least this share of its words is in links. HEADING_WORDS: a heading that names
# an article has at least this many words. Chosen: few words of a heading inside the article are linked.
LINKED_SHARE, HEADING_WORDS = 0.8, 3
# The linked headings below a title are about the title if more than one in this many has a word of the title.
SHARED_ONE_IN = 4
# One of this many elements around a block may be its unit. Chosen: in a unit, a block is nested less deep.
MAX_LEVELS = 6
NUMBER, NUMBERED = re.compile(r"\d+"), re.compile(r"(?:no\.?|nr\.?|#)?\s?\d{1,3}\b(?!\s?[:/]\s?\d)", re.IGNORECASE)
# A page's own address may end like this; the addresses of its chapters lack the ending.
ENDING = re.compile(r"(?:\.[a-z]{3,5}|/(?:index\.[a-z]{3,5})?)$")
# FEW_UNITS: if at most this many units stand beside the title's unit, a day of its own is enough for a unit to be an
# article. HEAD_BLOCKS: the day must be in one of this many blocks below the unit's heading.
FEW_UNITS, HEAD_BLOCKS = 3, 2
# TURNS: this many turns of heading and text make a stream. ABOUT: in a stream, at least this share of the texts is
# about the heading above, or invites to read on. SHORT_WORD: words with up to this many letters say nothing of the
# subject.
TURNS, ABOUT, SHORT_WORD = 4, 0.75, 3
# A text is about its heading if it repeats the share WORDS_ABOUT of the heading's words, or, in scripts without spaces,
# the share PAIRS_ABOUT of its pairs of letters.
WORDS_ABOUT, PAIRS_ABOUT = 0.5, 1 / 3
# Texts go on about their headings if at least this share of their further paragraphs has a word of the heading or of
# the first paragraph. Chosen: many a paragraph has other words for its subject.
GOES_ON = 0.5


def strangers(
    found: Sequence[Block],
    kept: Sequence[int],
    titles: Collection[str],
    url: str,
    given: Sequence[str] = (),
    whole: bool = False,
) -> dict[int, str]:
    """The kept blocks that belong to other articles, each with the reason.

    titles: the keys of the page's titles.
    url: the page's address.
    given: the paragraphs of the article that the page gives for machines.
    whole: whether `given` is the whole article.
    """
    title = next((n for n, block in enumerate(found) if block.key in titles and block.tag in HEADINGS), None)
    if title is None:
        return {}
    cut = _next(found, kept, titles, title, url) or _below_title(found, kept, titles, title)
    cut = cut or dict.fromkeys(other_subject.find_second(found, kept, titles, title, given, whole), NEXT)
    if cut or _of_title(found, title):
        return cut
    cut = _stream(found, kept, titles, title, url) or _in_turns(found, kept, titles, title, url)
    return cut | dict.fromkeys(_above(found, kept, cut, title), STREAM)


def _above(found: Sequence[Block], kept: Sequence[int], cut: Collection[int], title: int) -> list[int]:
    """The heading of a stream: the last kept block above the stream, if it is a heading and not the title."""
    before = [number for number in kept if title < number < min(cut, default=0)]
    return before[-1:] if before and found[before[-1]].tag in HEADINGS else []


def _of_title(found: Sequence[Block], title: int) -> bool:
    """Whether the linked headings below the title are about the title, as in a ranking or a guide."""
    wanted = {word for word in found[title].key.split() if len(word) > SHORT_WORD}
    headings = [
        block for block in found[title + 1 :] if block.tag in HEADINGS and block.linked >= LINKED_SHARE * block.words
    ]
    shared = [block for block in headings if wanted.intersection(block.key.split())]
    return SHARED_ONE_IN * len(shared) > len(headings)


def _next(found: Sequence[Block], kept: Sequence[int], titles: Collection[str], title: int, url: str) -> dict[int, str]:
    """Units beside the title's unit, with the same name as it, each with its own heading above a text."""
    # For each kept block, the places around it; the key of a place is the element that the place is directly in.
    within = [
        (number, {place.parent.element: place for place in around(found[number].place) if place.parent is not None})
        for number in kept
    ]
    for unit in around(found[title].place):
        above = unit.parent
        if above is None:
            return {}
        beside: dict[HtmlElement, list[int]] = {}
        for number, places in within:
            there = places.get(above.element)
            if there is not None and there.name == unit.name:
                beside.setdefault(there.element, []).append(number)
        own = beside.pop(unit.element, [])
        if _words(found, own) < OWN_WORDS:
            continue
        cut: list[int] = []
        for element, numbers in beside.items():
            heading = _heading(found, numbers[0], element, titles, url)
            # Posts of a live blog also have days of their own, but there are many posts.
            heading = heading or (len(beside) <= FEW_UNITS and _is_dated(found, element, titles))
            # The text of another article may have been cut already because of its words; then only its heading is left.
            if numbers[0] > own[-1] and heading and (cut or _words(found, numbers) >= NEXT_WORDS):
                cut += numbers
        if cut:
            return dict.fromkeys(cut, NEXT)
    return {}


def _below_title(found: Sequence[Block], kept: Sequence[int], titles: Collection[str], title: int) -> dict[int, str]:
    """The kept blocks from a second h1 on, up to the end of the place that it shares with the title's h1, if a day
    stands below the second h1."""
    above = found[title].place.parent
    second = next(
        (
            number
            for number in range(title + 1, len(found) - 1)
            if found[number].tag == "h1" == found[title].tag
            and found[number].place.parent == above
            and found[number].key not in titles
            and not found[number].linked
            and found[number].words >= HEADING_WORDS
        ),
        None,
    )
    if above is None or second is None or not _tells_day(found[second + 1 : second + 1 + HEAD_BLOCKS]):
        return {}
    own = [number for number in kept if title < number < second]
    cut = [number for number in kept if number >= second and _below(found[number].place, above.element)]
    enough = _words(found, own) >= OWN_WORDS and _words(found, cut) >= NEXT_WORDS
    return dict.fromkeys(cut, NEXT) if enough else {}


def _is_dated(found: Sequence[Block], unit: HtmlElement, titles: Collection[str]) -> bool:
    """Whether a unit begins with a heading, neither a link nor the page's own, and has its own day below it."""
    inside = [block for block in found if is_inside(block.place, unit)]
    head = inside[0] if inside else None
    if head is None or head.tag not in HEADINGS or head.words < HEADING_WORDS or head.key in titles:
        return False
    return _tells_day(inside[1 : 1 + HEAD_BLOCKS])


def _tells_day(below: Sequence[Block]) -> bool:
    return particulars.tells_day(block.text for block in below)


def _stream(
    found: Sequence[Block], kept: Sequence[int], titles: Collection[str], title: int, url: str
) -> dict[int, str]:
    """Units built alike in a place of their own, each a linked heading above its text.

    All units of the page are examined: some of a stream may have been kept, and others not.
    """
    holding = {place.element for place in around(found[title].place)}
    stays = set(kept)
    # Only groups with a kept block can be cut.
    groups: dict[tuple[HtmlElement, str], dict[HtmlElement, list[int]]] = {
        (outer.element, place.name): {}
        for number in kept
        if number > title
        for place, outer in _units_around(found[number].place, holding)
    }
    for number in range(title + 1, len(found)) if groups else ():
        for place, outer in _units_around(found[number].place, holding):
            units = groups.get((outer.element, place.name))
            if units is not None:
                units.setdefault(place.element, []).append(number)
    cut: set[int] = set()
    for units in groups.values():
        if len(units) < ITEMS:
            continue
        told = [element for element, numbers in units.items() if _tells_another(found, numbers, element, titles, url)]
        if len(told) >= ITEMS and 2 * len(told) > len(units) and not _is_counted(found[title], told):
            # A block above the first unit, in the same place, may be the article itself.
            first = units[told[0]][0]
            cut.update(n for numbers in units.values() for n in numbers if n in stays and n >= first)
    own = [number for number in kept if number not in cut]
    return dict.fromkeys(sorted(cut), STREAM) if _words(found, own) >= OWN_WORDS else {}


def _units_around(place: TextPlace, holding: Collection[HtmlElement]) -> Iterator[tuple[TextPlace, TextPlace]]:
    """The places around a block that may be its unit, each with the place around it; holding: the elements around the
    title."""
    here = place
    for _ in range(MAX_LEVELS):
        if here.parent is None or here.element in holding:
            return
        yield here, here.parent
        here = here.parent


def _tells_another(
    found: Sequence[Block], numbers: Sequence[int], unit: HtmlElement, titles: Collection[str], url: str
) -> bool:
    """Whether a unit is a heading with a text, and links to another page."""
    if _words(found, numbers) < ITEM_WORDS:
        return False
    # A day or the name of a section may precede the heading.
    if any(_heading(found, n, unit, titles, url, linked=True) for n in numbers[: 1 + HEAD_BLOCKS]):
        return True
    return any(_is_headed(found, n, titles) for n in numbers[: 1 + HEAD_BLOCKS]) and _teases(unit, url)


def _in_turns(
    found: Sequence[Block], kept: Sequence[int], titles: Collection[str], title: int, url: str
) -> dict[int, str]:
    """The kept blocks of headings and texts that follow each other by turns in one place. Each text is about its linked
    heading, or ends with a link that invites to read on."""
    headings: dict[HtmlElement, list[int]] = {}
    for number in range(title + 1, len(found)):
        block = found[number]
        if block.place.parent and block.words >= HEADING_WORDS and block.key not in titles and _may_turn(block, url):
            headings.setdefault(block.place.parent.element, []).append(number)
    for numbers in headings.values():
        if len(numbers) < TURNS:
            continue
        ends = [*numbers[1:], _end_of_last(found, numbers)]
        told = [
            _about(found, start, range(start + 1, end))
            if found[start].linked
            else _asks_on(found[start + 1 : end], url)
            for start, end in zip(numbers, ends, strict=True)
        ]
        cut = [n for n in kept if numbers[0] <= n < ends[-1]]
        own = [n for n in kept if n < numbers[0]]
        if sum(told) >= ABOUT * len(told) and _words(found, own) >= OWN_WORDS:
            return dict.fromkeys(cut, STREAM)
    return {}


def _end_of_last(found: Sequence[Block], headings: Sequence[int]) -> int:
    """One more than the number of the last block of the last text.

    No heading marks that end. The last text has blocks in the heading's place, and no more blocks than the shortest of
    the other texts. If the paragraphs of the other texts go on about their heading, each paragraph of the last text
    must do the same: otherwise it may be the end of the article itself.
    """
    last, shortest = headings[-1], max(2, min(after - before for before, after in pairwise(headings)))
    others = [
        _goes_on(found, before, number) for before, after in pairwise(headings) for number in range(before + 2, after)
    ]
    told = bool(others) and sum(others) >= GOES_ON * len(others)
    above, end = found[last].place.parent, last + 1
    while end < min(last + shortest, len(found)) and (
        end == last + 1 or (found[end].place.parent == above and (not told or _goes_on(found, last, end)))
    ):
        end += 1
    return end


def _goes_on(found: Sequence[Block], heading: int, number: int) -> bool:
    """Whether a paragraph has a telling word of the heading above it, or of the first paragraph below that heading."""
    said = _telling_words(found[heading].key) | _telling_words(found[heading + 1].key)
    return bool(said & _telling_words(found[number].key))


def _may_turn(block: Block, url: str) -> bool:
    """Whether a block may be the heading of another story: it links to the story, or has no link."""
    if block.tag in HEADINGS[1:] and not block.linked:
        return True
    if block.linked < LINKED_SHARE * block.words:
        return False
    headed = block.tag in (*HEADINGS[1:], "dt") or _is_all(block, "b", "strong")
    return headed and _leads_elsewhere(block, url)


def _asks_on(text: Sequence[Block], url: str) -> bool:
    """Whether the text below a heading ends with one link to another page, with words that invite to read on."""
    elements = dict.fromkeys(block.place.element for block in text)
    links = [link for element in elements for link in element.iter("a") if _elsewhere(link, url)]
    if not text or len(links) != 1:
        return False
    return any(reasons([" ".join(links[0].text_content().split())]))


def _is_all(block: Block, *tags: str) -> bool:
    """Whether the first element with one of these tags in a block's place has the block's text, and no more. The place
    may have other lines too."""
    part = next(block.place.element.iter(*tags), None)
    return part is not None and key(part.text_content()) == block.key


def _about(found: Sequence[Block], heading: int, text: Sequence[int]) -> bool:
    """Whether a text repeats the words of the heading above it."""
    wanted = _telling_words(found[heading].key)
    said = set[str]().union(*(_telling_words(found[number].key) for number in text[:1]))
    # Some pairs of letters belong to two words, so a smaller share of the pairs is enough.
    return (PAIRS_ABOUT if has_unspaced(found[heading].key) else WORDS_ABOUT) * len(wanted) <= len(wanted & said) > 0


def _telling_words(its_key: str) -> set[str]:
    """The words of a key that are long enough to have meaning; pairs of letters if a script has no spaces."""
    found: set[str] = set()
    for word in its_key.split():
        if has_unspaced(word):
            found.update(word[at : at + 2] for at in range(len(word) - 1))
        elif len(word) > SHORT_WORD:
            found.add(word)
    return found


def _heading(
    found: Sequence[Block], first: int, unit: HtmlElement, titles: Collection[str], url: str, *, linked: bool = False
) -> bool:
    """Whether a unit begins with a heading that is not the page's: its own h1, or a heading that links elsewhere."""
    number = first
    while number >= 0 and is_inside(found[number].place, unit):
        block = found[number]
        if block.words >= HEADING_WORDS and block.key not in titles:
            all_link = block.linked >= LINKED_SHARE * block.words or (linked and _is_all(block, "a"))
            leads = all_link and _leads_elsewhere(block, url)
            if leads and (block.tag in HEADINGS or linked):
                return True
            if block.tag == "h1" and not linked and not block.linked:
                return True
        number -= 1
    return False


def _is_headed(found: Sequence[Block], number: int, titles: Collection[str]) -> bool:
    """Whether a block is a heading that is not the page's."""
    block = found[number]
    return block.tag in HEADINGS and block.words >= HEADING_WORDS and block.key not in titles


def _teases(unit: HtmlElement, url: str) -> bool:
    """Whether a unit links only to one other page of the site, by its picture or with words that invite to read on.

    A guide links to many pages, to other sites, or by the names of its subjects.
    """
    links = [*unit.iterancestors("a"), *unit.iter("a")]
    elsewhere = [(_elsewhere(link, url), " ".join(link.text_content().split())) for link in links]
    there = {address for address, _ in elsewhere}
    if len(there) != 1 or "" in there:
        return False
    said = [text for _, text in elsewhere]
    return unit.tag == "article" or "" in said or any(reasons([text for text in said if text]))


def _is_counted(title: Block, units: Sequence[HtmlElement]) -> bool:
    """Whether the title says how many units there are, or the units are numbered as in a ranking."""
    numbered = [unit for unit in units if NUMBERED.match(" ".join(unit.text_content().split()))]
    return str(len(units)) in NUMBER.findall(title.text) or 2 * len(numbered) > len(units)


def linked_page(block: Block, url: str) -> str:
    """The path of another page of the site that a linked block leads to; empty if there is none."""
    element = block.place.element
    links = [a for a in (element, *element.iterancestors("a"), *element.iter("a")) if a.tag == "a"]
    return next((path for link in links[:2] if (path := _elsewhere(link, url))), "")


def _leads_elsewhere(block: Block, url: str) -> bool:
    """Whether the link of a heading goes to another page of the site."""
    return bool(linked_page(block, url))


def _elsewhere(link: HtmlElement, url: str) -> str:
    """The address of a link to another page of the site, except chapters of this page; empty if there is none."""
    here = urlsplit(url)
    try:
        there = urlsplit(urljoin(url, (link.get("href") or "#").strip()))
    except ValueError:
        return ""
    other = there.hostname == here.hostname and (there.path, there.query) != (here.path, here.query)
    return f"{there.path}?{there.query}" if other and not _chapter(there.path, here.path) else ""


def _chapter(path: str, page: str) -> bool:
    """Whether an address is below the page's address, like the chapters of a guide."""
    return len(stem := ENDING.sub("", page)) > 1 and path.startswith(f"{stem}/")


def _below(place: TextPlace, element: HtmlElement) -> TextPlace | None:
    """The place around this one that is directly in an element."""
    return next((p for p in around(place) if p.parent is not None and p.parent.element is element), None)


def _words(found: Sequence[Block], numbers: Sequence[int]) -> int:
    return sum(found[number].words for number in numbers)
