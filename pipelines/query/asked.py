"""What a query says of one article: the truth that search selects candidates for.

Terms are found as watches find them (`matcher`); this adds AND, OR and NOT, filters, and how near two words stand.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pipelines import text
from pipelines.query import grammar, matcher
from pipelines.query.grammar import Between, Every, Field, Find, Near, Node, Of, Standing, Without
from pipelines.query.matcher import Hit

FIELDS = ("title", "description", "text")


@dataclass(frozen=True, kw_only=True)
class Subject:
    """An article as a query looks at it.

    dated: when it was published, or first seen; revised: it has a second wording.
    """

    title: str
    description: str
    text: str
    authors: Sequence[str] = ()
    source: str = ""
    language: str = ""
    country: str = ""
    dated: datetime | None = None
    revised: bool = False
    removed: bool = False


@dataclass(frozen=True, order=True, slots=True)
class Mark:
    """A place that a query found: field[start:end] of an article; field is title, description or text."""

    field: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A query made ready for many articles; made by `ready`."""

    node: Node
    index: matcher.Index
    names: Mapping[Find, str]
    now: datetime


def ready(node: Node, now: datetime) -> Asked:
    """A query made ready to be asked of many articles; spans like 7d are counted back from now."""
    names = {find: str(number) for number, find in enumerate(dict.fromkeys(grammar.terms(node)))}
    index = matcher.index((name, (find.term,), ()) for find, name in names.items())
    return Asked(node, index, names, now)


def answer(asked: Asked, subject: Subject) -> list[Mark] | None:
    """Where a query found what it asks for, in order, none in another; None where the article is no answer to it."""
    reading = _Reading(asked, subject)
    found = reading.node(asked.node)
    return None if found is None else _joined(found)


@dataclass(slots=True)
class _Reading:
    asked: Asked
    subject: Subject
    places: dict[str, list[Hit]] = field(default_factory=dict)
    words: dict[str, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in FIELDS:
            for hit in matcher.hits(self.asked.index, name, getattr(self.subject, name)):
                self.places.setdefault(hit.spelling.watch, []).append(hit)

    def node(self, node: Node) -> list[Hit] | None:
        """The places that make a node true; None where it is not."""
        if isinstance(node, Find):
            return self.find(node) or None
        if isinstance(node, Near):
            return self.near(node) or None
        if isinstance(node, Without):
            return None if self.node(node.part) is not None else []
        if isinstance(node, Of | Between):
            return [] if self.holds(node) else None
        found = [self.node(part) for part in node.parts]
        true = [hits for hits in found if hits is not None]
        if len(true) < (len(found) if isinstance(node, Every) else 1):
            return None
        return [hit for hits in true for hit in hits]

    def find(self, find: Find) -> list[Hit]:
        hits = self.places.get(self.asked.names[find], [])
        return [hit for hit in hits if hit.field == "title"] if find.title else hits

    def near(self, node: Near) -> list[Hit]:
        left = [hit for find in node.left for hit in self.find(find)]
        right = [hit for find in node.right for hit in self.find(find)]
        found: list[Hit] = []
        for name in FIELDS:
            one, other = ([hit for hit in hits if hit.field == name] for hits in (left, right))
            if one and other:
                found += _nearby(one, other, node.distance, self.place(name))
        return found

    def place(self, name: str) -> Callable[[Hit], tuple[int, int]]:
        """What tells the numbers of a hit's first and last words in a field."""
        if name not in self.words:
            self.words[name] = [token.start for token in text.tokens(getattr(self.subject, name))]
        starts = self.words[name]
        return lambda hit: (bisect_right(starts, hit.start) - 1, bisect_left(starts, hit.end) - 1)

    def holds(self, node: Of | Between) -> bool:
        subject, now = self.subject, self.asked.now
        if isinstance(node, Between):
            if subject.dated is None:
                return False
            since, until = node.since, node.until
            return (not since or since.seen_from(now) <= subject.dated) and (
                not until or subject.dated < until.seen_from(now)
            )
        if node.field == Field.AUTHOR:
            return any(_written_in(value, author) for value in node.values for author in subject.authors)
        if node.field == Field.STATE:
            true = {Standing.REVISED: subject.revised, Standing.REMOVED: subject.removed}
            return any(true[Standing(value)] for value in node.values)
        of = {Field.SOURCE: subject.source, Field.LANGUAGE: subject.language, Field.COUNTRY: subject.country}
        return of[node.field] in node.values


def _nearby(
    left: Sequence[Hit], right: Sequence[Hit], distance: int, place: Callable[[Hit], tuple[int, int]]
) -> list[Hit]:
    """Those of both that have one of the other at most so many words before or behind."""
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


def _joined(hits: Sequence[Hit]) -> list[Mark]:
    """The places of hits in the order of the fields, those that overlap as one."""
    made: list[Mark] = []
    for hit in sorted(hits, key=lambda hit: (FIELDS.index(hit.field), hit.start, -hit.end)):
        last = made[-1] if made else None
        if last and last.field == hit.field and hit.start < last.end:
            made[-1] = Mark(last.field, last.start, max(last.end, hit.end))
        else:
            made.append(Mark(hit.field, hit.start, hit.end))
    return made


def _written_in(value: str, author: str) -> bool:
    """Whether the words of a value stand in a name, one after the other."""
    wanted, given = (
        " " + " ".join(text.bare(token.form) for token in text.tokens(name)) + " " for name in (value, author)
    )
    return bool(wanted.strip()) and wanted in given
