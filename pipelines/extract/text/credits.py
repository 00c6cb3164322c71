"""Finds leftovers of things that are no text: lines that credit a picture or a figure, and headings without a text.

Only this module knows how such lines begin and end.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

from pipelines.extract.blocks import HEADINGS, TAIL_CHARACTERS, Block, has_stop
from pipelines.text import UNSPACED

PICTURE = r"(?P<what>photo(?:graph)?s?|images?|pictures?|fotos?|bild(?:er)?)"
# A credit goes on with these words. `sure`: only credits have these words. The other words are in sentences as well,
# and need a colon after them. After a word of `named`, a name is enough too, and after one of `given`, also a GIVER.
OF = (
    r"(?:(?P<sure>courtesy|used\s{1,3}(?:under|with\s{1,3}permission))|"
    r"(?P<named>by|credits?|via|von|(?P<given>(?:provided|supplied)\s{1,3}by))|(?:de|di|from))(?!\w)"
    r"\s{0,2}(?P<colon>:?)\s{0,2}"
)
# A line may say without a name who gave a picture: the yard, the ferry's captain. Chosen: longer texts are sentences.
GIVER = re.compile(r"the(?:\s{1,3}[^\s.!?]{1,20}){1,3}\W{0,4}", re.IGNORECASE)
# WHOLE is a line that is a credit as a whole, and ENDING a credit at the end of a caption.
WHOLE = re.compile(rf"\W{{0,4}}{PICTURE}\s{{1,3}}{OF}(?P<whose>.{{0,100}})$", re.IGNORECASE)
ENDING = re.compile(rf"[.!?]\s{{1,3}}[(\[]?{PICTURE}\s{{1,3}}{OF}(?P<whose>.{{2,60}})$", re.IGNORECASE)
SOURCE = re.compile(
    rf"\W{{0,4}}(?:{PICTURE}\s{{1,3}})?(?:source|credit|quelle|fuente|bron)s?\s?:\s{{0,3}}\S", re.IGNORECASE
)
# A label such as `Photo 3:` is followed by the credit or by what the picture shows.
LABELLED = re.compile(rf"\W{{0,4}}{PICTURE}\s{{0,3}}\d{{0,3}}\s?:\s{{0,3}}\S", re.IGNORECASE)
# These words without a capital may be in a name.
JOINING_WORDS = (
    "and of the for on from courtesy und et y e de di von via by van der den del della du da dos la al bin ibn"
)
JOINING = frozenset(JOINING_WORDS.split())
AROUND_NAMES = " :/&|()[]\"'“”‘’«».,©-–—"
# WHOLE_WORDS: a line that is a credit as a whole has at most this many words. SOURCE_WORDS: a line that names a source
# has at most this many. CAPTION_WORDS: a caption has at most this many. NAME_WORDS: the name in a credit has at most
# this many words with a capital. Chosen: longer texts are sentences.
WHOLE_WORDS, SOURCE_WORDS, CAPTION_WORDS, NAME_WORDS = 12, 5, 40, 6
# A picture is looked for among this many first elements of each box beside a caption. Chosen: only a link and a box or
# two are around a picture.
NEAR_ELEMENTS = 12
PICTURES = frozenset(("img", "picture", "amp-img", "figure", "video"))
# A heading that says something by itself may also end with these signs.
SENTENCE_END = re.compile(r"[»”’\"״։:」』)]\W{0,7}$")
# In these scripts a sentence may have no full stop: Hebrew, and scripts without blanks.
UNSTOPPED = re.compile(f"[\u0590-\u05ff{UNSPACED}]")
# A bare heading has at most HEADING_WORDS words and HEADING_CHARACTERS characters, and at least WORDS_ABOVE words are
# above it. Chosen: a longer heading, or one right below a dateline, may be the whole news.
HEADING_WORDS, HEADING_CHARACTERS, WORDS_ABOVE = 8, 60, 15
DIGIT = re.compile(r"\d")
# A caption has at most this many characters. Chosen: expressions are slow on long lines of nothing but signs.
LONGEST_CAPTION_CHARACTERS = 500


def find_credits(found: Sequence[Block], kept: Sequence[int]) -> list[int]:
    """The numbers of the kept blocks that credit a picture or a figure."""
    return [number for number in kept if _is_credit(found[number])]


def find_bare_heading(found: Sequence[Block], kept: Sequence[int]) -> list[int]:
    """The last block of a text if it is a heading and no sentence, and the block above it is no heading. Empty if there
    is none.
    """
    *above, last = (found[number] for number in kept) if kept else (None,)
    if last is None or last.tag not in HEADINGS or not _is_bare(last) or not above or above[-1].tag in HEADINGS:
        return []
    return [kept[-1]] if sum(block.words for block in above) >= WORDS_ABOVE else []


def _is_bare(heading: Block) -> bool:
    """Whether a heading is short, and says nothing by itself."""
    text = heading.text
    short = heading.words <= HEADING_WORDS and len(text) <= HEADING_CHARACTERS
    says = has_stop(text) or SENTENCE_END.search(text[-TAIL_CHARACTERS:]) or UNSTOPPED.search(text)
    return short and not (says or DIGIT.search(text))


def _is_credit(block: Block) -> bool:
    if block.words > CAPTION_WORDS or len(block.text) > LONGEST_CAPTION_CHARACTERS or block.tag in HEADINGS:
        return False
    stopped = has_stop(block.text)
    whole = WHOLE.match(block.text) if block.words <= WHOLE_WORDS else None
    if whole is not None and _says_whose(whole) and (not stopped or _is_name(whole["whose"])):
        return True
    if block.words <= SOURCE_WORDS and SOURCE.match(block.text):
        return not (stopped or DIGIT.search(block.text))
    if block.words <= SOURCE_WORDS and LABELLED.match(block.text):
        return not stopped and _is_beside_picture(block)
    ending = ENDING.search(block.text)
    if ending is None or not _says_whose(ending) or not _is_name(ending["whose"]):
        return False
    return block.kind == "caption" or _is_beside_picture(block)


def _says_whose(match: re.Match[str]) -> bool:
    """Whether a match is a credit: by words that only credits have, by a colon, or by a name without anything else.
    After `Foto von`, one word is not enough, because every German noun has a capital.
    """
    if match["sure"] or match["colon"] or (match["given"] and GIVER.fullmatch(match["whose"])):
        return True
    if not match["named"] or not _is_name(match["whose"]):
        return False
    whose = match["whose"].strip(AROUND_NAMES)
    return match["named"].lower() != "von" or (match["what"].lower() == "foto" and len(whose.split()) > 1)


def _is_name(text: str) -> bool:
    """Whether a text is hardly more than a name: a few words with capitals, and words that join these."""
    parts = [part for part in (word.strip(AROUND_NAMES) for word in re.split(r"[\s/|]+", text)) if part]
    others = [part for part in parts if not (part[0].isupper() or part[0] == "@")]
    return 0 < len(parts) - len(others) <= NAME_WORDS and all(
        part.lower() in JOINING or part.isdigit() for part in others
    )


def _is_beside_picture(block: Block) -> bool:
    """Whether a picture is in a block's element, or right before or after the element or the box around it."""
    places = (block.place, block.place.parent) if block.place.parent is not None else (block.place,)
    near = [block.place.element]
    for place in places:
        near += [one for one in (place.element.getprevious(), place.element.getnext()) if one is not None]
    return any(one.tag in PICTURES for element in near for one in islice(element.iter(), NEAR_ELEMENTS))
