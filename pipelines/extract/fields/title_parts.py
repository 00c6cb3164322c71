"""Finds the place in a title where the headline ends and the names of site and section begin, also in scripts without
spaces."""

from __future__ import annotations

import re

from pipelines.extract.phrases import key_of_name
from pipelines.text import has_unspaced, words

UNSPACED = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af》」』】）？！。…”"
SEPARATOR = re.compile(
    r"(?<!\s)\s+[-－–—―|｜ㅣ丨:：»›«•·~/_]+\s+|(?:(?<!\s)\s+)?[|｜ㅣ丨]+\s*|(?:(?<!\s)\s+)?:{2,}\s*|"
    r"(?<!\s)\s+--+\s*|(?:(?<!\s)\s+)?(?<!-)--+\s+|(?:(?<!\s)\s+)?(?<![-－–—|｜_])[-－–—|｜_]+\s*(?=[《「【])|"
    rf"(?<=[{UNSPACED}])\s*[-－–—_]+\s*(?=[{UNSPACED}《「【\w])"
)
# In scripts without spaces, the names of sites end with one of these words.
OF_SITES = re.compile(
    r"(?:网|網|新闻|新聞|频道|頻道|日报|日報|在线|線上|オンライン|ニュース|ドットコム|뉴스|일보|신문|방송)\W*$"
)
# A link to the front page of a site, or of one of its languages, has this form.
HOME = re.compile(
    r"(?:https?://[^/]+)?\.?/?(?:[a-z]{2}(?:-[a-z]{2})?/?)?(?:(?:index|default|home)(?:\.\w+)?/?)?", re.IGNORECASE
)
# NAME_WORDS: a site's name with its motto has at most this many words. LETTERS_OF_WORD: in scripts without spaces, this
# many letters count as a word.
NAME_WORDS, LETTERS_OF_WORD = 7, 2
# A title has at least this many words. Chosen: fewer words are the name of a section.
TITLE_WORDS = 4
# The last part of a title is the name of a site only if it has at most this many words.
SITE_WORDS = 3
# At most this many parts of a title, between its separators, are examined. Chosen: they are title, section, site, and
# three more.
MAX_PARTS = 6
# A site's name at a title's end has at most this many characters. Chosen: a longer end is a part of the title.
SHORT_CHARACTERS = 12
# This many characters of a title are examined. No title is longer, and the patterns above are slow on longer texts.
LONGEST = 2000


def is_site(part: str, sites: set[str]) -> bool:
    """Whether a part of a title is the site's address or one of its names, with any spacing and any accents."""
    its_key = key_of_name(part)
    return not its_key or its_key in sites or its_key.replace(" ", "") in sites


def without_names(title: str, sites: set[str]) -> str:
    """A title without the site's names at its ends."""
    title = title[:LONGEST]
    while cuts := [m.span() for m in SEPARATOR.finditer(title)]:
        head, tail = title[: cuts[-1][0]].strip(), title[cuts[-1][1] :].strip()
        first, rest = title[: cuts[0][0]].strip(), title[cuts[0][1] :].strip()
        if head and (is_site(tail, sites) or _is_name(tail, head)):
            title = head
        elif rest and is_site(first, sites):
            title = rest
        else:
            break
    return title


def _is_name(tail: str, head: str) -> bool:
    """Whether the end of a title, in a script without spaces, is the name of a site or section: `…－晨报网`."""
    return (
        len(tail) <= SHORT_CHARACTERS < len(head) + SHORT_CHARACTERS // 2
        and bool(OF_SITES.search(tail))
        and not re.search(r"\s", tail)
    )


def count_words(title: str) -> int:
    """How many words a title has; in scripts without spaces most words have two letters."""
    return words(title) // (LETTERS_OF_WORD if has_unspaced(title) else 1)
