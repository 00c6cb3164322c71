"""A search in progress: its query, what Postgres estimates of it, and the rows that the statements of a search give.

Only this module knows which parameters these statements take.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipelines.query import evaluation, selection, vectors
from pipelines.query.evaluation import ReadyQuery
from pipelines.query.grammar import Node
from pipelines.query.selection import Scopes, Selection
from pipelines.query.vectors import Conditions
from pipelines.stores import postgres


@dataclass(frozen=True, kw_only=True)
class SearchPlace:
    """Where a page of a search begins: after the candidate with this date and number; in a ranking, also with this
    rank. now: the moment of the search, or of the ranking."""

    dated: datetime | None = None
    number: int = 0
    rank: float | None = None
    now: datetime | None = None


@dataclass(frozen=True, slots=True)
class WordEstimate:
    """How many articles there are, and in how many of them the index finds the words of a query, by Postgres'
    statistics; neither is less than one."""

    archived: float
    with_words: float

    @property
    def share(self) -> float:
        return self.with_words / self.archived


@dataclass(slots=True)
class Search:
    """A query in progress: the request, and its conditions for Postgres.

    words: Postgres' estimate for the words of the query. in_state: its estimate of how many articles are in the state
    that the query asks for. Both are None until somebody needs them.
    word_rows: the articles with the words of a phrase, as far as the index has named them for this page.
    """

    conn: postgres.Connection
    node: Node
    asked: ReadyQuery
    selected: Selection
    wanted: Conditions | None
    scopes: Scopes
    words: WordEstimate | None = None
    in_state: float | None = None
    word_rows: Sequence[postgres.Row] = ()

    @property
    def named(self) -> bool:
        """Whether the index names articles by a word."""
        return bool(self.wanted and self.wanted.of_joined)

    @property
    def of_state(self) -> bool:
        """Whether the query asks for articles in a state: revised, removed, or with a change of a given kind."""
        selected = self.selected
        return selected.revised is not None or selected.removed is not None or selected.kind is not None

    @property
    def placed(self) -> bool:
        """Whether the query depends on how words stand to each other, and the index names articles with the words."""
        return bool(self.wanted and self.wanted.placed and self.wanted.of_words)


def begin(conn: postgres.Connection, node: Node, now: datetime, scopes: Scopes) -> Search:
    """A prepared query: for a page of its answers, or to walk through all its answers."""
    selected = selection.select(node, now, scopes)
    wanted = None
    if selected.rest is not None:
        words_of = {
            part: [
                row["word"] for row in postgres.query(conn, "words_with_part", part=part, most=vectors.MOST_WORDS + 1)
            ]
            for part in vectors.parts(selected.rest)
        }
        wanted = vectors.conditions(selected.rest, words_of)
    return Search(conn, node, evaluation.ready(node, now), selected, wanted, scopes)


def bind_filters(selected: Selection) -> dict[str, Any]:
    """The parameters of a statement for the filters of a query."""
    return {
        "sources": None if selected.sources is None else list(selected.sources),
        "not_sources": list(selected.not_sources),
        "languages": None if selected.languages is None else list(selected.languages),
        "since": selected.since,
        "until": selected.until,
        "revised": selected.revised,
        "removed": selected.removed,
        "kind": selected.kind,
    }


def bind_words(wanted: Conditions | None) -> dict[str, Any]:
    """The parameters of a statement for the words that the index is asked for."""
    return {
        "of_exact": wanted and wanted.of_exact,
        "of_joined": wanted and wanted.of_joined,
        "of_words": wanted and wanted.of_words,
        "of_part": wanted and wanted.of_part,
    }


def find_rows(made: Search, statement: str, place: SearchPlace, many: int, **more: object) -> list[postgres.Row]:
    """The next rows of a statement behind a place; more: parameters with other values than the query gives them."""
    parameters = bind_filters(made.selected) | bind_words(made.wanted)
    parameters |= {
        "exact": made.wanted is None or made.wanted.exact,
        "named": made.named,
        "source": None,
        "last_dated": place.dated,
        "last_id": place.number,
        "count": many,
        "ordered": True,
        "window": None,
        "offset": 0,
    }
    sources = made.selected.sources
    if sources is not None and len(sources) == 1:
        # With `=` instead of `any`, Postgres can read the articles of one source in the order of their dates.
        parameters |= {"source": next(iter(sources)), "sources": None}
    return postgres.query(made.conn, statement, **(parameters | more))


def find_placed_rows(made: Search, ids: Sequence[int]) -> list[postgres.Row]:
    """Of these articles, those whose words may stand as the query wants, each with `sure`."""
    wanted = made.wanted
    return postgres.query(
        made.conn, "search_placed", ids=list(ids), exact=wanted is not None and wanted.exact, **bind_words(wanted)
    )


def estimate_words(made: Search) -> WordEstimate:
    """Postgres' estimate for the words of a query, made once for a search."""
    if made.words is None:
        wanted = made.wanted
        plan = postgres.row(
            made.conn, "search_estimate", of_exact=wanted and (wanted.of_words if made.placed else wanted.of_exact)
        )
        known = postgres.row(made.conn, "search_known")
        made.words = WordEstimate(float(max(1, known["articles"] if known else 1)), _planned_rows(plan))
    return made.words


def estimate_in_state(made: Search) -> float:
    """How many articles are in the state that the query asks for, by Postgres' statistics; made once for a search."""
    if made.in_state is None:
        statement = "search_kind_estimate" if made.selected.kind else "search_state_estimate"
        made.in_state = _planned_rows(postgres.row(made.conn, statement, **bind_filters(made.selected)))
    return made.in_state


def _planned_rows(plan: postgres.Row | None) -> float:
    """How many rows a plan of Postgres expects, at least one."""
    return max(1.0, float(plan["QUERY PLAN"][0]["Plan"]["Plan Rows"] if plan else 1))
