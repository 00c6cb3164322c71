"""Prepares queries for many articles: writes into arrays the conditions that an article must fulfil to match a query.

`query_set` uses the arrays. A clause is such a condition. It may let articles pass that do not match, but it lets every
article pass that matches.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.query import matcher, query_set
from pipelines.query.grammar import Either, Every, Except, Field, FieldFilter, Find, Near, Node, Without
from pipelines.query.query_set import QuerySet
from pipelines.query.terms import Term

# A query is looked up by one of its clauses. CLAUSES: at most this many more of its clauses are tested. EXCLUSIONS: at
# most this many of its excluded terms are tested. Chosen: most queries have no more clauses and excluded terms; the
# room for each of them takes four bytes in every query.
CLAUSES, EXCLUSIONS = 3, 2
# If nothing is known of a word's frequency, the assumed share of articles with the word is this value divided by the
# number of its letters. Chosen: an unknown word is in far fewer than one article in a thousand.
UNSEEN = 0.0002
# For each kind of key, this is the share of articles that are assumed to have a given key of that kind. Chosen: only
# the order of the shares matters, because a query is looked up by its rarest clause.
USUAL = {"start": 0.05, "stem": 0.02, "piece": 0.2, "filter": 0.2, "lang": 0.6}
Keys = frozenset[str]


def compile_queries(queries: Iterable[tuple[str, Node]], shares: Mapping[str, float]) -> QuerySet:
    """Queries by name, prepared for many articles. shares: word -> the share of articles with the word."""
    build = _Build(shares)
    for name, node in queries:
        build.add(name, node)
    return QuerySet(build.arrays())


class _Build:
    """Takes queries one after the other into the arrays of `QuerySet`."""

    def __init__(self, shares: Mapping[str, float]) -> None:
        self.shares = shares
        self.names: list[bytes] = []
        self.nodes: list[bytes] = []
        self.terms: dict[Term, int] = {}
        self.groups: dict[Keys, int] = {frozenset(["always"]): query_set.ALWAYS, frozenset(["never"]): query_set.NEVER}
        self.anchors: list[int] = []
        self.required: list[list[int]] = []
        self.excluded: list[list[int]] = []
        self.of_terms: dict[Term, list[Keys]] = {}
        self.certain_of: dict[Find, Keys | None] = {}
        self.shares_of: dict[Keys, float] = {}

    def add(self, name: str, node: Node) -> None:
        clauses = sorted(dict.fromkeys(self.clauses(node)), key=self.share)
        out = sorted(self.exclusions(node), key=self.share, reverse=True)[:EXCLUSIONS]
        groups = [self.group(keys) for keys in clauses[: CLAUSES + 1]] or [query_set.ALWAYS]
        self.anchors.append(groups[0])
        self.required.append((groups[1:] + [query_set.ALWAYS] * CLAUSES)[:CLAUSES])
        self.excluded.append(([self.group(keys) for keys in out] + [query_set.NEVER] * EXCLUSIONS)[:EXCLUSIONS])
        self.names.append(name.encode())
        self.nodes.append(json.dumps(self.encode(node), ensure_ascii=False, separators=(",", ":")).encode())

    def clauses(self, node: Node) -> list[Keys]:
        """Sets of keys. An article that matches has at least one key of each set."""
        if isinstance(node, Find):
            if node.term not in self.of_terms:
                self.of_terms[node.term] = self.of_term(node.term)
            return self.of_terms[node.term]
        if isinstance(node, Near):
            return [*self.any_of(map(self.clauses, node.left)), *self.any_of(map(self.clauses, node.right))]
        if isinstance(node, Except):
            return self.any_of(map(self.clauses, node.wanted))
        if isinstance(node, FieldFilter) and node.field != Field.AUTHOR:
            return [frozenset(f"f{node.field}:{value}" for value in node.values)]
        if isinstance(node, Every):
            return list(chain.from_iterable(map(self.clauses, node.parts)))
        if isinstance(node, Either):
            return self.any_of(map(self.clauses, node.parts))
        return []

    def any_of(self, given: Iterable[list[Keys]]) -> list[Keys]:
        """The clauses of a node for which any one part is enough: one clause, made from the rarest clause of each part.
        A single part keeps all its clauses.
        """
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
            # A part can have several words. Where two of them meet, the text has a blank. Before the first word and
            # after the last one, the text may have more letters.
            last = len(words := part.split(" ")) - 1
            padded = (" " * (n > 0) + word + " " * (n < last) for n, word in enumerate(words))
            ways.append([frozenset(["p" + piece]) for word in padded for piece in query_set.pieces(word)])
        return self.any_of(ways)

    def exclusions(self, node: Node) -> Iterator[Keys]:
        """Sets of keys. An article with a key of one of these sets certainly does not match."""
        for part in node.parts if isinstance(node, Every) else (node,):
            if isinstance(part, Without):
                inner = part.part
                finds = inner.parts if isinstance(inner, Either) else (inner,)
                yield from (keys for find in finds if isinstance(find, Find) and (keys := self.certain(find)))

    def certain(self, find: Find) -> Keys | None:
        """Words that always match the term, whatever is around them; None if words alone cannot decide."""
        if find not in self.certain_of:
            self.certain_of[find] = self._certain(find)
        return self.certain_of[find]

    def _certain(self, find: Find) -> Keys | None:
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
        """The number of a term, counted from one; negative if it must be in the title."""
        number = self.terms.setdefault(find.term, len(self.terms) + 1)
        return -number if find.title else number

    def encode(self, node: Node) -> Any:
        if isinstance(node, Find):
            return self.term(node)
        if isinstance(node, Near):
            return ["n", list(map(self.term, node.left)), list(map(self.term, node.right)), node.distance]
        if isinstance(node, Except):
            return ["x", list(map(self.term, node.wanted)), list(map(self.term, node.around))]
        if isinstance(node, FieldFilter):
            return ["o", str(node.field), list(node.values)]
        if isinstance(node, Without):
            return ["-", self.encode(node.part)]
        if isinstance(node, Every | Either):
            return ["&" if isinstance(node, Every) else "|", *map(self.encode, node.parts)]
        raise TypeError(f"{node} is no part of a query that is asked of articles as they come")

    def arrays(self) -> dict[str, NDArray[Any]]:
        pairs = sorted(
            (query_set.hash_of(key), group)
            for keys, group in self.groups.items()
            if group > query_set.NEVER
            for key in keys
        )
        hashes = np.array([key for key, _ in pairs], np.uint64)
        keys, first = np.unique(hashes, return_index=True)
        anchors = np.array(self.anchors, np.int64)
        counts = np.bincount(anchors, minlength=len(self.groups))
        every = {key for group in self.groups for key in group}
        terms = [json.dumps([t.text, t.mode, t.article, *t.aliases], ensure_ascii=False).encode() for t in self.terms]
        return {
            "form": np.array([query_set.FORM]),
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
