"""A second article below the first, in the same elements: it is told by its subject, or by what machines are given.

The shape of the page does not show it: its heading could be a subhead of the first article.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from pipelines.extract.blocks import Block, has_stop
from pipelines.extract.fields import above_text
from pipelines.extract.lexicon import key, size
from pipelines.text import has_unspaced, words

# The fewest words of each of the two texts, and of the heading between; a letter of scripts without spaces is one.
OWN_WORDS, NEXT_WORDS, HEADING_WORDS = 25, 25, 4
# The greatest share of a heading's words in the text of the other article. Chosen: one word may be chance.
OTHERS_SHARE = 0.2
# A heading of a lower rank than the title's has at least this many words, as headlines have and subheads have not, and
# at least this share of them is in its text, which has no word of the title.
HEADLINE_WORDS, HEADLINE_SHARE = 5, 0.6
# The least share of the first text that is in what machines are given, and of this in the first text; and the greatest
# share of the second text in it.
SAME_SHARE, OTHER_SHARE = 0.9, 0.1


def find_second(
    found: Sequence[Block], kept: Sequence[int], titles: Collection[str], title: int, given: Sequence[str]
) -> list[int]:
    """The numbers of the kept blocks from the heading of a second article on.

    titles: the keys of the page's titles.
    title: the number of the article's heading.
    given: the paragraphs of the article that the page gives for machines.
    """
    for number in _headings(found, titles, title):
        own = [one for one in kept if title < one < number]
        rest = [one for one in kept if one >= number]
        if _words(found, own) < OWN_WORDS or _words(found, [one for one in rest if one > number]) < NEXT_WORDS:
            continue
        if _ends_given(found, own, rest, given) or _changes_subject(found, own, rest, title, number):
            return rest
    return []


def _headings(found: Sequence[Block], titles: Collection[str], title: int) -> Iterator[int]:
    """The blocks below the title that may be the heading of another article."""
    for number in range(title + 1, len(found)):
        block = found[number]
        if block.tag in ("h1", "h2") and block.words >= HEADING_WORDS and block.key not in titles:
            yield number


def _ends_given(found: Sequence[Block], own: Sequence[int], rest: Sequence[int], given: Sequence[str]) -> bool:
    """Whether the article that machines are given is the first text and nothing of the second."""
    if not given or not has_stop(given[-1]):
        return False
    told = key(" ".join(given))
    shown = _words(found, [number for number in own if found[number].key in told])
    beyond = _words(found, [number for number in rest if found[number].key in told])
    whole = shown >= SAME_SHARE * max(_words(found, own), sum(map(words, given)))
    return whole and beyond <= OTHER_SHARE * _words(found, rest)


def _changes_subject(found: Sequence[Block], own: Sequence[int], rest: Sequence[int], title: int, heading: int) -> bool:
    """Whether each text is about the heading above it, and not about the other."""
    first, second = found[title], found[heading]
    # One subhead may be about something else. Several are the parts of an article.
    alike = [block for block in found[title + 1 :] if block.tag == second.tag]
    lower = second.tag != first.tag
    if lower and (len(alike) > 1 or size(second.key) < HEADLINE_WORDS):
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


def _words(found: Sequence[Block], numbers: Sequence[int]) -> int:
    return sum(found[number].words for number in numbers)
