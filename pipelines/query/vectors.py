"""What the search index has of an article, and which of its rows can answer a query. Only this module and `index_rows`
know tsvectors.

Here both the rows and the queries are made from the words of `text.tokens`. So the index and its queries always have
the same normal form: Postgres' own parser and dictionaries never see a text. The index names candidates: every
condition made here holds for all articles that `evaluation` finds, and often for some more. Only if `Conditions.exact`
is true do rows of the shape EXACT decide alone.

A tsvector has at most 1 MB, position 16,383 as its last one, and 255 places for a word. So a row has one of four
shapes:
EXACT: all words of an article within these limits, with their places.
JOINED: the same, but joiners keep some words together, so at some places there is only a piece of a word.
WORDS: all words of a longer article, without places.
PART: some of the words of a very long article, which has several such rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipelines import text
from pipelines.errors import QueryError
from pipelines.query import matcher, variants
from pipelines.query.article_words import JOINER
from pipelines.query.grammar import Either, Every, Except, Field, FieldFilter, Find, Near, Node, Without, terms
from pipelines.query.index_rows import AUTHOR, LAST_PLACE, TITLE, WEIGHT_BITS, Shape, Vector, quote
from pipelines.query.matcher import Word

# Postgres has two limits: on the places of one word, and on the bytes of one row (1 MB; MOST_BYTES leaves room for what
# Postgres adds).
MOST_PLACES = 255
MOST_BYTES = 800_000
# A word has at most this many letters, because a tsvector takes words of at most 2,046 bytes, and a letter has four
# bytes at most.
LONGEST_WORD = 500
# If more words than this contain the letters of a `sub:`, the index is not used for this term, so more candidates are
# read.
MOST_WORDS = 5_000
# All terms of a query have at most this many written forms, because a tsquery takes 1 MB.
MOST_FORMS = 30_000
# These are the weights of a tsvector: A for a word of the title, B for a word of the description.
WEIGHTS = {"title": 3 << WEIGHT_BITS, "description": 2 << WEIGHT_BITS, "text": 0}
# The places of two fields are this far apart. NEAR allows fewer words between, so it never connects two fields.
GAP = 60
# BESIDE finds the operator that sets the distance between two words in a tsquery (`<->`, `<5>`); no word contains it.
BESIDE = re.compile(r"<(-|\d+)>")
# One letter can stand for several words (ﷺ has four). In the text these words share the letter's place; in the index
# each has a place of its own.
LIGATURE = 4
# The condition for one NEAR has at most this many written forms. It repeats every form for each distance and for both
# orders, and each repetition counts.
MOST_NEAR_FORMS = 6_000


@dataclass(frozen=True, slots=True)
class Conditions:
    """tsqueries, one for each shape of rows. Of a matching article, at least one index row fulfils the tsquery for the
    row's shape. None if no such tsquery can be made.

    exact: whether `of_exact` decides alone: an article with a row of the shape EXACT that fulfils it matches the query,
    apart from the query's filters.
    placed: whether the query depends on how words stand to each other. The index alone cannot tell this.
    """

    of_exact: str | None
    of_joined: str | None
    of_words: str | None
    of_part: str | None
    exact: bool
    placed: bool = False


def vectors(fields: Mapping[str, str], authors: Iterable[str]) -> tuple[list[Vector], set[str]]:
    """The rows of an article's index, and the distinct words in it, for `sub:`; fields: title, description, text."""
    places: dict[str, list[int]] = {}
    words: set[str] = set()
    joined, at = False, 0
    for name, weight in WEIGHTS.items():
        content = fields[name]
        joined = joined or JOINER in content
        for stream in [content, content.replace(JOINER, " ")] if JOINER in content else [content]:
            at += GAP
            for token in text.tokens(stream):
                at += 1
                form = lexeme(token.form)
                words.add(form)
                places.setdefault(form, []).append(at + weight)
                if name == "title":
                    places.setdefault(TITLE + form, []).append(at)
    for author in authors:
        at += GAP
        for token in text.tokens(author):
            at += 1
            places.setdefault(AUTHOR + lexeme(token.form), []).append(at)
    size = sum(len(quote(form).encode()) + 4 + 2 * len(where) for form, where in places.items())
    if at <= LAST_PLACE and size <= MOST_BYTES and all(len(where) <= MOST_PLACES for where in places.values()):
        return [Vector(0, Shape.JOINED if joined else Shape.EXACT, places)], words
    made = list(_portions(places))
    shape = Shape.WORDS if len(made) == 1 else Shape.PART
    return [Vector(part, shape, dict.fromkeys(portion, ())) for part, portion in enumerate(made)], words


def lexeme(form: str) -> str:
    """A word in the form of the index: without accents, and cut if it is longer than a tsvector allows."""
    return text.bare(form)[:LONGEST_WORD]


def parts(node: Node) -> set[str]:
    """The parts of words (`sub:`) in a query, in normal form. Of a part with several words, only the first word.
    `conditions` needs the words that contain them."""
    found = set()
    for find in terms(node):
        for part in matcher.forms(find.term).parts:
            found.add(part.split(" ")[0])
    return found


def conditions(node: Node, words_of: Mapping[str, Sequence[str]]) -> Conditions:
    """The conditions for the index; words_of: each of the `parts` of the query -> the words that contain it. A list
    with more than MOST_WORDS words need not be complete.

    QueryError if the query has more written forms than a tsquery takes.
    """
    of_exact = _Writing(words_of, Shape.EXACT).node(node)
    return Conditions(
        of_exact=of_exact,
        of_joined=_Writing(words_of, Shape.JOINED).node(node),
        of_words=_Writing(words_of, Shape.WORDS).node(node),
        of_part=_Writing(words_of, Shape.PART).node(node),
        exact=_exact(node, words_of),
        placed=bool(of_exact and BESIDE.search(of_exact)),
    )


class _Writing:
    """Writes a node as a tsquery for rows of one shape; None if such a row cannot tell whether the node holds."""

    def __init__(self, words_of: Mapping[str, Sequence[str]], shape: Shape) -> None:
        self.words_of, self.shape, self.forms = words_of, shape, 0
        # A row of the shape PART has only some of the article's words, so one of the wanted words is enough.
        self.all_of = " | " if shape == Shape.PART else " & "
        self.next_to = " <-> " if shape <= Shape.JOINED else self.all_of

    def node(self, node: Node) -> str | None:
        if isinstance(node, Find):
            return self.find(node)
        if isinstance(node, Near):
            sides = [self.either(list(map(self.find, side))) for side in (node.left, node.right)]
            return self.near(node) or self.every(sides)
        if isinstance(node, Except):
            return self.either(list(map(self.find, node.wanted)))
        if isinstance(node, Every):
            return self.every(list(map(self.node, node.parts)))
        if isinstance(node, Either):
            return self.either(list(map(self.node, node.parts)))
        if isinstance(node, Without):
            return self.without(node)
        if isinstance(node, FieldFilter) and node.field == Field.AUTHOR:
            names = ([text.bare(token.form) for token in text.tokens(value)] for value in node.values)
            return self.either([self.row([[_lexeme(AUTHOR, word)] for word in name]) for name in names])
        return None

    def near(self, node: Near) -> str | None:
        """The condition for NEAR by the places of a row; None if places cannot decide it: in rows of other shapes than
        EXACT, for phrases, for parts of words, or for too many forms."""
        sides = [[one for find in side for one in self.groups(find).items()] for side in (node.left, node.right)]
        left, right = (sorted({form for _, forms in side for form in forms}) for side in sides)
        furthest = node.distance + LIGATURE
        phrases = any(rest for side in sides for rest, _ in side)
        parts_ = any(find.term.mode == "substring" for find in (*node.left, *node.right))
        if self.shape != Shape.EXACT or phrases or parts_:
            return None
        if 2 * furthest * (len(left) + len(right)) > MOST_NEAR_FORMS:
            return None
        one, other = (f"({' | '.join(side)})" for side in (left, right))
        steps = range(1, furthest + 1)
        return " | ".join(f"({one} <{step}> {other}) | ({other} <{step}> {one})" for step in steps)

    def groups(self, find: Find) -> dict[tuple[Word, ...], set[str]]:
        """The forms of a term's first word, as lexemes of a tsquery, grouped by the words that must follow the first
        word."""
        made = matcher.forms(find.term)
        before = TITLE if find.title else ""
        groups: dict[tuple[Word, ...], set[str]] = {}
        for table in (made.forms, made.starts, made.stems):
            for form, spellings in table.items():
                for spelling in spellings:
                    forms = {form}
                    if table is made.stems:
                        forms = variants.add_prefixes(form, add_article=spelling.add_article)
                    end = ":*" if table is made.starts else ""
                    groups.setdefault(spelling.rest, set()).update(_lexeme(before, one) + end for one in forms)
        return groups

    def find(self, find: Find) -> str | None:
        before = TITLE if find.title else ""
        groups = self.groups(find)
        parts_ = matcher.forms(find.term).parts
        self.forms += sum(len(first) + sum(len(word.forms) for word in rest) for rest, first in groups.items())
        if self.forms > MOST_FORMS:
            raise QueryError("This query asks for too many written forms at once: divide it.", "", 0)
        written = [
            self.row([sorted(first), *(_place(word, before) for word in rest)]) for rest, first in groups.items()
        ]
        return self.either([*written, *(self.part(part, before) for part in parts_)])

    def part(self, part: str, before: str) -> str | None:
        """The condition for a part of words. If it spans several words, the first may have more letters before it, and
        the last more after it."""
        first, *rest = part.split(" ")
        known = self.words_of[first]
        if len(known) > MOST_WORDS:
            known = ()
        self.forms += len(known)
        firsts = [quote(before + word) for word in known if not rest or word.endswith(first)]
        if not rest:
            return self.either(firsts) if firsts else (None if len(self.words_of[first]) > MOST_WORDS else _NOTHING)
        last = [quote(before + rest[-1]) + ":*"]
        return self.row([*([firsts] if firsts else []), *([quote(before + word)] for word in rest[:-1]), last])

    def without(self, node: Without) -> str | None:
        # In a row of another shape than EXACT, a word may be only a piece of a word of the article.
        part = self.node(node.part) if self.shape == Shape.EXACT and _exact(node.part, self.words_of) else None
        return f"!({part})" if part else None

    def row(self, places: Sequence[Sequence[str]]) -> str | None:
        return self.next_to.join(f"({' | '.join(place)})" for place in places) or None

    def every(self, made: Sequence[str | None]) -> str | None:
        return self.all_of.join(f"({part})" for part in made if part) or None

    def either(self, made: Sequence[str | None]) -> str | None:
        return None if None in made else " | ".join(f"({part})" for part in made if part) or None


# No row fulfils this condition, because no word is a blank.
_NOTHING = "' '"


def _exact(node: Node, words_of: Mapping[str, Sequence[str]]) -> bool:
    """Whether a row of the shape EXACT is enough to decide whether a node holds."""
    if isinstance(node, Every | Either):
        return all(_exact(part, words_of) for part in node.parts)
    if isinstance(node, Without):
        return _exact(node.part, words_of)
    if not isinstance(node, Find):
        return False
    made = matcher.forms(node.term)
    tanwin = any(spelling.bare_alef for spellings in made.forms.values() for spelling in spellings)
    stemmed = any(spelling.stemmed for spellings in made.starts.values() for spelling in spellings)
    return (
        not made.stems
        and not stemmed
        and not tanwin
        and all(" " not in part and len(words_of[part]) <= MOST_WORDS for part in made.parts)
    )


def _place(word: Word, before: str) -> list[str]:
    if word.start:
        return [_lexeme(before, word.start) + ":*"]
    return [_lexeme(before, form) for form in sorted(word.forms)]


def _lexeme(before: str, form: str) -> str:
    return quote(before + form[:LONGEST_WORD])


def _portions(forms: Iterable[str]) -> Iterator[list[str]]:
    portion: list[str] = []
    size = 0
    for form in forms:
        length = len(quote(form).encode()) + 4
        size += length
        if size > MOST_BYTES:
            yield portion
            portion, size = [], length
        portion.append(form)
    yield portion
