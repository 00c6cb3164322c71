"""Finds a second article below the first in the same elements: by its subject, or by the text that the page gives for
machines.

The shape of the page does not show a second article: its heading could be a subhead of the first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice

from pipelines.extract.blocks import Block, around
from pipelines.extract.fields import above_text
from pipelines.extract.lexicon import key, size
from pipelines.extract.phrases import reasons
from pipelines.extract.text import particulars
from pipelines.text import has_unspaced, words

# The first text has at least OWN_WORDS words, the second text NEXT_WORDS, and the heading between them HEADING_WORDS.
# In scripts without spaces each letter counts as a word.
OWN_WORDS, NEXT_WORDS, HEADING_WORDS = 25, 25, 4
# A text is not about the heading of another text if it has at most this share of the heading's words. Chosen: one word
# may be chance.
OTHERS_SHARE = 0.2
# At most this many headings are judged, each by the whole text. Chosen: a second article begins long before the page
# has so many.
JUDGED_HEADINGS = 50
# These are for a second heading that is no h1. HEADLINE_WORDS: it has at least this many words, because subheads are
# shorter than headlines. HEADLINE_SHARE: at least this share of its words is in the text below it, and this text has no
# word of the title.
HEADLINE_WORDS, HEADLINE_SHARE = 5, 0.6
# SAME_SHARE: at least this share of the first text is in the text for machines, and at least this share of the text for
# machines is in the first text. OTHER_SHARE: at most this share of the second text is in the text for machines.
SAME_SHARE, OTHER_SHARE = 0.9, 0.1
# One of this many blocks below a heading may be its line of author and day.
HEAD_BLOCKS = 2
UNITS = frozenset(("article", "section", "header"))
# These units hold whole articles on some pages, and the parts of one article on others.
PARTS = frozenset(("section",))


def find_second(
    found: Sequence[Block],
    kept: Sequence[int],
    titles: Collection[str],
    title: int,
    given: Sequence[str],
    whole: bool,
) -> list[int]:
    """The numbers of the kept blocks from the heading of a second article on.

    titles: the keys of the page's titles.
    title: the number of the article's heading.
    given: the paragraphs of the article that the page gives for machines.
    whole: whether `given` is the whole article.
    """
    told = key(" ".join(given))
    # The blocks that are also in the text for machines. They are looked for only once, because there may be many
    # headings.
    shared = frozenset(one for one in kept if found[one].key in told) if told else frozenset[int]()
    for number in islice(_headings(found, titles, title), JUDGED_HEADINGS):
        own = [one for one in kept if title < one < number]
        rest = [one for one in kept if one >= number]
        if _words(found, own) < OWN_WORDS or _words(found, [one for one in rest if one > number]) < NEXT_WORDS:
            continue
        if _words(found, shared.intersection(rest)) > OTHER_SHARE * _words(found, rest):
            continue
        if whole and _is_given(found, own, [one for one in rest if one > number], shared, words(told), title, number):
            return rest
        if _changes_subject(found, own, rest, title, number):
            return rest
    return []


def _headings(found: Sequence[Block], titles: Collection[str], title: int) -> Iterator[int]:
    """The blocks below the title that may be the heading of another article."""
    for number in range(title + 1, len(found)):
        block = found[number]
        if block.tag in ("h1", "h2") and block.words >= HEADING_WORDS and block.key not in titles:
            yield number


def _is_given(
    found: Sequence[Block],
    own: Sequence[int],
    below: Sequence[int],
    shared: frozenset[int],
    told_words: int,
    title: int,
    heading: int,
) -> bool:
    """Whether the text for machines is the first text, and the second text is one part, about something else.

    below: the numbers of the blocks of the second text.
    shared: the numbers of the blocks that are also in the text for machines.
    told_words: how many words the text for machines has.
    """
    parts = any(found[number].tag == found[heading].tag for number in below)
    theirs = above_text.stems(" ".join(found[number].text for number in below))
    # The text for machines of some systems ends before the first subhead.
    if parts or above_text.share(found[title].text, theirs) > OTHERS_SHARE:
        return False
    return _words(found, shared.intersection(own)) >= SAME_SHARE * max(_words(found, own), told_words)


def _changes_subject(found: Sequence[Block], own: Sequence[int], rest: Sequence[int], title: int, heading: int) -> bool:
    """Whether each text is about the heading above it, and not about the other heading."""
    first, second = found[title], found[heading]
    # One subhead may be about something else. Several subheads are the parts of an article.
    alike = [block for block in found[title + 1 :] if block.tag == second.tag]
    lower, in_one = second.tag != "h1", _are_in_one_article(found, title, heading)
    if len(alike) > 1 or (lower and size(second.key) < HEADLINE_WORDS):
        return False
    if (lower or in_one) and not _begins_article(found, title, heading, in_one):
        return False
    mine = above_text.stems(" ".join(found[number].text for number in own))
    theirs = above_text.stems(" ".join(found[number].text for number in rest if number > heading))
    return (
        above_text.is_about(first.text, mine)
        and above_text.is_about(second.text, theirs)
        and (not lower or has_unspaced(second.text) or above_text.share(second.text, theirs) >= HEADLINE_SHARE)
        and above_text.share(first.text, theirs) <= (0.0 if lower else OTHERS_SHARE)
        and above_text.share(second.text, mine) <= OTHERS_SHARE
    )


def _are_in_one_article(found: Sequence[Block], title: int, heading: int) -> bool:
    """Whether one article element of the page holds both headings."""
    holding = {place.element for place in around(found[title].place)}
    return any(place.element.tag == "article" and place.element in holding for place in around(found[heading].place))


def _begins_article(found: Sequence[Block], title: int, heading: int, in_one: bool) -> bool:
    """Whether a heading begins an article and is no subhead: it has a day or an author, or a unit like the title's.

    If the heading is a link, has a section of its own or has a horizontal line (hr) above it, these are signs too,
    unless one article element holds both headings (in_one): subheads inside an article have these as well.
    """
    second, below = found[heading], [block.text for block in found[heading + 1 : heading + 1 + HEAD_BLOCKS]]
    if particulars.tells_day(below) or any("byline" in told for told in reasons(below)):
        return True
    if second.linked and not in_one:
        return True
    holding = [place.element for place in around(found[title].place)]
    own = [place.element for place in around(second.place) if place.element not in holding]
    shared = [place.element for place in around(second.place) if place.element in holding]
    units = {str(element.tag) for element in holding if element not in shared} | {"article"}
    if any(element.tag in (UNITS - PARTS if in_one else UNITS) & units for element in own):
        return True
    if in_one:
        return False
    # The line (hr) may be right above the heading, or above a box that begins with the heading.
    for element in own:
        before = element.getprevious()
        if before is not None:
            return bool(before.tag == "hr")
    return False


def _words(found: Sequence[Block], numbers: Iterable[int]) -> int:
    return sum(found[number].words for number in numbers)
