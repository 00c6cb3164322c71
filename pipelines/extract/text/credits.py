"""What is left over of a thing that is no text: lines that say whose a picture or a figure is, and bare headings.

Only this module knows how such lines begin and end.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.extract.blocks import HEADINGS, Block

PICTURE = r"(?:photo(?:graph)?s?|images?|pictures?|fotos?|bild(?:er)?|fotoğraf\w{0,6}|zdjęci[ea]|фото|φωτο\w{0,9})"
OF = r"(?:by|credits?|courtesy|provided|supplied|used|via|from|von|de|di)"
# A line that is nothing else, and the end of a caption.
WHOLE = re.compile(rf"\W{{0,4}}{PICTURE}\s{{1,3}}{OF}(?!\w)", re.IGNORECASE)
ENDING = re.compile(rf"[.!?]\s+{PICTURE}\s+{OF}(?!\w).{{2,60}}$", re.IGNORECASE)
SOURCE = re.compile(
    rf"\W{{0,4}}(?:{PICTURE}\s{{1,3}})?(?:source|credit|quelle|fuente|bron)s?\s?:\s{{0,3}}\S", re.IGNORECASE
)
# The most words of a line that is nothing else, of one that names a source, and of a caption. Chosen: longer ones are
# sentences.
WHOLE_WORDS, SOURCE_WORDS, CAPTION_WORDS = 12, 5, 40
SENTENCE_END = re.compile(r"[.!?。！？؟…»”\"۔:]\W*$")
# The last characters of a heading, where its sign is, and the most of a caption. Chosen: expressions are slow on long
# lines of nothing but signs.
TAIL_CHARACTERS, LONGEST_CAPTION_CHARACTERS = 8, 500


def find_credits(found: Sequence[Block], kept: Sequence[int]) -> list[int]:
    """The numbers of the blocks among those kept that say whose a picture or a figure is."""
    return [number for number in kept if _is_credit(found[number])]


def find_bare_heading(found: Sequence[Block], kept: Sequence[int]) -> list[int]:
    """The heading at the end of a text that nothing follows, if it is the only one there and no sentence."""
    last = [found[number] for number in kept[-2:]]
    bare = len(last) == 2 and last[1].tag in HEADINGS and last[0].tag not in HEADINGS
    return [kept[-1]] if bare and not SENTENCE_END.search(last[1].text[-TAIL_CHARACTERS:]) else []


def _is_credit(block: Block) -> bool:
    if block.words > CAPTION_WORDS or len(block.text) > LONGEST_CAPTION_CHARACTERS or block.tag in HEADINGS:
        return False
    return bool(
        (block.words <= WHOLE_WORDS and WHOLE.match(block.text))
        or (block.words <= SOURCE_WORDS and SOURCE.match(block.text))
        or ENDING.search(block.text)
    )
