"""Candidates of a search: the articles that the index names for a query, newest first. Only this module knows how the
index is asked.

The cost of a query depends on how often its words occur in the archive, so there are three ways:
1. If its words are in very many articles, the newest articles are read one after the other.
2. If its words are rarer, the index names the articles with them, and the newest of these are taken. If the index would
   name more than some hundred, it is first asked only about the newest part of the archive.
3. An index cannot tell how words stand to each other (phrases, NEAR). It names the articles with these words, and the
   places of the words are read in the newest of them, in at most MOST_PLACED articles for one page of results.
Each way stops at a limit, and says how far it came.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipelines.load import search_index
from pipelines.query import evaluation, selection, vectors
from pipelines.query.evaluation import ReadyQuery
from pipelines.query.grammar import Node
from pipelines.query.selection import Scopes, Selection
from pipelines.query.vectors import Conditions
from pipelines.stores import postgres

# For frequent words, the newest articles are read: at least LEAST_WINDOW, at most MOST_WINDOW, and WINDOW_ROOM times as
# many as should be enough. Measured on a million articles: each article takes 5 microseconds of CPU.
LEAST_WINDOW, MOST_WINDOW, WINDOW_ROOM = 1_000, 25_000, 1.5
# Reading the words of an article takes this many times longer than finding it by the index and sorting it. Measured on
# a million articles.
READ_TO_NAMED = 10
# If the words of a phrase are in a larger share of all articles than DENSE, the newest articles are read instead of the
# index, at most MOST_WINDOW_PLACED articles.
DENSE, MOST_WINDOW_PLACED = 0.1, 6_000
# If articles have the words of a phrase or a NEAR, the places of these words are read: for one page, in at most
# MOST_PLACED articles. The first step reads PLACED_FIRST articles, each later step PLACED_NEXT.
MOST_PLACED, PLACED_FIRST, PLACED_NEXT = 3_000, 250, 500
# If the index names more articles than NAMED_AT_ONCE, only the newest part of the archive is searched first. The part
# is so large that it should have PART_ROOM times as many articles as are wanted. Chosen: fewer articles than
# NAMED_AT_ONCE are read and sorted in a millisecond or two; a part that should have twice as many articles as are
# wanted hardly ever has too few.
NAMED_AT_ONCE, PART_ROOM = 500, 2.0
# If a query asks for words and for a state (`of_state`), the words are first looked for in this many of the newest
# articles in the state. Chosen: this takes some 50 ms of CPU, and finds a page if one of a hundred articles has the
# words.
WINDOW_IN_STATE = 2_000


@dataclass(frozen=True, kw_only=True)
class SearchPlace:
    """Where a page of a search begins: after the candidate with this date and number; in a ranking, also with this
    rank. now: the moment of the search, or of the ranking."""

    dated: datetime | None = None
    number: int = 0
    rank: float | None = None
    now: datetime | None = None


@dataclass(slots=True)
class Search:
    """A query in progress: the request, and its conditions for Postgres.

    share: the share of articles with the words of the query.
    archived: how many articles there are.
    in_state: how many articles are in the state that the query asks for.
    with_words: the articles with the words of a phrase, as far as they were named for this page.
    """

    conn: postgres.Connection
    node: Node
    asked: ReadyQuery
    selected: Selection
    wanted: Conditions | None
    scopes: Scopes
    share: float | None = None
    archived: float = 1.0
    in_state: float | None = None
    with_words: Sequence[postgres.Row] = ()

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


@dataclass(frozen=True, slots=True)
class Candidates:
    """Some candidates, newest first: `article_id`, `dated`, and `sure` (true if the text need not be read).

    reached: the place where the search stopped, if it stopped before it had found enough; else None.
    """

    rows: Sequence[postgres.Row]
    reached: SearchPlace | None = None


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


def find(made: Search, place: SearchPlace, many: int) -> Candidates:
    """The next candidates behind a place."""
    if not made.named:
        return _find_unnamed(made, place, many)
    share = _share(made)
    if made.placed:
        return _find_placed(made, place, many, share)
    if made.of_state:
        return _find_in_state(made, place, many)
    window = max(LEAST_WINDOW, math.ceil(WINDOW_ROOM * many / share))
    cheaper = share * share > READ_TO_NAMED * many / made.archived
    if cheaper and window <= MOST_WINDOW:
        newest = _rows(made, "search_window", place, many, window=window)
        if len(newest) == many:
            return Candidates(newest)
    return Candidates(_name_newest(made, place, many))


def find_any(made: Search, many: int) -> Candidates:
    """Up to `many` candidates in any order, to be counted: this is cheaper than the newest ones."""
    if not made.named:
        return _find_unnamed(made, SearchPlace(), many)
    if not made.placed:
        return Candidates(_name(made, SearchPlace(), many, ordered=False))
    named = _name_words(made, SearchPlace(), many)
    return Candidates(list(_check_places(made, named, many, len(named) or 1)), _last(named, many))


def _find_unnamed(made: Search, place: SearchPlace, many: int) -> Candidates:
    return _find_in_state(made, place, many) if made.of_state else Candidates(_rows(made, "search_latest", place, many))


def _of_state(made: Search) -> str:
    return "search_of_state" if made.selected.kind is None else "search_of_kind"


def _find_in_state(made: Search, place: SearchPlace, many: int) -> Candidates:
    """Candidates that have the words of the query, if it has any, and are in its state. Either the words are looked for
    in the articles in the state, or the state is looked up for the articles with the words. The newest articles in the
    state show which way reads fewer articles."""
    estimated_in_state = _count_in_state(made)
    estimated_share = _share(made) if made.named else 1.0
    # These decide: how many articles in the state are read for this page, and how many articles have the words.
    to_read, with_words = estimated_in_state, estimated_share * made.archived
    # Without words, nearly every article in the state is a candidate.
    window = WINDOW_IN_STATE if made.named else 2 * many
    if made.selected.kind is None and estimated_in_state > 2 * window:
        first = _rows(made, "search_of_state", place, many, window=window)
        if len(first) == many or not _has_full_window(made, place, window):
            return Candidates(first)
        measured_share = len(first) / window
        with_words = measured_share * made.archived
        if first:
            to_read = min(estimated_in_state, many / measured_share)
    if not made.named or to_read < with_words:
        return Candidates(_rows(made, _of_state(made), place, many))
    return Candidates(_name_newest(made, place, many))


def _has_full_window(made: Search, place: SearchPlace, window: int) -> bool:
    """Whether at least `window` articles in the state follow a place, whatever their words. While some articles
    are not in the index yet it is not known, and taken for true."""
    if not search_index.complete(made.conn):
        return True
    of_any = {"named": False, "of_exact": None, "window": window, "offset": window - 1}
    return bool(_rows(made, "search_of_state", place, 1, **of_any))


def _find_placed(made: Search, place: SearchPlace, many: int, share: float) -> Candidates:
    if share > DENSE and not made.with_words:
        rows = _rows(made, "search_window", place, many, window=LEAST_WINDOW)
        if len(rows) == many:
            return Candidates(rows)
        # If some of the newest articles answer, others will answer too. If none answers, perhaps no article has all the
        # words.
        if rows:
            rows = _rows(made, "search_window", place, many, window=MOST_WINDOW_PLACED)
            ends = [] if len(rows) == many else _rows(made, "search_window_end", place, 1, window=MOST_WINDOW_PLACED)
            return Candidates(rows, _last(ends, 1))
    if not made.with_words:
        made.with_words = _name_words(made, place, MOST_PLACED)
    named = [row for row in made.with_words if not place.dated or _lies_behind(row, place)]
    rows = list(_check_places(made, named, many, PLACED_FIRST))
    return Candidates(rows, _last(made.with_words, MOST_PLACED) if len(rows) < many else None)


def _lies_behind(row: postgres.Row, place: SearchPlace) -> bool:
    return bool((row["dated"], row["article_id"]) < (place.dated, place.number))


def _name_words(made: Search, place: SearchPlace, many: int) -> list[postgres.Row]:
    """The articles with the words of a query, however these stand to each other."""
    of_words = made.wanted and made.wanted.of_words
    return _name_newest(made, place, many, of_exact=of_words, of_joined=of_words, exact=False)


def _name_newest(made: Search, place: SearchPlace, many: int, **words: object) -> list[postgres.Row]:
    """The newest articles that the index names, in the newest part of the archive; if that has too few, in the whole
    archive."""
    named = _share(made) * made.archived
    if named > max(NAMED_AT_ONCE, PART_ROOM * many) and not made.of_state:
        share = PART_ROOM * many / named
        since = postgres.row(made.conn, "search_newest_part", share=share, last_dated=place.dated)
        if since and (made.selected.since is None or since["dated"] > made.selected.since):
            newest = _name(made, place, many, since=since["dated"], **words)
            if len(newest) == many:
                return newest
    return _name(made, place, many, **words)


def _name(made: Search, place: SearchPlace, many: int, **more: object) -> list[postgres.Row]:
    postgres.query(made.conn, "search_bitmaps", walk="off")
    rows = _rows(made, "search_named", place, many, **more)
    postgres.query(made.conn, "search_bitmaps", walk="on")
    return rows


def _check_places(made: Search, named: Sequence[postgres.Row], many: int, first: int) -> Iterator[postgres.Row]:
    """Up to `many` of the named articles whose words stand as the query wants; first: how many to read first."""
    wanted = made.wanted
    begin_, size, found = 0, first, 0
    while begin_ < len(named) and found < many:
        some = named[begin_ : begin_ + size]
        sure = {
            row["article_id"]: row["sure"]
            for row in postgres.query(
                made.conn,
                "search_placed",
                ids=[row["article_id"] for row in some],
                of_exact=wanted and wanted.of_exact,
                of_joined=wanted and wanted.of_joined,
                exact=wanted is not None and wanted.exact,
            )
        }
        for row in some:
            if row["article_id"] in sure and found < many:
                found += 1
                yield {**row, "sure": sure[row["article_id"]]}
        begin_, size = begin_ + size, PLACED_NEXT


def _last(named: Sequence[postgres.Row], many: int) -> SearchPlace | None:
    """The place of the last of these rows, if more rows may follow."""
    return SearchPlace(dated=named[-1]["dated"], number=named[-1]["article_id"]) if len(named) == many else None


def _share(made: Search) -> float:
    """The share of articles that the index names for the words of a query, by Postgres' own statistics."""
    if made.share is None:
        wanted = made.wanted
        plan = postgres.row(
            made.conn, "search_estimate", of_exact=wanted and (wanted.of_words if made.placed else wanted.of_exact)
        )
        known = postgres.row(made.conn, "search_known")
        rows = plan["QUERY PLAN"][0]["Plan"]["Plan Rows"] if plan else 0
        made.archived = max(1.0, float(known["articles"] if known else 1))
        made.share = max(1.0, float(rows)) / made.archived
    return made.share


def _count_in_state(made: Search) -> float:
    """How many articles are in the state that the query asks for, by Postgres' statistics."""
    if made.in_state is None:
        selected = made.selected
        of_kind = "search_kind_estimate" if selected.kind else "search_state_estimate"
        plan = postgres.row(made.conn, of_kind, revised=selected.revised, removed=selected.removed, kind=selected.kind)
        made.in_state = max(1.0, float(plan["QUERY PLAN"][0]["Plan"]["Plan Rows"] if plan else 1))
    return made.in_state


def _rows(made: Search, statement: str, place: SearchPlace, many: int, **more: object) -> list[postgres.Row]:
    selected, wanted = made.selected, made.wanted
    # With `=` instead of `any`, Postgres can read the articles of one source in the order of their dates.
    of_one = next(iter(selected.sources)) if selected.sources and len(selected.sources) == 1 else None
    asked: dict[str, object] = {
        "of_exact": wanted and wanted.of_exact,
        "of_joined": wanted and wanted.of_joined,
        "of_words": wanted and wanted.of_words,
        "of_part": wanted and wanted.of_part,
        "exact": wanted is None or wanted.exact,
        "named": made.named,
        "source": of_one,
        "sources": None if selected.sources is None or of_one else list(selected.sources),
        "not_sources": list(selected.not_sources),
        "languages": None if selected.languages is None else list(selected.languages),
        "since": selected.since,
        "until": selected.until,
        "revised": selected.revised,
        "removed": selected.removed,
        "kind": selected.kind,
        "last_dated": place.dated,
        "last_id": place.number,
        "count": many,
        "ordered": True,
        "window": None,
        "offset": 0,
    }
    return postgres.query(made.conn, statement, **{**asked, **more})
