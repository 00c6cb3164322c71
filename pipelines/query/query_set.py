"""Finds which of many prepared queries hold for an article, for one article after another.

For each query some clauses are kept. A clause is a set of keys (a word, the beginning of a word, a filter …). Every
article that matches the query has at least one of these keys. A query is looked up by its rarest clause. For all
queries that remain, three more clauses and two excluded words are checked together, in numpy. For each query that still
remains, `evaluation.places` decides, as it does in a search. So a clause may let articles pass that do not match, but
it lets every article pass that matches.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.query import evaluation, variants
from pipelines.query.evaluation import ArticleLookup, QueriedArticle
from pipelines.query.grammar import Either, Every, Except, Field, FieldFilter, Find, Near, Node, Without
from pipelines.query.matcher import Hit
from pipelines.query.terms import Term

# This is the version of the form of the arrays, and of the meaning that `grammar` gives to a query. Stored arrays with
# another number are built again.
FORM = 3
# Each query has a fixed number of places for clauses in `required` and `excluded`. These two clauses fill the empty
# places: ALWAYS in `required`, because every article meets it, and NEVER in `excluded`, because no article meets it.
ALWAYS, NEVER = 0, 1
# The letters of a `sub:` are found by pieces of this many letters. Chosen: no shorter `sub:` is allowed.
PIECE_LETTERS = 3
# A process remembers at most this many words and this many queries. Chosen: the articles of a language use about this
# many words, and memory must have a limit.
MAX_WORDS, MAX_NODES = 100_000, 100_000
# A key's hash has this many bytes. Chosen: of ten million installations with a million keys each, fewer than one has
# two keys with the same hash.
HASH_BYTES = 8


@dataclass(slots=True)
class QuerySet:
    """Queries made ready by `query_conditions.compile_queries`, kept as its `arrays`.

    A query has a number from 0 on. A clause, which is called a group here, has a number too: the same clause of several
    queries is one group.

    Some arrays hold things of different lengths one after the other; names_at, nodes_at, terms_at, key_at and group_at
    say where each begins:
        names, nodes, terms: bytes of each query's name, of its tree as JSON, and of each term as JSON. In a tree a term
            is its number + 1, negative if it is looked for in titles alone. A node is a list that begins with its kind:
            & every part, | any part, - not the part, n near, x except, o the value of a field.
        key_groups: the groups that each key belongs to. keys has the hashes of the keys, in order.
        group_queries: the queries that are looked up by each group.
    A key is a letter and what it stands for: w a word, b the beginning of a word, e what is left of a word without a
    prefix, p a piece of three letters, f a field with its value.

    required: for each query, some groups; an article that matches has a key of each of these groups. excluded: for each
    query, some groups; an article that matches has no key of them.
    starts: the lengths of all beginnings of words that are keys.
    kinds: two flags: whether any query has keys of the kinds e and p.
    """

    arrays: Mapping[str, NDArray[Any]]
    groups_of: dict[str, tuple[int, ...]] = field(default_factory=dict)
    nodes: dict[int, Node] = field(default_factory=dict)
    finds: dict[int, Find] = field(default_factory=dict)
    present: NDArray[Any] = field(default_factory=lambda: np.zeros(0, bool))

    def __post_init__(self) -> None:
        self.present = np.zeros(len(self.arrays["group_at"]) - 1, bool)
        self.present[ALWAYS] = True

    def __len__(self) -> int:
        return len(self.arrays["names_at"]) - 1


def holding(made: QuerySet, lookup: ArticleLookup) -> Iterator[tuple[str, list[Hit]]]:
    """The queries that an article matches, by name, each with the places that it found."""
    for number in candidates(made, lookup):
        hits = evaluation.places(_node(made, int(number)), lookup)
        if hits is not None:
            yield _slice(made, "names", int(number)).decode(), hits


def candidates(made: QuerySet, lookup: ArticleLookup) -> NDArray[Any]:
    """The numbers of the queries that an article may match: all that it matches, and some more."""
    arrays, known = made.arrays, made.groups_of
    words = lookup.reading.forms()
    if len(known) > MAX_WORDS:
        known.clear()
    _remember(made, [form for form in words if form not in known])
    found = {ALWAYS, *_looked_up(made, list(_filters(lookup.subject)))[1].tolist()}
    for form in words:
        found.update(known[form])
    groups = np.fromiter(found, np.int64, len(found))
    begins, ends = arrays["group_at"][groups], arrays["group_at"][groups + 1]
    queries = arrays["group_queries"][_spans(begins, ends)]
    made.present[groups] = True
    kept = made.present[arrays["required"][queries]].all(axis=1)
    # If joiners keep words together, `forms` also has the pieces of the joined words, which are no complete words. Then
    # no query is excluded here, and `evaluation` decides on each.
    if not any(stream.whole for stream in lookup.reading.streams):
        kept &= ~made.present[arrays["excluded"][queries]].any(axis=1)
    made.present[groups] = False
    made.present[ALWAYS] = True
    chosen: NDArray[Any] = queries[kept]
    return chosen


def _remember(made: QuerySet, forms: Sequence[str]) -> None:
    """Look up the groups of new words, all together."""
    starts, kinds = made.arrays["starts"].tolist(), made.arrays["kinds"]
    keys: list[str] = []
    of: list[str] = []
    for form in forms:
        own = ["w" + form, *("b" + form[:many] for many in starts if many <= len(form))]
        if kinds[0]:
            # `without_prefix` gives nothing for a word of one letter, so the word itself is added. Such a word is a
            # piece of a word that joiners keep together: سوریه‌ی.
            own += ["e" + rest for rest in {form, *variants.without_prefix(form)}]
        if kinds[1]:
            own += ["p" + piece for piece in pieces(f" {form} ")]
        keys += own
        of += [form] * len(own)
        made.groups_of[form] = ()
    places, groups = _looked_up(made, keys)
    for place, group in zip(places.tolist(), groups.tolist(), strict=True):
        made.groups_of[of[place]] += (group,)


def _looked_up(made: QuerySet, keys: Sequence[str]) -> tuple[NDArray[Any], NDArray[Any]]:
    """The groups of these keys, as pairs: the key's index, and the group."""
    known, key_at = made.arrays["keys"], made.arrays["key_at"]
    if not len(known) or not keys:
        return np.zeros(0, np.int64), np.zeros(0, np.int32)
    hashes = np.array([hash_of(key) for key in keys], np.uint64)
    places = np.searchsorted(known, hashes)
    there = np.flatnonzero(known[np.minimum(places, len(known) - 1)] == hashes)
    begins, ends = key_at[places[there]], key_at[places[there] + 1]
    return np.repeat(there, ends - begins), made.arrays["key_groups"][_spans(begins, ends)]


def _spans(begins: NDArray[Any], ends: NDArray[Any]) -> NDArray[Any]:
    """All numbers from each begin up to its end, without the end."""
    many = ends - begins
    before = np.cumsum(many) - many
    return np.repeat(begins - before, many) + np.arange(int(many.sum()))


def _filters(subject: QueriedArticle) -> Iterator[str]:
    yield f"f{Field.SOURCE}:{subject.source}"
    yield f"f{Field.LANGUAGE}:{subject.language}"
    yield f"f{Field.COUNTRY}:{subject.country}"
    yield from (f"f{Field.GROUP}:{group}" for group in subject.groups)


def pieces(written: str) -> list[str]:
    return [written[at : at + PIECE_LETTERS] for at in range(len(written) - PIECE_LETTERS + 1)]


def hash_of(key: str) -> int:
    return int.from_bytes(blake2b(key.encode("utf-8", "surrogatepass"), digest_size=HASH_BYTES).digest(), "little")


def _slice(made: QuerySet, name: str, number: int) -> bytes:
    at = made.arrays[f"{name}_at"]
    return bytes(made.arrays[name][at[number] : at[number + 1]])


def _node(made: QuerySet, number: int) -> Node:
    node = made.nodes.get(number)
    if node is None:
        if len(made.nodes) >= MAX_NODES:
            made.nodes.clear()
            made.finds.clear()
        node = made.nodes[number] = _read(made, json.loads(_slice(made, "nodes", number).decode()))
    return node


def _read(made: QuerySet, coded: Any) -> Node:
    if isinstance(coded, int):
        return _find(made, coded)
    kind, *rest = coded
    if kind == "n":
        left, right, distance = rest
        return Near(tuple(_find(made, one) for one in left), tuple(_find(made, one) for one in right), distance)
    if kind == "x":
        wanted, around = rest
        return Except(tuple(_find(made, one) for one in wanted), tuple(_find(made, one) for one in around))
    if kind == "o":
        return FieldFilter(Field(rest[0]), tuple(rest[1]))
    parts = tuple(_read(made, one) for one in rest)
    return Without(parts[0]) if kind == "-" else Every(parts) if kind == "&" else Either(parts)


def _find(made: QuerySet, coded: int) -> Find:
    find = made.finds.get(coded)
    if find is None:
        text, mode, article, *aliases = json.loads(_slice(made, "terms", abs(coded) - 1).decode())
        term = Term(text=text, mode=mode, article=article, aliases=tuple(aliases))
        find = made.finds[coded] = Find(term, title=coded < 0)
    return find
