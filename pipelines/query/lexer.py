"""Splits a query into pieces: words, phrases, filters, operators, parentheses. Only this module knows how quotes and
prefixes are written.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from pipelines.errors import QueryError

# QUOTES has the closing quotes for each opening quote.
QUOTES = {'"': '"', "“": '”"', "„": '“”"', "«": "»", "”": '”"'}
# ALIKE has other forms of the signs of a query, and the plain sign for each. Chinese and Japanese keyboards write wide
# forms, and some programs replace what a person types.
ALIKE = str.maketrans("（）｜＂－＊／‐‑–—−", '()|"-*/-----')
# A wide colon is also punctuation of a text, so it counts as a plain colon only after the name of a prefix.
WIDE_PREFIX = re.compile(r"(?<![A-Za-z_])([A-Za-z_]+)：")
# A quotation mark within a Hebrew word marks an acronym (צה"ל), and begins or ends no quote.
GERSHAYIM = '(?<=[\u05d0-\u05ea])["”“](?=[\u05d0-\u05ea])'
ACRONYM = re.compile(GERSHAYIM)
PREFIX = re.compile(r"([A-Za-z_]+):")
# BLANK finds blanks, and the marks that keyboards of right-to-left scripts put between words.
BLANK = re.compile("[\\s\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]+")
BARE = re.compile(f'(?:[^\\s()|"“„«»”\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]|{GERSHAYIM})+')
NEAR = re.compile(r"near(?:/([^\s()]*))?(?=[\s()]|$)", re.IGNORECASE)
NEAR_ALONE = "NEAR"
# A distance of NEAR with more digits than this is far too large, so no more digits are read.
DIGITS_OF_NEAR = 6
# Most pieces are plain words (letters and digits between blanks), so this pattern is tried first.
PLAIN = re.compile(r"[^\W_]+(?=\s|$)")


class TokenKind(StrEnum):
    """The kind of a piece of a query."""

    TERM = "term"
    OPEN = "("
    CLOSE = ")"
    AND = "AND"
    OR = "OR"
    NOT = "NOT"
    NEAR = "NEAR"
    EXCEPT = "EXCEPT"


WORDS = {str(kind): kind for kind in (TokenKind.AND, TokenKind.OR, TokenKind.NOT, TokenKind.EXCEPT)}


@dataclass(frozen=True, slots=True)
class QueryToken:
    """A piece of a query: written[start:end].

    prefixes: the names before its colons.
    spellings: the spellings of a term.
    number: the distance of a NEAR.
    """

    kind: TokenKind
    text: str
    start: int
    end: int
    prefixes: tuple[str, ...] = ()
    spellings: tuple[str, ...] = ()
    number: int = 0


def pieces(written: str, names: Collection[str]) -> Iterator[QueryToken]:
    """The pieces of a query in order; QueryError if a quote is never closed or a dash is alone.

    names: the names that a prefix can have.
    """
    written = WIDE_PREFIX.sub(lambda match: f"{match[1]}:" if match[1].lower() in names else match[0], written)
    written, at = written.translate(ALIKE), 0
    while at < len(written):
        blank = BLANK.match(written, at)
        if blank:
            at = blank.end()
            continue
        piece = _piece(written, at)
        yield piece
        at = piece.end


def _piece(written: str, at: int) -> QueryToken:
    plain = PLAIN.match(written, at)
    if plain and (word := plain[0]) not in WORDS and word != NEAR_ALONE:
        return QueryToken(TokenKind.TERM, word, at, plain.end(), (), (word,))
    letter = written[at]
    if letter in "()":
        return QueryToken(TokenKind(letter), letter, at, at + 1)
    if letter == "-":
        if at + 1 == len(written) or BLANK.match(written, at + 1) or written[at + 1] == ")":
            raise QueryError(
                "This - stands alone: write it right before a word that must not be found, or leave it out.",
                written,
                at,
            )
        return QueryToken(TokenKind.NOT, letter, at, at + 1)
    near = NEAR.match(written, at)
    if near and ((near[1] or "").isdecimal() or near[0].startswith(NEAR_ALONE)):
        return QueryToken(TokenKind.NEAR, near[0], at, near.end(), number=_number(near[1] or ""))
    bare = BARE.match(written, at)
    if bare and bare[0] in WORDS:
        return QueryToken(WORDS[bare[0]], bare[0], at, bare.end())
    return _term(written, at)


def _number(written: str) -> int:
    return int(written[: DIGITS_OF_NEAR + 1]) if written.isdecimal() else 0


def _term(written: str, start: int) -> QueryToken:
    at = start
    prefixes: list[str] = []
    while prefix := PREFIX.match(written, at):
        behind = prefix.end()
        if not prefixes and (behind == len(written) or BLANK.match(written, behind)) and not prefix[1].islower():
            # `Analysis: ` is no prefix, but a word of a copied title.
            break
        prefixes.append(prefix[1])
        at = behind
    if prefixes and written[at : at + 1] == "(":
        return QueryToken(TokenKind.OPEN, written[start : at + 1], start, at + 1, tuple(prefixes))
    spellings = []
    while True:
        spelling, at = _spelling(written, at)
        spellings.append(spelling)
        if written[at : at + 1] != "|":
            break
        at += 1
    return QueryToken(TokenKind.TERM, written[start:at], start, max(at, start + 1), tuple(prefixes), tuple(spellings))


def _spelling(written: str, at: int) -> tuple[str, int]:
    opening = written[at : at + 1]
    if opening and opening in QUOTES:
        places = range(at + 1, len(written))
        closing = next((n for n in places if written[n] in QUOTES[opening] and not ACRONYM.match(written, n)), None)
        if closing is None:
            raise QueryError(f"This quote is never closed: write {QUOTES[opening][-1]} where it ends.", written, at)
        return written[at + 1 : closing], closing + 1
    if opening == "»":
        raise QueryError("This quote was never opened: write « before it, or leave it out.", written, at)
    bare = BARE.match(written, at)
    return (bare[0], bare.end()) if bare else ("", at)
