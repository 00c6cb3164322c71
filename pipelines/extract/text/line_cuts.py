"""Which lines of a text are not part of the article, and why: title, boilerplate, repetition, and the like.

Only this module knows in which order the reasons are tried. The first reason that fits is the line's only one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pipelines.extract import phrases
from pipelines.extract.blocks import Block
from pipelines.extract.fields import authors, json_ld
from pipelines.extract.fields.metadata import Facts
from pipelines.extract.text import calls, cards, contents, credits, other_articles, particulars, tables
from pipelines.extract.text.between import is_subhead
from pipelines.extract.text.block_chances import JudgedBlock, JudgedPage
from pipelines.model import RemovedBlock
from pipelines.text import compose, words

# A block between the title and the first kept block was passed over. It counts as prose if it has at least this many
# words. Chosen: it may be a whole brief, and no brief is shorter.
LEAST_WORDS = 15
# trafilatura has chosen a block if at least this share of its words is in trafilatura's text. A block is a list of
# links if more than this share of its words is in links.
HALF_SHARE = 0.5
# The title may occur again among this many lines at the head. Chosen: these are kicker, title and two lines of byline.
TITLE_LINES = 4
# A repeated line is cut if it has more than this many words. Chosen: an author may repeat shorter lines.
REPEATED_WORDS = 12
# A line that occurs at least this many times in a text is a refrain. A line that occurs twice may be a page's copy for
# two sizes of screen.
REFRAIN = 3
# These elements hold one paragraph alone. Chosen: `div` is left out, because it may be a whole box, and occur twice.
PARAGRAPHS = frozenset(("p", "li", "blockquote", "dd", "dt", "h2", "h3", "h4"))
# This many lines from either end of a text may be particulars.
EDGE = 4
# A block's place or its own words give these reasons.
ADVERTISEMENT, CAPTION, LINK_LIST = "advertisement", "caption", "link list"
CONTENTS, BARE_HEADING = "table of contents", "heading without a text"
REASONS = {
    "comment": "comment", "related": "related articles", "share": "share bar", "subscribe": "subscribe box",
    "ad": ADVERTISEMENT, "footer": "footer", "navigation": "navigation", "author": "author box", "tags": "tags",
    "aside": "aside", "button": "button", "form": "form", "caption": CAPTION, "hidden": "hidden",
}  # fmt: skip

# This is the place of a line (see `_home`): the id of an element, and a name or "".
Home = tuple[int, str] | None
# The reason why each block is cut, by the number of the block; the reason is empty if the block stays.
Cut = dict[int, str]


@dataclass(frozen=True)
class Text:
    """A text with what was cut from it.

    extracted: everything that reads like text, before cuts.
    fits: whether the source's template agrees with the page; None if nobody can tell.
    others: whether other articles on the page were cut.
    """

    lines: tuple[str, ...]
    removed: tuple[RemovedBlock, ...]
    extracted: tuple[str, ...] = ()
    fits: bool | None = None
    others: bool = False

    @property
    def words(self) -> int:
        """The number of words that stay."""
        return sum(words(line) for line in self.lines)


def cut_blocks(
    page: JudgedPage, kept: Sequence[int], facts: Facts, own: Sequence[str], without: frozenset[str]
) -> Text:
    """The text of some of a page's blocks, without the title, boilerplate, repetitions and other articles."""
    found = page.bare
    titles = {phrases.key(title) for title in facts.titles}
    # Tables of contents are found first: otherwise a chapter's heading further below would count as a repetition of the
    # list's line.
    listed = set() if "calls" in without else contents.find_contents(found, kept, facts.canonical_url)
    cut = _cut_by_line(found, [number for number in kept if number not in listed], facts, own, without)
    cut, others = _cut_other_articles(page, cut, titles, facts)
    cut = _cut_tables(found, cut, titles) | dict.fromkeys(listed, CONTENTS)
    if "calls" not in without:
        cut = _cut_leftovers(found, cut, facts.canonical_url)
    stays = _stays(cut)
    return Text(
        tuple(_nfc(found[number].text) for number in stays),
        _list_removed(page, cut, stays, own, titles),
        others=others,
    )


def cut_lines(lines: Sequence[str], facts: Facts, own: Sequence[str], without: frozenset[str]) -> Text:
    """The lines without the title, boilerplate and repetitions; and the cut lines in page order."""
    reasons = _find_reasons(lines, facts, own, without)
    return Text(
        tuple(_nfc(line) for line, reason in zip(lines, reasons, strict=True) if not reason),
        tuple(RemovedBlock(text=line, reason=reason) for line, reason in zip(lines, reasons, strict=True) if reason),
    )


def _cut_by_line(
    found: Sequence[Block], kept: Sequence[int], facts: Facts, own: Sequence[str], without: frozenset[str]
) -> Cut:
    """Why each block is cut because of its own words."""
    lines, homes = [found[number].text for number in kept], [_home(found[number]) for number in kept]
    reasons = _find_reasons(lines, facts, own, without, homes)
    for place in range(1, len(kept) - 1):
        above, below = found[kept[place - 1]], found[kept[place + 1]]
        beside = not reasons[place - 1] and not reasons[place + 1]
        if reasons[place] and beside and is_subhead(above, found[kept[place]], below):
            reasons[place] = ""
    return dict(zip(kept, reasons, strict=True))


def _cut_other_articles(page: JudgedPage, cut: Cut, titles: Collection[str], facts: Facts) -> tuple[Cut, bool]:
    """The cuts, with the blocks of other articles on the page added; and whether there are any.

    If the kept blocks were a stream of other stories, the article is the brief above them.
    """
    stays = _stays(cut)
    passed = _passed_over(page.blocks, stays, titles)
    given, whole = json_ld.body(facts.node), json_ld.is_whole(facts.node)
    others = (
        {}
        if facts.posts
        else other_articles.strangers(page.bare, [*passed, *stays], titles, facts.canonical_url, given, whole)
    )
    brief = dict.fromkeys(passed, "") if others else {}
    return cut | others | brief, bool(others)


def _cut_tables(found: Sequence[Block], cut: Cut, titles: Collection[str]) -> Cut:
    """The cuts, changed so that a table of figures is kept whole or cut whole."""
    added, left = tables.complete_tables(found, {number for number, reason in cut.items() if not reason}, titles)
    return cut | dict.fromkeys(left, tables.REASON) | dict.fromkeys(added, "")


def _cut_leftovers(found: Sequence[Block], cut: Cut, url: str) -> Cut:
    """The cuts, and added to them the lines that call a reader away, and the remains of cards, lists, pictures and
    chapters; url: the page's address."""
    cut = cut | dict.fromkeys(cards.find_cards(found, _stays(cut), url), other_articles.STREAM)
    stays = _stays(cut)
    cut = cut | dict.fromkeys(contents.find_scraps(found, stays), LINK_LIST)
    cut |= dict.fromkeys(credits.find_credits(found, stays), CAPTION)
    cut |= dict.fromkeys(calls.find_calls(found, stays), ADVERTISEMENT)
    return cut | dict.fromkeys(credits.find_bare_heading(found, _stays(cut)), BARE_HEADING)


def _stays(cut: Cut) -> list[int]:
    return sorted(number for number, reason in cut.items() if not reason)


def _list_removed(
    page: JudgedPage, cut: Cut, stays: Sequence[int], own: Sequence[str], titles: Collection[str]
) -> tuple[RemovedBlock, ...]:
    """The cut blocks, each with the first reason of these: why its line was cut, the phrase lists' reason, the
    template's, the place's.

    Blocks far from the article that trafilatura did not take are not listed.
    """
    first, last = (stays[0], stays[-1]) if stays else (0, len(page.blocks))
    if page.blocks:
        # A standfirst that is cut is between the title and what stays.
        first = next((number for number in range(first, -1, -1) if page.blocks[number].block.key in titles), first)
    # In `cut`, a block that stays has "", and a block that is cut has its reason. No other block is in it.
    told = [
        number
        for number, one in enumerate(page.blocks)
        if cut.get(number, one.trafilatura_share >= HALF_SHARE or first < number < last)
    ]
    known = dict(zip(told, phrases.reasons([page.blocks[number].block.text for number in told], own), strict=True))
    return tuple(
        RemovedBlock(text=one.block.text, reason=cut.get(number) or known[number] or one.why or _why(one))
        for number, one in ((number, page.blocks[number]) for number in told)
    )


def _passed_over(found: Sequence[JudgedBlock], stays: Sequence[int], titles: Collection[str]) -> list[int]:
    """The prose between the title and the first block that stays; a block in a place with a telling name does not
    count.
    """
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
    """Why each line of a text is cut; empty if it stays. homes: the place of each line, as far as it is known.

    If a line is repeated in the same place, its author repeats it: a refrain, a list of days, a question. If a page has
    a line twice for two sizes of screen, the two copies are in two places.
    """
    found = [""] * len(lines) if "phrases" in without else phrases.reasons(lines, own)
    title_keys = set() if "title" in without else {phrases.key(title) for title in facts.titles}
    seen: dict[str, set[Home]] = {}
    often = {its_key for its_key, count in Counter(map(phrases.key, lines)).items() if count >= REFRAIN}
    for number, line in enumerate(lines):
        its_key = phrases.key(line)
        if not found[number] and "phrases" not in without and (number < EDGE or number >= len(lines) - EDGE):
            by = authors.only_names(line, facts.authors)
            head = all(found[:number])
            found[number] = "author" if by else particulars.reason(line, facts.authors, head=head)
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
    """The place that a line shares with its neighbours. For a paragraph, it is the element around the paragraph, with
    the paragraph's own name. For one of several lines in an element, it is that element, without a name.
    """
    place = block.place
    if block.tag in PARAGRAPHS and place.parent is not None:
        return id(place.parent.element), place.name
    return id(place.element), ""


def _why(one: JudgedBlock) -> str:
    if one.kind:
        return REASONS[one.kind]
    return LINK_LIST if one.block.linked > HALF_SHARE * one.block.words else "outside the article"


def _nfc(line: str) -> str:
    return compose(line)
