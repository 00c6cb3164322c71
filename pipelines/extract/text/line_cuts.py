"""Which lines of a text are no part of the article, and why each is cut: title, boilerplate, repetition, and the like.

It alone knows in which order the reasons are asked, so that a line has one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pipelines.extract import phrases
from pipelines.extract.blocks import Block
from pipelines.extract.fields import authors
from pipelines.extract.fields.metadata import Facts
from pipelines.extract.text import other_articles, particulars, tables
from pipelines.extract.text.block_chances import JudgedBlock, JudgedPage
from pipelines.model import RemovedBlock
from pipelines.text import compose, words

# Words of a text that is more than nothing. Chosen: as of an article.
LEAST_WORDS = 15
# The share of a block's words from which on an extractor has chosen it, or it is a link.
HALF_SHARE = 0.5
# Lines at the head among which the title may stand again. Chosen: kicker, title and two lines of byline.
TITLE_LINES = 4
# Words from which on a line that comes twice is cut. Chosen: shorter ones may be said twice.
REPEATED_WORDS = 12
# What stands in a text so often is a refrain; twice is what a page shows for two sizes of screen.
REFRAIN = 3
# Elements that a paragraph stands in alone. Chosen: a div may be a whole box, and stand twice.
PARAGRAPHS = frozenset(("p", "li", "blockquote", "dd", "dt", "h2", "h3", "h4"))
# Lines from either end among which particulars stand.
EDGE = 4
REASONS = {
    "comment": "comment", "related": "related articles", "share": "share bar", "subscribe": "subscribe box",
    "ad": "advertisement", "footer": "footer", "navigation": "navigation", "author": "author box", "tags": "tags",
    "aside": "aside", "button": "button", "form": "form", "caption": "caption", "hidden": "hidden",
}  # fmt: skip

# Where a line stands: an element, and what it is called there.
Home = tuple[int, str] | None
# By the number of a block why it is cut; empty where it stays.
Cut = dict[int, str]


@dataclass(frozen=True)
class Text:
    """A text with what was cut from it.

    extracted: what reads like text at all, before anything was cut. fits: whether the source's template agreed with
    the page, None where there is none to agree. others: whether other articles on the page were cut.
    """

    lines: tuple[str, ...]
    removed: tuple[RemovedBlock, ...]
    extracted: tuple[str, ...] = ()
    fits: bool | None = None
    others: bool = False

    @property
    def words(self) -> int:
        """How many words stay."""
        return sum(words(line) for line in self.lines)


def cut_blocks(
    page: JudgedPage, kept: Sequence[int], facts: Facts, own: Sequence[str], without: frozenset[str]
) -> Text:
    """The text that some of a page's blocks make, without the title, boilerplate, repetitions and other articles."""
    found = page.bare
    titles = {phrases.key(title) for title in facts.titles}
    cut = _cut_by_line(found, kept, facts, own, without)
    cut, others = _cut_other_articles(page, cut, titles, facts)
    cut = _cut_tables(found, cut, titles)
    stays = sorted(number for number, reason in cut.items() if not reason)
    return Text(
        tuple(_nfc(found[number].text) for number in stays),
        _list_removed(page, cut, stays, own, titles),
        others=others,
    )


def cut_lines(lines: Sequence[str], facts: Facts, own: Sequence[str], without: frozenset[str]) -> Text:
    """The lines without the title, boilerplate and repetitions; what was cut, in page order."""
    reasons = _find_reasons(lines, facts, own, without)
    return Text(
        tuple(_nfc(line) for line, reason in zip(lines, reasons, strict=True) if not reason),
        tuple(RemovedBlock(text=line, reason=reason) for line, reason in zip(lines, reasons, strict=True) if reason),
    )


def _cut_by_line(
    found: Sequence[Block], kept: Sequence[int], facts: Facts, own: Sequence[str], without: frozenset[str]
) -> Cut:
    """Why a block is cut for what it says itself."""
    lines, homes = [found[number].text for number in kept], [_home(found[number]) for number in kept]
    return dict(zip(kept, _find_reasons(lines, facts, own, without, homes), strict=True))


def _cut_other_articles(page: JudgedPage, cut: Cut, titles: Collection[str], facts: Facts) -> tuple[Cut, bool]:
    """The same with what is of other articles on the page, and whether there are any.

    Where what was kept was a stream of other stories, the article is the brief above it.
    """
    stays = [number for number, reason in cut.items() if not reason]
    passed = _passed_over(page.blocks, stays, titles)
    others = {} if facts.posts else other_articles.strangers(page.bare, [*passed, *stays], titles, facts.canonical_url)
    brief = dict.fromkeys(passed, "") if others else {}
    return cut | others | brief, bool(others)


def _cut_tables(found: Sequence[Block], cut: Cut, titles: Collection[str]) -> Cut:
    """The same with tables of figures whole, or not at all."""
    added, left = tables.complete_tables(found, {number for number, reason in cut.items() if not reason}, titles)
    return cut | dict.fromkeys(left, tables.REASON) | dict.fromkeys(added, "")


def _list_removed(
    page: JudgedPage, cut: Cut, stays: Sequence[int], own: Sequence[str], titles: Collection[str]
) -> tuple[RemovedBlock, ...]:
    """What is cut, with the first reason there is: the line's, the phrase list's, the source's, the place's.

    What stands far from the article and trafilatura did not take for it is not worth telling.
    """
    first, last = (stays[0], stays[-1]) if stays else (0, len(page.blocks))
    if page.blocks:
        # A standfirst that is cut stands between the title and what stays.
        first = next((number for number in range(first, -1, -1) if page.blocks[number].block.key in titles), first)
    # A block that stays has "" in `cut`, one that is cut its reason; the rest have no verdict yet.
    told = [
        number
        for number, one in enumerate(page.blocks)
        if cut.get(number, one.chosen >= HALF_SHARE or first < number < last)
    ]
    known = dict(zip(told, phrases.reasons([page.blocks[number].block.text for number in told], own), strict=True))
    return tuple(
        RemovedBlock(text=one.block.text, reason=cut.get(number) or known[number] or one.why or _why(one))
        for number, one in ((number, page.blocks[number]) for number in told)
    )


def _passed_over(found: Sequence[JudgedBlock], stays: Sequence[int], titles: Collection[str]) -> list[int]:
    """The prose between the title and the first block that stays, where that is far from nothing."""
    title = next(
        (
            number
            for number, one in enumerate(found)
            if one.block.key in titles and one.block.tag in other_articles.HEADINGS
        ),
        None,
    )
    if title is None or not stays:
        return []
    return [
        number
        for number, one in enumerate(found[: stays[0]])
        if number > title and one.block.words >= LEAST_WORDS and not one.kind and 2 * one.block.linked < one.block.words
    ]


def _find_reasons(
    lines: Sequence[str], facts: Facts, own: Sequence[str], without: frozenset[str], homes: Sequence[Home] = ()
) -> list[str]:
    """Why each line of a text is cut; empty where it stays. homes: where each stands, as far as that is known.

    A line that is said again in the very same place is said twice by its author: a refrain, a list of days, a question.
    What a page has twice for two sizes of screen stands in two places.
    """
    found = [""] * len(lines) if "phrases" in without else phrases.reasons(lines, own)
    title_keys = set() if "title" in without else {phrases.key(title) for title in facts.titles}
    names = [phrases.key(name) for name in facts.authors]
    seen: dict[str, set[Home]] = {}
    often = {its_key for its_key, count in Counter(map(phrases.key, lines)).items() if count >= REFRAIN}
    for number, line in enumerate(lines):
        its_key = phrases.key(line)
        if not found[number] and "phrases" not in without and (number < EDGE or number >= len(lines) - EDGE):
            by = authors.only_names(line, facts.authors)
            found[number] = "author" if by else particulars.reason(line, names)
        if number < TITLE_LINES and its_key in title_keys and len(lines) > 1:
            found[number] = "title"
            continue
        known, home = seen.get(its_key), homes[number] if homes else None
        if not found[number] and known is not None and its_key not in often and (home is None or home not in known):
            found[number] = "repeated"
        elif not found[number] and its_key.count(" ") >= REPEATED_WORDS:
            seen.setdefault(its_key, set()).add(home)
    return found


def _home(block: Block) -> Home:
    """The place that a line shares with those around it: the element that its paragraph stands in, and what such
    paragraphs are called there; the element itself for lines of one."""
    place = block.place
    if block.tag in PARAGRAPHS and place.parent is not None:
        return id(place.parent.element), place.name
    return id(place.element), ""


def _why(one: JudgedBlock) -> str:
    if one.kind:
        return REASONS[one.kind]
    return "link list" if one.block.linked > HALF_SHARE * one.block.words else "outside the article"


def _nfc(line: str) -> str:
    return compose(line)
