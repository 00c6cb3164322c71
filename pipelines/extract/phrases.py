"""Which lines of a text are no part of the article but what sites print around their articles, by the phrase lists.

It alone knows how a line is compared with the lists: whole, from either end, or cut into the phrases it is made of.
The phrases themselves are rows of data/phrases_*.tsv, which `lexicon` reads.
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
    lexicon,
    size,
)

__all__ = ["key", "lexicon", "reasons"]

# Lines from either end of a text among which some phrases count. Chosen: head and tail of an article.
EDGE_LINES = 6
# Longer lines are paragraphs: no rule looks at them. In letters, before anything is made of a line, and in words.
LONG = 400
# Words of a line that a rule looks at. Chosen: more is a paragraph.
LONGEST_WORDS = 45
# Words of a line that is a date with its label. Chosen: more is a sentence with a day in it.
DATE_WORDS = 9
# Parts of a line of links, "A | B | C". Chosen: more is a table.
MAX_BAR_PARTS = 8
# A line made of known phrases, of which one has two words or there are three at least: two words may be so by chance.
TILED_WORDS = 24
# Weight of a line made of known phrases, from which on it is cut; the line above says why.
TILED_WEIGHT = 3
# What stands right beside another phrase without a space has at least so many letters.
GLUED = 5
# Characters at a line's start by which its phrases are found. Chosen: longer than any stem.
LOOKED_AT_CHARACTERS = 16
# Lines whose reason is remembered. Chosen: those of a page or two; about a megabyte.
KNOWN_LINES = 2048
BAR = re.compile("[|•·]")
COUNTER = re.compile(r"(?!- )[^\w|]*+\d[\d\s.,:/()+k-]*+[^\w|]*+", re.IGNORECASE)
YEAR = re.compile(r"(?:1[3-9]|20)\d\d")
BEFORE = re.compile(r"^[^\w©]+")
DIGIT = re.compile(r"\d")
NUMBER = re.compile(r"(?<!\d)\d+(?= |$)")
FIRST_NUMBER = re.compile(r"^\d+(?= )")


def reasons(lines: Sequence[str], own: Sequence[str] = ()) -> list[str]:
    """Why each line is to be cut, empty where it stays; `own` are lines of the source's own boilerplate."""
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


@lru_cache(maxsize=KNOWN_LINES)
def _reason(line: str, edge: bool) -> str:
    """Why a line is to be cut by the lists; each step of the chain asks it of the same lines."""
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
    return (
        known.line.get(its_key)
        or (edge and known.edge.get(its_key))
        or _first(known.opening, its_key, count, edge)
        or _first(known.closing, its_key[::-1], count, edge)
        or _first(known.marked, plain if plain[0].isalnum() else BEFORE.sub("", plain), count, edge)
        or _inside(known, its_key, count)
        or _of_parts(line, edge)
        or _of_tiles(known, its_key, count)
    )


def _first(index: Index, text: str, count: int, edge: bool) -> str:
    """The reason of the first rule that a text begins with, if any does."""
    start = FIRST_NUMBER.sub("#", text[:LOOKED_AT_CHARACTERS]) if text[0].isdigit() else text
    for letters in range(HEAD, 0, -1):
        for rule in index.get(start[:letters], ()):
            if count <= rule.most and (edge or not rule.edge) and _compile(rule.pattern).match(text):
                return rule.reason
    return ""


def _inside(known: Lexicon, its_key: str, count: int) -> str:
    """The reason of a phrase that stands anywhere in a line, if any does."""
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
    """The reason of a bar of several phrases: `27/12/2014 | Views: 1284 | Comments (0)`."""
    if not edge or line.startswith("|") or not BAR.search(line):
        return ""
    parts = [part.strip() for part in BAR.split(line) if key(part)]
    if not 2 <= len(parts) <= MAX_BAR_PARTS:
        return ""
    found = [_reason(part, edge) for part in parts]
    return f"bar of {found[0]}" if all(found) else ""


def _of_tiles(known: Lexicon, its_key: str, count: int) -> str:
    """The reason of the first phrase of a line that consists of nothing but phrases and numbers, glued or not."""
    # Where a line can be cut into phrases up to: the reason of the first phrase, and how much the phrases say.
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
    """A pattern, compiled when a line first needs it: most never are, and all of them together take a second."""
    return re.compile(pattern)


def _stands(text: str, start: int, end: int) -> bool:
    """Whether what stands there has a space or an end on both sides, or is of a script without spaces."""
    before, after = text[start - 1 : start] in ("", " "), text[end : end + 1] in ("", " ")
    return (before and after) or bool(LETTER.match(text, start))
