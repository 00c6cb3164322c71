"""Many queries made ready for one article after another: which are worth looking at, and which of these hold.

Of each query some conditions are kept that its answers cannot miss: a clause is a set of keys (a word, the beginning of
one, a filter …) of which an article has to have one. A query is looked up by its rarest clause; three more clauses and
two words that must not be there are looked at for all that are left at once, in numpy. What then remains is read as a
search reads it (`asked.places`), by position. So the clauses may let too many pass, and never too few.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.query import asked, matcher, variants
from pipelines.query.asked import Look, Subject
from pipelines.query.grammar import Either, Every, Except, Field, Find, Near, Node, Of, Without
from pipelines.query.matcher import Hit
from pipelines.query.terms import Term

# Of the form below: what is kept of another number is built anew.
FORM = 1
# Clauses looked at besides the one a query is found by, and words that must not be there. Chosen: most queries have no
# more, and four bytes each are kept for every query.
CLAUSES, EXCLUSIONS = 3, 2
# Groups that stand where a query has fewer: one that every article has, and one that none has.
ALWAYS, NEVER = 0, 1
# Letters of a piece by which parts of words (`sub:`) are found. Chosen: the shortest part that may be asked for.
PIECE_LETTERS = 3
# Words and queries that are remembered. Chosen: the words of a language; memory has to end somewhere.
MAX_WORDS, MAX_NODES = 100_000, 100_000
# Bytes of a key's hash. Chosen: among a million keys two meet once in ten million installations.
HASH_BYTES = 8
# The share of articles that have a word that nobody saw, per letter. Chosen: below one in a thousand.
UNSEEN = 0.0002
# The share of articles that have a key of another kind. Chosen: only their order matters.
USUAL = {"start": 0.05, "stem": 0.02, "piece": 0.2, "filter": 0.2, "lang": 0.6}
Keys = frozenset[str]


@dataclass(slots=True)
class Compiled:
    """Queries made ready; made by `compiled`, kept as its `arrays`.

    names, nodes, terms: as bytes one after the other, and where each begins. keys: hashes in order; which groups each
    belongs to, and which queries are found by a group, stand one after the other as well. starts: their lengths.
    """

    arrays: Mapping[str, NDArray[Any]]
    groups_of: dict[str, tuple[int, ...]] = field(default_factory=dict)
    nodes: dict[int, Node] = field(default_factory=dict)
    terms: dict[int, Term] = field(default_factory=dict)
    present: NDArray[Any] = field(default_factory=lambda: np.zeros(0, bool))

    def __post_init__(self) -> None:
        self.present = np.zeros(len(self.arrays["group_at"]) - 1, bool)
        self.present[ALWAYS] = True

    def __len__(self) -> int:
        return len(self.arrays["names_at"]) - 1


def compiled(queries: Iterable[tuple[str, Node]], shares: Mapping[str, float]) -> Compiled:
    """Queries by name, made ready for many articles; shares: word -> the share of articles that have it."""
    build = _Build(shares)
    for name, node in queries:
        build.add(name, node)
    return Compiled(build.arrays())


def holding(made: Compiled, look: Look) -> Iterator[tuple[str, list[Hit]]]:
    """The queries that an article answers, by name, each with the places of what it asks for."""
    for number in candidates(made, look):
        hits = asked.places(_node(made, int(number)), look)
        if hits is not None:
            yield _slice(made, "names", int(number)).decode(), hits


def candidates(made: Compiled, look: Look) -> NDArray[Any]:
    """The numbers of the queries that an article may answer: all that it does, and some more."""
    arrays, known = made.arrays, made.groups_of
    words = look.reading.forms()
    if len(known) > MAX_WORDS:
        known.clear()
    _remember(made, [form for form in words if form not in known])
    found = {ALWAYS, *_looked_up(made, list(_filters(look.subject)))[1].tolist()}
    for form in words:
        found.update(known[form])
    groups = np.fromiter(found, np.int64, len(found))
    begins, ends = arrays["group_at"][groups], arrays["group_at"][groups + 1]
    queries = arrays["group_queries"][_spans(begins, ends)]
    made.present[groups] = True
    kept = made.present[arrays["required"][queries]].all(axis=1)
    # A part of a word that a joiner keeps together is found where it stands for itself alone: looked at one by one.
    if not any(stream.whole for stream in look.reading.streams):
        kept &= ~made.present[arrays["excluded"][queries]].any(axis=1)
    made.present[groups] = False
    made.present[ALWAYS] = True
    chosen: NDArray[Any] = queries[kept]
    return chosen


def _remember(made: Compiled, forms: Sequence[str]) -> None:
    """Look up the groups of words that were not met yet, all at once."""
    starts, kinds = made.arrays["starts"].tolist(), made.arrays["kinds"]
    keys: list[str] = []
    of: list[str] = []
    for form in forms:
        own = ["w" + form, *("b" + form[:many] for many in starts if many <= len(form))]
        if kinds[0]:
            own += ["e" + rest for rest in variants.without_prefix(form)]
        if kinds[1]:
            own += ["p" + piece for piece in _pieces(f" {form} ")]
        keys += own
        of += [form] * len(own)
        made.groups_of[form] = ()
    places, groups = _looked_up(made, keys)
    for place, group in zip(places.tolist(), groups.tolist(), strict=True):
        made.groups_of[of[place]] += (group,)


def _looked_up(made: Compiled, keys: Sequence[str]) -> tuple[NDArray[Any], NDArray[Any]]:
    """The groups of these keys: of which of the keys, and which group."""
    known, key_at = made.arrays["keys"], made.arrays["key_at"]
    if not len(known) or not keys:
        return np.zeros(0, np.int64), np.zeros(0, np.int32)
    hashes = np.array([_hash(key) for key in keys], np.uint64)
    places = np.searchsorted(known, hashes)
    there = np.flatnonzero(known[np.minimum(places, len(known) - 1)] == hashes)
    begins, ends = key_at[places[there]], key_at[places[there] + 1]
    return np.repeat(there, ends - begins), made.arrays["key_groups"][_spans(begins, ends)]


def _spans(begins: NDArray[Any], ends: NDArray[Any]) -> NDArray[Any]:
    """All places from each begin to its end."""
    many = ends - begins
    before = np.cumsum(many) - many
    return np.repeat(begins - before, many) + np.arange(int(many.sum()))


def _filters(subject: Subject) -> Iterator[str]:
    yield f"f{Field.SOURCE}:{subject.source}"
    yield f"f{Field.LANGUAGE}:{subject.language}"
    yield f"f{Field.COUNTRY}:{subject.country}"
    yield from (f"f{Field.GROUP}:{group}" for group in subject.groups)


def _pieces(written: str) -> list[str]:
    return [written[at : at + PIECE_LETTERS] for at in range(len(written) - PIECE_LETTERS + 1)]


def _hash(key: str) -> int:
    return int.from_bytes(blake2b(key.encode("utf-8", "surrogatepass"), digest_size=HASH_BYTES).digest(), "little")


class _Build:
    """Takes queries, one after the other, into the arrays of `Compiled`."""

    def __init__(self, shares: Mapping[str, float]) -> None:
        self.shares = shares
        self.names: list[bytes] = []
        self.nodes: list[bytes] = []
        self.terms: dict[Term, int] = {}
        self.groups: dict[Keys, int] = {frozenset(["always"]): ALWAYS, frozenset(["never"]): NEVER}
        self.anchors: list[int] = []
        self.required: list[list[int]] = []
        self.excluded: list[list[int]] = []
        self.of_terms: dict[Term, list[Keys]] = {}
        self.shares_of: dict[Keys, float] = {}

    def add(self, name: str, node: Node) -> None:
        clauses = sorted(dict.fromkeys(self.clauses(node)), key=self.share)
        out = sorted(self.exclusions(node), key=self.share, reverse=True)[:EXCLUSIONS]
        groups = [self.group(keys) for keys in clauses[: CLAUSES + 1]] or [ALWAYS]
        self.anchors.append(groups[0])
        self.required.append((groups[1:] + [ALWAYS] * CLAUSES)[:CLAUSES])
        self.excluded.append(([self.group(keys) for keys in out] + [NEVER] * EXCLUSIONS)[:EXCLUSIONS])
        self.names.append(name.encode())
        self.nodes.append(json.dumps(self.coded(node), ensure_ascii=False, separators=(",", ":")).encode())

    def clauses(self, node: Node) -> list[Keys]:
        """Sets of keys, of each of which an article that answers has one."""
        if isinstance(node, Find):
            if node.term not in self.of_terms:
                self.of_terms[node.term] = self.of_term(node.term)
            return self.of_terms[node.term]
        if isinstance(node, Near):
            return [*self.any_of(map(self.clauses, node.left)), *self.any_of(map(self.clauses, node.right))]
        if isinstance(node, Except):
            return self.any_of(map(self.clauses, node.wanted))
        if isinstance(node, Of) and node.field != Field.AUTHOR:
            return [frozenset(f"f{node.field}:{value}" for value in node.values)]
        if isinstance(node, Every):
            return list(chain.from_iterable(map(self.clauses, node.parts)))
        if isinstance(node, Either):
            return self.any_of(map(self.clauses, node.parts))
        return []

    def any_of(self, given: Iterable[list[Keys]]) -> list[Keys]:
        """Where any of the parts is enough: one clause of the rarest of each; of one part alone all of its own."""
        parts = list(given)
        if len(parts) == 1 or not all(parts):
            return parts[0] if len(parts) == 1 else []
        rarest = [sorted(part, key=self.share)[0] for part in parts]
        return [frozenset(chain.from_iterable(rarest))]

    def of_term(self, term: Term) -> list[Keys]:
        made = matcher.forms(term)
        first: dict[matcher.Spelling, set[str]] = {}
        for kind, table in (("w", made.forms), ("b", made.starts), ("e", made.stems)):
            for form, spellings in table.items():
                for spelling in spellings:
                    first.setdefault(spelling, set()).add(kind + form)
        ways = [[frozenset(keys), *map(_rest, spelling.rest)] for spelling, keys in first.items()]
        for part in made.parts:
            # Each word of an article stands between blanks; what a part begins and ends with may go on.
            last = len(words := part.split(" ")) - 1
            padded = (" " * (n > 0) + word + " " * (n < last) for n, word in enumerate(words))
            ways.append([frozenset(["p" + piece]) for word in padded for piece in _pieces(word)])
        return self.any_of(ways)

    def exclusions(self, node: Node) -> Iterator[Keys]:
        """Sets of keys, each of which says for sure that an article is no answer."""
        for part in node.parts if isinstance(node, Every) else (node,):
            if isinstance(part, Without):
                inner = part.part
                finds = inner.parts if isinstance(inner, Either) else (inner,)
                yield from (keys for find in finds if isinstance(find, Find) and (keys := self.certain(find)))

    def certain(self, find: Find) -> Keys | None:
        """The words that are the term whatever stands around them; None where that does not tell it."""
        made = matcher.forms(find.term)
        spellings = [spelling for some in made.forms.values() for spelling in some]
        if find.title or made.starts or made.stems or made.parts or any(s.rest or s.bare_alef for s in spellings):
            return None
        return frozenset("w" + form for form in made.forms)

    def share(self, keys: Keys) -> float:
        found = self.shares_of.get(keys)
        if found is None:
            found = self.shares_of[keys] = min(1.0, sum(map(self.share_of_key, keys)))
        return found

    def share_of_key(self, key: str) -> float:
        kind, rest = key[0], key[1:]
        if kind == "w":
            return self.shares.get(rest, UNSEEN / max(1, len(rest)))
        if kind == "f":
            return USUAL["lang" if rest.startswith(Field.LANGUAGE) else "filter"]
        return USUAL[{"b": "start", "e": "stem", "p": "piece"}[kind]]

    def group(self, keys: Keys) -> int:
        return self.groups.setdefault(keys, len(self.groups))

    def term(self, find: Find) -> int:
        """The number of its term, counted from one; below zero in the title."""
        number = self.terms.setdefault(find.term, len(self.terms) + 1)
        return -number if find.title else number

    def coded(self, node: Node) -> Any:
        if isinstance(node, Find):
            return self.term(node)
        if isinstance(node, Near):
            return ["n", list(map(self.term, node.left)), list(map(self.term, node.right)), node.distance]
        if isinstance(node, Except):
            return ["x", list(map(self.term, node.wanted)), list(map(self.term, node.around))]
        if isinstance(node, Of):
            return ["o", str(node.field), list(node.values)]
        if isinstance(node, Without):
            return ["-", self.coded(node.part)]
        if isinstance(node, Every | Either):
            return ["&" if isinstance(node, Every) else "|", *map(self.coded, node.parts)]
        raise TypeError(f"{node} is no part of a query that is asked of articles as they come")

    def arrays(self) -> dict[str, NDArray[Any]]:
        pairs = sorted((_hash(key), group) for keys, group in self.groups.items() if group > NEVER for key in keys)
        hashes = np.array([key for key, _ in pairs], np.uint64)
        keys, first = np.unique(hashes, return_index=True)
        anchors = np.array(self.anchors, np.int64)
        counts = np.bincount(anchors, minlength=len(self.groups))
        every = {key for group in self.groups for key in group}
        terms = [json.dumps([t.text, t.mode, t.article, *t.aliases], ensure_ascii=False).encode() for t in self.terms]
        return {
            "form": np.array([FORM]),
            **_bytes("names", self.names),
            **_bytes("nodes", self.nodes),
            **_bytes("terms", terms),
            "keys": keys,
            "key_at": np.append(first, len(pairs)).astype(np.int64),
            "key_groups": np.array([group for _, group in pairs], np.int32),
            "group_at": np.append(0, np.cumsum(counts)).astype(np.int64),
            "group_queries": np.argsort(anchors, kind="stable").astype(np.int32),
            "required": np.array(self.required, np.int32).reshape(-1, CLAUSES),
            "excluded": np.array(self.excluded, np.int32).reshape(-1, EXCLUSIONS),
            "starts": np.array(sorted({len(key) - 1 for key in every if key[0] == "b"}), np.int32),
            "kinds": np.array([any(key[0] == kind for key in every) for kind in "ep"]),
        }


def _rest(word: matcher.Word) -> Keys:
    return frozenset(["b" + word.start]) if word.start else frozenset("w" + form for form in word.forms)


def _bytes(name: str, written: Sequence[bytes]) -> dict[str, NDArray[Any]]:
    at = np.append(0, np.cumsum([len(one) for one in written])).astype(np.int64)
    return {name: np.frombuffer(b"".join(written), np.uint8), f"{name}_at": at}


def _slice(made: Compiled, name: str, number: int) -> bytes:
    at = made.arrays[f"{name}_at"]
    return bytes(made.arrays[name][at[number] : at[number + 1]])


def _node(made: Compiled, number: int) -> Node:
    node = made.nodes.get(number)
    if node is None:
        if len(made.nodes) >= MAX_NODES:
            made.nodes.clear()
            made.terms.clear()
        node = made.nodes[number] = _read(made, json.loads(_slice(made, "nodes", number)))
    return node


def _read(made: Compiled, coded: Any) -> Node:
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
        return Of(Field(rest[0]), tuple(rest[1]))
    parts = tuple(_read(made, one) for one in rest)
    return Without(parts[0]) if kind == "-" else Every(parts) if kind == "&" else Either(parts)


def _find(made: Compiled, coded: int) -> Find:
    number = abs(coded) - 1
    term = made.terms.get(number)
    if term is None:
        text, mode, article, *aliases = json.loads(_slice(made, "terms", number))
        term = made.terms[number] = Term(text=text, mode=mode, article=article, aliases=tuple(aliases))
    return Find(term, title=coded < 0)
