"""Candidates of a search: the articles that the index names for a query, newest first. Only this module decides in
which way the index is asked.

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

from pipelines.archive.search_statements import (
    Search,
    SearchPlace,
    WordEstimate,
    estimate_in_state,
    estimate_words,
    find_placed_rows,
    find_rows,
)
from pipelines.load import search_index
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
# If the index names more articles than NAMED_AT_ONCE, the newest part of the archive is searched first. The part is so
# large that it should have PART_ROOM times as many articles as are wanted. Chosen: fewer articles than NAMED_AT_ONCE
# are read and sorted in a millisecond or two; a part that should have twice as many articles as are wanted hardly ever
# has too few.
NAMED_AT_ONCE, PART_ROOM = 500, 2.0
# If a query asks for words and for a state (`of_state`), the words are first looked for in this many of the newest
# articles in the state. Chosen: this takes some 50 ms of CPU, and finds a page if one of a hundred articles has the
# words.
WINDOW_IN_STATE = 2_000


@dataclass(frozen=True, slots=True)
class Candidates:
    """Some candidates, newest first: `article_id`, `dated`, and `sure` (true if the text need not be read).

    reached: the place where the search stopped, if it stopped before it had found enough; else None.
    """

    rows: Sequence[postgres.Row]
    reached: SearchPlace | None = None


def find(made: Search, place: SearchPlace, many: int) -> Candidates:
    """The next candidates behind a place."""
    if not made.named:
        return _find_unnamed(made, place, many)
    words = estimate_words(made)
    if made.placed:
        return _find_placed(made, place, many, words)
    if made.of_state:
        return _find_in_state(made, place, many)
    window = max(LEAST_WINDOW, math.ceil(WINDOW_ROOM * many / words.share))
    cheaper = words.share * words.with_words > READ_TO_NAMED * many
    if cheaper and window <= MOST_WINDOW:
        newest = find_rows(made, "search_window", place, many, window=window)
        if len(newest) == many:
            return Candidates(newest)
    return Candidates(_name_newest(made, place, many))


def find_any(made: Search, many: int) -> Candidates:
    """Up to `many` candidates in any order, to be counted: they cost less than the newest ones."""
    if not made.named:
        return _find_unnamed(made, SearchPlace(), many)
    if not made.placed:
        return Candidates(_name(made, SearchPlace(), many, ordered=False))
    named = _name_words(made, SearchPlace(), many)
    return Candidates(list(_check_places(made, named, many, len(named) or 1)), _last(named, many))


def _find_unnamed(made: Search, place: SearchPlace, many: int) -> Candidates:
    return (
        _find_in_state(made, place, many)
        if made.of_state
        else Candidates(find_rows(made, "search_latest", place, many))
    )


def _find_in_state(made: Search, place: SearchPlace, many: int) -> Candidates:
    """Candidates that are in the state of the query and have its words, if it has any. Either the words are looked for
    in the articles in the state, or the state is looked up for the articles with the words.

    If many articles are in the state, the newest of them are read first. If too few of these are candidates, they show
    which way reads fewer articles.
    """
    measured = None
    # Without words, nearly every article in the state is a candidate.
    window = WINDOW_IN_STATE if made.named else 2 * many
    if made.selected.kind is None and estimate_in_state(made) > 2 * window:
        newest = find_rows(made, "search_of_state", place, many, window=window)
        if len(newest) == many or not _has_full_window(made, place, window):
            return Candidates(newest)
        measured = len(newest) / window
    if made.named and _has_fewer_with_words(made, many, measured):
        return Candidates(_name_newest(made, place, many))
    statement = "search_of_state" if made.selected.kind is None else "search_of_kind"
    return Candidates(find_rows(made, statement, place, many))


def _has_fewer_with_words(made: Search, many: int, measured: float | None) -> bool:
    """Whether to read the articles with the words of a query, because they are fewer than the articles in its state
    that would have to be read.

    measured: the share of the newest articles in the state that have the words; None if they were not read. Then
    Postgres' statistics tell how many have the words, and all articles in the state may have to be read.
    """
    words, in_state = estimate_words(made), estimate_in_state(made)
    if measured is None:
        return words.with_words <= in_state
    to_read = many / measured if measured else math.inf
    return measured * words.archived <= min(in_state, to_read)


def _has_full_window(made: Search, place: SearchPlace, window: int) -> bool:
    """Whether at least `window` articles in the state follow a place, whatever their words. While some articles are not
    in the index yet, this cannot be known, and the answer is yes."""
    if not search_index.complete(made.conn):
        return True
    of_any = {"named": False, "of_exact": None, "window": window, "offset": window - 1}
    return bool(find_rows(made, "search_of_state", place, 1, **of_any))


def _find_placed(made: Search, place: SearchPlace, many: int, words: WordEstimate) -> Candidates:
    if words.share > DENSE and not made.word_rows:
        rows = find_rows(made, "search_window", place, many, window=LEAST_WINDOW)
        if len(rows) == many:
            return Candidates(rows)
        # If some of the newest articles answer, others will answer too. If none answers, perhaps no article has all the
        # words.
        if rows:
            rows = find_rows(made, "search_window", place, many, window=MOST_WINDOW_PLACED)
            ends = (
                [] if len(rows) == many else find_rows(made, "search_window_end", place, 1, window=MOST_WINDOW_PLACED)
            )
            return Candidates(rows, _last(ends, 1))
    if not made.word_rows:
        made.word_rows = _name_words(made, place, MOST_PLACED)
    named = [row for row in made.word_rows if not place.dated or _lies_behind(row, place)]
    rows = list(_check_places(made, named, many, PLACED_FIRST))
    return Candidates(rows, _last(made.word_rows, MOST_PLACED) if len(rows) < many else None)


def _lies_behind(row: postgres.Row, place: SearchPlace) -> bool:
    return bool((row["dated"], row["article_id"]) < (place.dated, place.number))


def _name_words(made: Search, place: SearchPlace, many: int) -> list[postgres.Row]:
    """The articles with the words of a query, however these stand to each other."""
    of_words = made.wanted and made.wanted.of_words
    return _name_newest(made, place, many, of_exact=of_words, of_joined=of_words, exact=False)


def _name_newest(made: Search, place: SearchPlace, many: int, **words: object) -> list[postgres.Row]:
    """The newest articles that the index names, in the newest part of the archive; if that has too few, in the whole
    archive."""
    named = estimate_words(made).with_words
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
    rows = find_rows(made, "search_named", place, many, **more)
    postgres.query(made.conn, "search_bitmaps", walk="on")
    return rows


def _check_places(made: Search, named: Sequence[postgres.Row], many: int, first: int) -> Iterator[postgres.Row]:
    """Up to `many` of the named articles whose words stand as the query wants; first: how many to read first."""
    start, size, found = 0, first, 0
    while start < len(named) and found < many:
        some = named[start : start + size]
        sure = {row["article_id"]: row["sure"] for row in find_placed_rows(made, [row["article_id"] for row in some])}
        for row in some:
            if row["article_id"] in sure and found < many:
                found += 1
                yield {**row, "sure": sure[row["article_id"]]}
        start, size = start + size, PLACED_NEXT


def _last(named: Sequence[postgres.Row], many: int) -> SearchPlace | None:
    """The place of the last of these rows, if more rows may follow."""
    return SearchPlace(dated=named[-1]["dated"], number=named[-1]["article_id"]) if len(named) == many else None
