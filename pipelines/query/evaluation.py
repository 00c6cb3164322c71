"""Whether a query holds for one article. Only this module decides that; a search selects candidates for it.

`matcher` finds the terms, for searches as for watches. This module adds AND, OR and NOT, filters, and how near two
words are to each other.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from pipelines import text
from pipelines.query import article_words, matcher
from pipelines.query.article_words import ArticleWords
from pipelines.query.grammar import DateFilter, Every, Except, Field, FieldFilter, Find, Near, Node, Standing, Without
from pipelines.query.matcher import Hit
from pipelines.query.terms import Term

FIELDS = ("title", "description", "text")
# At most this many words of a query are also found where an article writes them as one word. Chosen: a verb has
# at most four parts (a prefix, the stem, an object and an ending), and a query may write each part as a word.
MOST_JOINED = 4


@dataclass(frozen=True, kw_only=True)
class QueriedArticle:
    """An article in the form that a query reads.

    groups: the groups of its source.
    dated: when it was published, or first seen.
    revised: whether it has a second wording.
    kinds: the kinds of its changes, from `codes.RevisionKind`.
    """

    title: str
    description: str
    text: str
    authors: Sequence[str] = ()
    source: str = ""
    language: str = ""
    country: str = ""
    groups: Sequence[str] = ()
    dated: datetime | None = None
    revised: bool = False
    removed: bool = False
    kinds: Sequence[str] = ()


@dataclass(frozen=True, order=True, slots=True)
class Mark:
    """A place that a query found: field[start:end] of an article; field is title, description or text."""

    field: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ReadyQuery:
    """A query prepared for many articles, by `ready`."""

    node: Node
    now: datetime


@dataclass(slots=True)
class ArticleLookup:
    """An article for queries, with the places found in it so far. Any number of queries share the record."""

    subject: QueriedArticle
    reading: ArticleWords
    found: dict[Term, list[Hit]] = field(default_factory=dict)
    starts: dict[str, list[int]] = field(default_factory=dict)


def ready(node: Node, now: datetime) -> ReadyQuery:
    """A query prepared for many articles. Spans like 7d are counted back from now."""
    return ReadyQuery(node, now)


def read_article(subject: QueriedArticle) -> ArticleLookup:
    """An article prepared for many queries."""
    return ArticleLookup(
        subject, article_words.read({name: getattr(subject, name) for name in FIELDS}, subject.language)
    )


def answer(asked: ReadyQuery, subject: QueriedArticle) -> list[Mark] | None:
    """The places that a query found, in order and without overlaps; None if the article does not match."""
    found = places(asked.node, read_article(subject), asked.now)
    return None if found is None else join_hits(found)


def places(node: Node, lookup: ArticleLookup, now: datetime | None = None) -> list[Hit] | None:
    """The places because of which an article matches a query; None if it does not match.

    now: the moment from which spans like 7d are counted back.
    """
    if isinstance(node, Find):
        return _find(node, lookup) or None
    if isinstance(node, Near):
        return _near(node, lookup) or None
    if isinstance(node, Except):
        return _except(node, lookup) or None
    if isinstance(node, Without):
        return None if places(node.part, lookup, now) is not None else []
    if isinstance(node, FieldFilter | DateFilter):
        return [] if _holds(node, lookup.subject, now) else None
    if isinstance(node, Every):
        found = []
        for number in range(len(node.parts)):
            one = places_of_part(node, number, lookup, now)
            if one is None:
                return None
            found += one
        return found
    true = [hits for part in node.parts if (hits := places(part, lookup, now)) is not None]
    return [hit for hits in true for hit in hits] if true else None


def places_of_part(node: Every, number: int, lookup: ArticleLookup, now: datetime | None = None) -> list[Hit] | None:
    """The places that make one part of a query true, as `places` gives them. A term also counts as found if the article
    writes it in one word with its neighbours in the query: حزب الله as حزب‌الله.
    """
    part = node.parts[number]
    found = places(part, lookup, now)
    if found is not None or not isinstance(part, Find) or not any(stream.whole for stream in lookup.reading.streams):
        return found
    # The filters of a watch are still among the parts here; those of a search are not, because Postgres has answered
    # them. So that both give the same result, only the terms among the parts are numbered.
    finds = [one for one in node.parts if isinstance(one, Find)]
    at = sum(isinstance(one, Find) for one in node.parts[:number])
    return [hit._replace(term=part.term) for hit in _find_joined(finds, at, lookup)] or None


def join_hits(hits: Sequence[Hit]) -> list[Mark]:
    """The places of hits in the order of the fields. Hits that overlap are one place."""
    made: list[Mark] = []
    for hit in sorted(hits, key=lambda hit: (FIELDS.index(hit.field), hit.start, -hit.end)):
        last = made[-1] if made else None
        if last and last.field == hit.field and hit.start < last.end:
            made[-1] = Mark(last.field, last.start, max(last.end, hit.end))
        else:
            made.append(Mark(hit.field, hit.start, hit.end))
    return made


def _find(find: Find, lookup: ArticleLookup) -> list[Hit]:
    hits = lookup.found.get(find.term)
    if hits is None:
        hits = lookup.found[find.term] = matcher.hits(find.term, lookup.reading)
    return [hit for hit in hits if hit.field == "title"] if find.title else hits


def _find_joined(finds: Sequence[Find], at: int, lookup: ArticleLookup) -> list[Hit]:
    """The places where an article writes the term with the number `at` in one word with some of the terms before and
    after it.
    """
    found: list[Hit] = []
    for first in range(max(0, at - MOST_JOINED + 1), at + 1):
        for last in range(max(first + 2, at + 1), min(first + MOST_JOINED, len(finds)) + 1):
            run = finds[first:last]
            alike = {(find.title, find.term.mode, find.term.article) for find in run}
            if len(alike) == 1 and not any(find.term.aliases for find in run):
                phrase = replace(run[0].term, text=" ".join(find.term.text for find in run))
                found += _find(replace(run[0], term=phrase), lookup)
    return found


def _near(node: Near, lookup: ArticleLookup) -> list[Hit]:
    left = [hit for find in node.left for hit in _find(find, lookup)]
    right = [hit for find in node.right for hit in _find(find, lookup)] if left else []
    found: list[Hit] = []
    for name in FIELDS:
        one, other = ([hit for hit in hits if hit.field == name] for hits in (left, right))
        if one and other:
            found += _nearby(one, other, node.distance, _place(lookup, name))
    return found


def _except(node: Except, lookup: ArticleLookup) -> list[Hit]:
    wanted = [hit for find in node.wanted for hit in _find(find, lookup)]
    around = [hit for find in node.around for hit in _find(find, lookup)] if wanted else []
    return [hit for hit in wanted if not any(matcher.overlap(hit, other) for other in around)]


def _place(lookup: ArticleLookup, name: str) -> Callable[[Hit], tuple[int, int]]:
    """A function that says which words of a field a hit spans: the number of the first word and that of the last."""
    if name not in lookup.starts:
        stream = next(stream for stream in lookup.reading.streams if stream.name == name)
        lookup.starts[name] = [token.start for token in stream.tokens]
    starts = lookup.starts[name]
    return lambda hit: (bisect_right(starts, hit.start) - 1, bisect_left(starts, hit.end) - 1)


def _holds(node: FieldFilter | DateFilter, subject: QueriedArticle, now: datetime | None) -> bool:
    if isinstance(node, DateFilter):
        if subject.dated is None or now is None:
            return False
        since, until = node.since, node.until
        return (not since or since.seen_from(now) <= subject.dated) and (
            not until or subject.dated < until.seen_from(now)
        )
    if node.field == Field.AUTHOR:
        return any(_written_in(value, author) for value in node.values for author in subject.authors)
    if node.field == Field.STATE:
        known = {Standing.REVISED: subject.revised, Standing.REMOVED: subject.removed}
        return any(known.get(Standing(value), value in subject.kinds) for value in node.values)
    if node.field == Field.GROUP:
        return any(value in subject.groups for value in node.values)
    of = {Field.SOURCE: subject.source, Field.LANGUAGE: subject.language, Field.COUNTRY: subject.country}
    return of[node.field] in node.values


def _nearby(
    left: Sequence[Hit], right: Sequence[Hit], distance: int, place: Callable[[Hit], tuple[int, int]]
) -> list[Hit]:
    """The hits of both lists that have a hit of the other list within `distance` words."""
    begins = sorted((place(hit)[0], number) for number, hit in enumerate(right))
    ends = sorted((place(hit)[1], number) for number, hit in enumerate(right))
    found: list[Hit] = []
    partners: set[int] = set()
    for hit in left:
        first, last = place(hit)
        behind = begins[bisect_right(begins, (last, len(right))) : bisect_right(begins, (last + distance, len(right)))]
        before = ends[bisect_left(ends, (first - distance, -1)) : bisect_left(ends, (first, -1))]
        near = {number for _, number in (*behind, *before)}
        if near:
            found.append(hit)
            partners |= near
    return found + [right[number] for number in sorted(partners)]


def _written_in(value: str, author: str) -> bool:
    """Whether a name contains the words of a value, one after the other."""
    wanted, given = (
        " " + " ".join(text.bare(token.form) for token in text.tokens(name)) + " " for name in (value, author)
    )
    return bool(wanted.strip()) and wanted in given
