"""Finds the lines of a text that are no part of an article, because sites print such lines around all their articles.
The phrase lists name them.

Only this module knows how a line is compared with the lists: whole, from either end, or split into its phrases. The
phrases are rows of data/phrases_*.tsv, which `lexicon` reads.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from pipelines.dates.written import only_a_date
from pipelines.extract.lexicon import (
    HEAD,
    LETTER,
    PAIR_LETTERS,
    STEM_LETTERS,
    Index,
    Lexicon,
    forms,
    key,
    key_of_name,
    lexicon,
    size,
)
from pipelines.extract.text import particulars

__all__ = ["is_whole", "key", "key_of_name", "lexicon", "reasons"]

# Some phrases count only among this many lines from either end of a text. Chosen: an article's head and tail are there.
EDGE_LINES = 6
# A rule examines a line only if the line as it is written (not its normal form) has at most this many characters.
# Chosen: a longer line is a paragraph.
LONG = 400
# A rule examines a line only if the line has at most this many words. Chosen: a longer line is a paragraph.
LONGEST_WORDS = 45
# A line that is a date with its label has at most this many words. Chosen: a longer line is a sentence with a day in
# it.
DATE_WORDS = 9
# A line of links, "A | B | C", has at most this many parts. Chosen: a line with more parts is a table.
MAX_BAR_PARTS = 8
# A line that consists of known phrases has at most this many words.
TILED_WORDS = 24
# A line that consists of known phrases is cut if its weight is at least this number. A phrase of one word weighs 1; a
# longer phrase, or one in a script without blanks, weighs 2. So two single words are not enough: they may be chance.
TILED_WEIGHT = 3
# A phrase of at least this many letters may stand beside another phrase without a blank between them.
GLUED = 5
# If a line begins with a number, this many of its characters are looked at to find its phrases. Chosen: they have
# room for a number and HEAD letters.
LOOKED_AT_CHARACTERS = 16
# For this many lines it is remembered why they are cut. Chosen: a page or two have as many lines, which take about a
# megabyte.
KNOWN_LINES = 2048
# The reasons of phrases about an article's particulars begin like this.
META = "phrase: meta"
BAR = re.compile("[|•·]")
COUNTER = re.compile(r"(?!- )[^\w|]*+\d[\d\s.,:/()+k-]*+[^\w|]*+", re.IGNORECASE)
YEAR = re.compile(r"(?:1[3-9]|20)\d\d")
BEFORE = re.compile(r"^[^\w©]+")
DIGIT = re.compile(r"\d")
NUMBER = re.compile(r"(?<!\d)\d+(?= |$)")
FIRST_NUMBER = re.compile(r"^\d+(?= )")


def reasons(lines: Sequence[str], own: Sequence[str] = ()) -> list[str]:
    """Why each line is to be cut; empty if it stays.

    own: lines of the source's own boilerplate.
    """
    mine = {key(phrase) for phrase in own} - {""}
    found = []
    for number, line in enumerate(lines):
        edge = number < EDGE_LINES or number >= len(lines) - EDGE_LINES
        if len(line) > LONG:
            found.append("")
        elif mine and key(line) in mine:
            found.append("source: own phrase")
        else:
            found.append(_reason(line, edge))
    return found


def is_whole(line: str) -> bool:
    """Whether a line is a phrase of the lists and nothing else."""
    its_key = key(line)
    return its_key in lexicon().line or its_key in lexicon().edge


@lru_cache(maxsize=KNOWN_LINES)
def _reason(line: str, edge: bool) -> str:
    """Why a line is to be cut by the lists. The reason is remembered, because several steps need it for the same
    lines."""
    known = lexicon()
    plain, its_key = forms(line)
    if not its_key:
        return "no words"
    count = size(its_key)
    if count > LONGEST_WORDS:
        return ""
    if edge and count <= DATE_WORDS and DIGIT.search(its_key):
        if COUNTER.fullmatch(line) and not YEAR.fullmatch(its_key):
            return "counter"
        if only_a_date(line):
            return "date"
    found = (
        known.line.get(its_key)
        or (edge and known.edge.get(its_key))
        or _first(known.opening, its_key, count, edge)
        or _first(known.closing, its_key[::-1], count, edge)
        or _first(known.marked, plain if plain[0].isalnum() else BEFORE.sub("", plain), count, edge)
        or _inside(known, its_key, count)
        or _of_parts(line, edge)
        or _of_tiles(known, its_key, count)
    )
    # Behind the label of an update the line may go on with the news itself.
    return "" if found and found.startswith(META) and particulars.tells_news(line) else found


def _first(index: Index, text: str, count: int, edge: bool) -> str:
    """The reason of the first rule that matches the beginning of a text; empty if no rule matches."""
    start = FIRST_NUMBER.sub("#", text[:LOOKED_AT_CHARACTERS]) if text[0].isdigit() else text
    for letters in range(HEAD, 0, -1):
        for rule in index.get(start[:letters], ()):
            if count <= rule.most and (edge or not rule.edge) and _compile(rule.pattern).match(text):
                return rule.reason
    return ""


def _inside(known: Lexicon, its_key: str, count: int) -> str:
    """The reason of a phrase anywhere in a line; empty if there is none."""
    tokens = its_key.split(" ")
    heads = {token[:letters] for token in tokens for letters in STEM_LETTERS}
    if not its_key.isascii() and LETTER.search(its_key):
        heads.update(its_key[place : place + PAIR_LETTERS] for place in range(len(its_key)))
    padded = f" {its_key} "
    for head in known.inside.keys() & heads:
        for patterns, most, reason in known.inside[head]:
            if count <= most and all(_compile(pattern).search(padded) for pattern in patterns):
                return reason
    return ""


def _of_parts(line: str, edge: bool) -> str:
    """The reason for a line of phrases with bars between them: `27/12/2014 | Views: 1284 | Comments (0)`."""
    if not edge or line.startswith("|") or not BAR.search(line):
        return ""
    parts = [part.strip() for part in BAR.split(line) if key(part)]
    if not 2 <= len(parts) <= MAX_BAR_PARTS:
        return ""
    found = [_reason(part, edge) for part in parts]
    return f"bar of {found[0]}" if all(found) else ""


def _of_tiles(known: Lexicon, its_key: str, count: int) -> str:
    """If a line has nothing but phrases and numbers, with or without blanks between them, the reason of its first
    phrase; else empty."""
    # The places up to which the line can be split into phrases. Each has the reason of the first phrase and the weight
    # of all phrases up to there.
    reached = {0: ("", 0)}
    waiting = [0] if count <= TILED_WORDS else []
    while waiting:
        place = waiting.pop()
        reason, weight = reached[place]
        if place == len(its_key):
            if weight >= TILED_WEIGHT:
                return f"bar of {reason}"
            continue
        ends = {place + 1: (reason, weight)} if its_key[place] == " " else {}
        number = NUMBER.match(its_key, place) if reason and its_key[place - 1] == " " else None
        if number:
            ends[number.end()] = reason, weight
        for length in known.tiles.get(its_key[place : place + PAIR_LETTERS], ()):
            phrase = its_key[place : place + length]
            end = place + len(phrase)
            its = known.line.get(phrase) or known.edge.get(phrase)
            if its and (len(phrase) >= GLUED or _stands(its_key, place, end)):
                ends[end] = reason or its, weight + (2 if " " in phrase or LETTER.match(phrase) else 1)
        for end, found in ends.items():
            if end not in reached or found[1] > reached[end][1]:
                reached[end] = found
                waiting.append(end)
    return ""


@cache
def _compile(pattern: str) -> re.Pattern[str]:
    """A compiled pattern. It is compiled when a line first needs it: most patterns are never needed, and all of them
    take a second."""
    return re.compile(pattern)


def _stands(text: str, start: int, end: int) -> bool:
    """Whether a found phrase has a blank or an end of the line on both sides, or is in a script without blanks."""
    before, after = text[start - 1 : start] in ("", " "), text[end : end + 1] in ("", " ")
    return (before and after) or bool(LETTER.match(text, start))
