"""The language of queries: turns what a person writes into records, or points at the mistake.

any  = all ("OR" all)*          all  = item (["AND"] item)*      item = ("NOT" | "-") item | near
near = leaf (("NEAR/5" | "EXCEPT") leaf)*    leaf = "(" any ")" | "title:(" any ")" | filter | term
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from pipelines.errors import QueryError, WatchError
from pipelines.query import day_spans
from pipelines.query.day_spans import Moment
from pipelines.query.lexer import QueryToken, TokenKind, pieces
from pipelines.query.terms import PREFIXES, Term, checked_term

# These are the limits of one query: its characters, its terms, the depth of its parentheses, and the distance in words
# that NEAR allows. Within these limits a query is read in milliseconds, and with 24 forms for each term it fits into
# one tsquery.
LONGEST = 10_000
MOST_TERMS = 250
DEEPEST = 50
WIDEST_NEAR = 50
LANGUAGE = re.compile(r"[a-z]{2,3}")
# UNWRITABLE finds control characters and halves of surrogate pairs. Blanks replace them: Postgres refuses some of them,
# and no word has one.
UNWRITABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
COUNTRY = re.compile(r"[A-Za-z]{2}")


class Field(StrEnum):
    """The part of an article that a filter examines."""

    SOURCE = "source"
    LANGUAGE = "lang"
    COUNTRY = "country"
    GROUP = "group"
    AUTHOR = "author"
    STATE = "is"


class Standing(StrEnum):
    """The values of `is:`. REVISED: the article has a second wording. REMOVED: its site no longer has its page. The
    other values: the article has at some time had a change of this kind.
    """

    REVISED = "revised"
    REMOVED = "removed"
    CORRECTION = "correction"
    SUBSTANTIAL = "substantial"
    HEADLINE = "headline"
    MINOR = "minor"
    RESTORED = "restored"


@dataclass(frozen=True, slots=True)
class Find:
    """A term that must be found.

    title: whether it must be in the title.
    """

    term: Term
    title: bool = False


@dataclass(frozen=True, slots=True)
class Near:
    """A hit of `left` and a hit of `right`, in either order, with at most distance - 1 words between them."""

    left: tuple[Find, ...]
    right: tuple[Find, ...]
    distance: int


@dataclass(frozen=True, slots=True)
class Except:
    """A hit of `wanted` that overlaps no hit of `around`: a word, but not inside of certain phrases."""

    wanted: tuple[Find, ...]
    around: tuple[Find, ...]


@dataclass(frozen=True, slots=True)
class FieldFilter:
    """The article must have one of these values in the field."""

    field: Field
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DateFilter:
    """The date of the article must be `since` or later, and before `until`; None: no limit on this side."""

    since: Moment | None = None
    until: Moment | None = None


@dataclass(frozen=True, slots=True)
class Every:
    """All parts must hold."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one part must hold."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Without:
    """The part must not hold."""

    part: Node


Node = Find | Near | Except | FieldFilter | DateFilter | Every | Either | Without

SYNONYMS = "syn"
NAMES = (*PREFIXES, SYNONYMS, "title", *(str(field) for field in Field), "from", "to")
HINTS = {
    "language": "lang", "date": "from", "since": "from", "after": "from", "until": "to", "before": "to",
    "site": "source", "synonyms": "syn", "synonym": "syn", "alias": "syn", "groups": "group",
    "headline": "title", "by": "author", "state": "is", "near": "NEAR/5", "substring": "sub",
}  # fmt: skip


def parse(written: str, synonyms: Mapping[str, Sequence[str]] = MappingProxyType({})) -> Node:
    """The query that a person wrote, as records; QueryError points at the first mistake and says what to write instead.

    synonyms: the lists for `syn:`, name -> spellings.
    """
    written = UNWRITABLE.sub(" ", written)
    if len(written) > LONGEST:
        raise QueryError(
            f"This query has {len(written):,} characters; {LONGEST:,} are the most: divide it.", written, LONGEST
        )
    reading = _Reading(written, tuple(pieces(written, NAMES)), synonyms)
    if not reading.pieces:
        raise QueryError("There is nothing to look for: write at least one word.", written, 0)
    node = _any(reading, title=False, depth=0)
    left = reading.peek()
    if left:
        raise QueryError("This parenthesis closes none: leave it out, or open one before it.", written, left.start)
    return node


def terms(node: Node) -> Iterator[Find]:
    """Every term of a query in order, also the terms that must not be found."""
    if isinstance(node, Find):
        yield node
    elif isinstance(node, Near):
        yield from (*node.left, *node.right)
    elif isinstance(node, Except):
        yield from (*node.wanted, *node.around)
    elif isinstance(node, Every | Either):
        for part in node.parts:
            yield from terms(part)
    elif isinstance(node, Without):
        yield from terms(node.part)


def values(node: Node, field: Field, *, excluded: bool = False) -> Iterator[str]:
    """The values that a query asks for in a field, in order; with `excluded`, the values that the query rules out."""
    if isinstance(node, FieldFilter) and node.field == field and not excluded:
        yield from node.values
    elif isinstance(node, Every | Either):
        for part in node.parts:
            yield from values(part, field, excluded=excluded)
    elif isinstance(node, Without):
        yield from values(node.part, field, excluded=not excluded)


@dataclass(slots=True)
class _Reading:
    written: str
    pieces: Sequence[QueryToken]
    synonyms: Mapping[str, Sequence[str]]
    at: int = 0
    terms: int = 0

    def peek(self) -> QueryToken | None:
        return self.pieces[self.at] if self.at < len(self.pieces) else None

    def take(self) -> QueryToken:
        self.at += 1
        return self.pieces[self.at - 1]

    def wrong(self, said: str, piece: QueryToken | None) -> QueryError:
        return QueryError(
            said, self.written, piece.start if piece else len(self.written), piece.end if piece else len(self.written)
        )


def _any(reading: _Reading, *, title: bool, depth: int) -> Node:
    parts = [_all(reading, title=title, depth=depth)]
    while (piece := reading.peek()) and piece.kind == TokenKind.OR:
        reading.take()
        parts.append(_all(reading, title=title, depth=depth))
    flat = [one for part in parts for one in (part.parts if isinstance(part, Either) else (part,))]
    return flat[0] if len(flat) == 1 else Either(tuple(flat))


def _all(reading: _Reading, *, title: bool, depth: int) -> Node:
    first = reading.peek()
    parts = [_item(reading, title=title, depth=depth)]
    begins = [first]
    while (piece := reading.peek()) and piece.kind not in (TokenKind.OR, TokenKind.CLOSE):
        if piece.kind == TokenKind.AND:
            reading.take()
        begins.append(reading.peek())
        parts.append(_item(reading, title=title, depth=depth))
    _check_dates(reading, parts, begins)
    flat = [one for part in parts for one in (part.parts if isinstance(part, Every) else (part,))]
    return flat[0] if len(flat) == 1 else Every(tuple(flat))


def _check_dates(reading: _Reading, parts: Sequence[Node], begins: Sequence[QueryToken | None]) -> None:
    """Raise an error if two dates of a query leave no day between them; the error points at the second date."""
    dates = [(part, piece) for part, piece in zip(parts, begins, strict=True) if isinstance(part, DateFilter)]
    for n, (one, _) in enumerate(dates):
        for other, piece in dates[n + 1 :]:
            since, until = one.since or other.since, one.until or other.until
            if piece and since and until and since.is_past(until):
                raise reading.wrong(
                    f"{piece.text} leaves no day: from: has to be before to:, so exchange the two dates.", piece
                )


def _item(reading: _Reading, *, title: bool, depth: int) -> Node:
    negated = False
    while (piece := reading.peek()) and piece.kind == TokenKind.NOT:
        reading.take()
        negated = not negated
    node = _near(reading, title=title, depth=depth)
    return Without(node) if negated else node


def _near(reading: _Reading, *, title: bool, depth: int) -> Node:
    first = reading.peek()
    node = _leaf(reading, title=title, depth=depth)
    pairs: list[Node] = []
    while (piece := reading.peek()) and piece.kind in (TokenKind.NEAR, TokenKind.EXCEPT):
        reading.take()
        if piece.kind == TokenKind.NEAR and not piece.number:
            raise reading.wrong("NEAR needs the number of words: write NEAR/5.", piece)
        if piece.kind == TokenKind.NEAR and piece.number > WIDEST_NEAR:
            raise reading.wrong(f"{piece.text} is too far; NEAR/{WIDEST_NEAR} is the most.", piece)
        left = _side(reading, node, piece.kind, first)
        first = reading.peek()
        node = _leaf(reading, title=title, depth=depth)
        right = _side(reading, node, piece.kind, first)
        pairs.append(Near(left, right, piece.number) if piece.kind == TokenKind.NEAR else Except(left, right))
    if not pairs:
        return node
    return pairs[0] if len(pairs) == 1 else Every(tuple(pairs))


def _side(reading: _Reading, node: Node, kind: TokenKind, piece: QueryToken | None) -> tuple[Find, ...]:
    parts = node.parts if isinstance(node, Either) else (node,)
    finds = tuple(part for part in parts if isinstance(part, Find))
    if len(finds) != len(parts):
        raise reading.wrong(f"{kind} can only stand between words, phrases, or (words OR words) in parentheses.", piece)
    return finds


def _leaf(reading: _Reading, *, title: bool, depth: int) -> Node:
    piece = reading.peek()
    if piece is None:
        before = reading.pieces[reading.at - 1]
        raise reading.wrong(f"Something has to follow {before.text}: write a word, or leave it out.", before)
    if piece.kind == TokenKind.TERM:
        return _term(reading, reading.take(), title=title)
    if piece.kind != TokenKind.OPEN:
        if piece.kind == TokenKind.CLOSE and reading.at and reading.pieces[reading.at - 1].kind == TokenKind.OPEN:
            raise reading.wrong("There is nothing between these parentheses: write a word, or leave them out.", piece)
        if piece.kind == TokenKind.CLOSE and not depth:
            raise reading.wrong("This parenthesis closes none: leave it out, or open one before it.", piece)
        raise reading.wrong(
            f"{piece.text} has no word before it that it could join: write one, leave it out, or put it in quotes "
            "to look for it.",
            piece,
        )
    opened = reading.take()
    prefixes = opened.prefixes
    if prefixes and [prefix.lower() for prefix in prefixes] != ["title"]:
        raise reading.wrong(
            f"{prefixes[-1]}: cannot stand before parentheses, only title: can; write it before each word.", opened
        )
    if depth >= DEEPEST:
        raise reading.wrong(f"More than {DEEPEST} parentheses stand inside each other: take some out.", opened)
    node = _any(reading, title=title or bool(prefixes), depth=depth + 1)
    if not reading.peek():
        raise reading.wrong("This parenthesis is never closed: write ) where it ends.", opened)
    reading.take()
    return node


def _term(reading: _Reading, piece: QueryToken, *, title: bool) -> Node:
    mode, field, listed = "", "", False
    for prefix in piece.prefixes:
        name = prefix.lower()
        if name not in NAMES:
            raise reading.wrong(_unknown(prefix), piece)
        if name == "title":
            title = True
        elif name == SYNONYMS and not field:
            listed = True
        elif name in PREFIXES and not mode:
            mode = name
        elif not field and not listed and name not in PREFIXES:
            field = name
        else:
            raise reading.wrong(f"{piece.text} has two prefixes that say how to look for it; write only one.", piece)
    if not any(spelling.strip() for spelling in piece.spellings):
        needs = (
            f"{piece.prefixes[-1]}: needs a word right behind it." if piece.prefixes else "There is no word in this."
        )
        raise reading.wrong(needs, piece)
    if piece.prefixes and piece.text.startswith(f"{':'.join(piece.prefixes)}:-"):
        raise reading.wrong(f"The - stands before what is left out: write -{piece.text.replace(':-', ':', 1)}.", piece)
    if field and (mode or title):
        raise reading.wrong(f"{field}: cannot be combined with exact:, sub: or title:.", piece)
    if field:
        return _filter(reading, piece, field)
    spellings = _find_spellings(reading, piece) if listed else piece.spellings
    reading.terms += len(spellings)
    if reading.terms > MOST_TERMS:
        raise reading.wrong(f"This is term {MOST_TERMS + 1}; {MOST_TERMS} are the most in one query: divide it.", piece)
    try:
        return Find(checked_term(spellings, mode or "clitics"), title)
    except WatchError as error:
        raise reading.wrong(str(error), piece) from None


def find_lists(written: str) -> set[str]:
    """The names of the lists of synonyms that a query uses."""
    listed = [piece for piece in pieces(written, NAMES) if SYNONYMS in {prefix.lower() for prefix in piece.prefixes}]
    return {name for piece in listed for name in _names_of_lists(piece)}


def _names_of_lists(piece: QueryToken) -> list[str]:
    return [" ".join(one.split()).lower() for one in piece.spellings]


def _find_spellings(reading: _Reading, piece: QueryToken) -> list[str]:
    """The spellings of the lists that a piece names."""
    found: list[str] = []
    for name in _names_of_lists(piece):
        if name not in reading.synonyms:
            near = difflib.get_close_matches(name, reading.synonyms, 1)
            raise reading.wrong(
                f"There is no list of synonyms {name}; "
                + (f"do you mean syn:{near[0]}?" if near else f"`nightdesk synonyms add {name} SPELLING...` makes it."),
                piece,
            )
        found += reading.synonyms[name]
    return list(dict.fromkeys(found))


def _filter(reading: _Reading, piece: QueryToken, field: str) -> Node:
    values = tuple(" ".join(value.split()) for value in piece.spellings if value.strip())
    if field in ("from", "to"):
        moment = day_spans.read(values[0], end=field == "to") if len(values) == 1 else None
        if not moment:
            raise reading.wrong(f"{piece.text} is no date; write {field}: with {day_spans.FORMS}.", piece)
        return DateFilter(since=moment) if field == "from" else DateFilter(until=moment)
    if field == Field.STATE:
        values = tuple(value.lower() for value in values)
        odd = next((value for value in values if value not in list(Standing)), "")
        if odd:
            near = difflib.get_close_matches(odd, list(Standing), 1, 0.5)
            raise reading.wrong(
                f"is:{odd} is nothing an article can be; "
                + (f"do you mean is:{near[0]}?" if near else f"write is:{' or is:'.join(Standing)}."),
                piece,
            )
    if field == Field.LANGUAGE:
        values = tuple(value.lower() for value in values)
        odd = next((value for value in values if not LANGUAGE.fullmatch(value)), "")
        if odd:
            raise reading.wrong(f"{odd} is no code of a language; write it like lang:ar or lang:ckb.", piece)
    if field == Field.COUNTRY:
        values = tuple(value.upper() for value in values)
        odd = next((value for value in values if not COUNTRY.fullmatch(value)), "")
        if odd:
            raise reading.wrong(f"{odd} is no code of a country; write its two letters, like country:SY.", piece)
    if field == Field.GROUP:
        values = tuple(value.lower() for value in values)
    return FieldFilter(Field(field), values)


def _unknown(prefix: str) -> str:
    near = difflib.get_close_matches(prefix.lower(), NAMES, 1, 0.6)
    meant = HINTS.get(prefix.lower(), near[0] if near else "")
    if meant:
        return f"{prefix}: is nothing to look by; do you mean {meant}{'' if '/' in meant else ':'}?"
    return (
        f"{prefix}: is nothing to look by. If it belongs to the text, put all of it in quotes; what there is: "
        f"{', '.join(f'{name}:' for name in NAMES)}."
    )
