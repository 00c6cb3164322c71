"""Search: the articles that answer a query, newest or best first, a page at a time.

The index names candidates, and `query.evaluation` decides. So a search finds an article exactly if a watch with the
same terms would find it. The cost of a search is limited: for one page, only a limited number of candidates is read,
whether they answer or not. If the search stops there, the page says so, and its cursor goes on from that place.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import MAXYEAR, MINYEAR, UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from pipelines.alert import synonyms
from pipelines.archive import candidates, policy, search_statements
from pipelines.archive.collapse import Once
from pipelines.archive.search_statements import Search, SearchPlace
from pipelines.errors import CostlyError, CursorError
from pipelines.load import search_index
from pipelines.query import evaluation, grammar
from pipelines.query.evaluation import Mark, QueriedArticle
from pipelines.query.selection import NOWHERE, Scopes
from pipelines.stores import postgres

# At most this many candidates are ranked for the order "best", because ranking reads the words of each.
RANKED = 5_000
# MOST_READ: for one page, the texts of at most this many candidates are read. READ_AT_ONCE: the texts of this many are
# read together. READ_NEXT: if the first candidates were too few, the next step takes up to this many more.
MOST_READ = 2_000
READ_AT_ONCE = 50
READ_NEXT = 500
# Answers are counted one by one up to this number; more are shown as "more than".
MOST_COUNTED = 10_000
# Postgres ends a statement of a search after this many seconds. Chosen: nobody waits longer at a terminal.
PATIENCE_SECONDS = 20
CANCELED = "57014"
# The moment from which a search counts back spans of time (`from:30d`) must be in these years. Chosen: even the widest
# span of a query (`from:99999w`, 1,916 years) then begins at a date that Python has.
YEARS = range(1920, 9_000)


class Order(StrEnum):
    """Which answers come first."""

    NEWEST = "newest"
    BEST = "best"


@dataclass(frozen=True, kw_only=True)
class ArticleHit:
    """An article that answers a query (a row of `search_articles`), the places of the found words, its story, and the
    number of the story's outlets.
    """

    article: postgres.Row
    marks: Sequence[Mark]
    story_id: int = 0
    outlets: int = 1


@dataclass(frozen=True, kw_only=True)
class ResultPage:
    """A page of answers.

    after: the cursor of the next page, empty if there is none.
    read_to: where the search stopped before the page was full.
    ranked: whether only the newest of more than RANKED candidates were ranked.
    complete: False if some earlier articles are not in the index yet.
    """

    answers: Sequence[ArticleHit]
    after: str = ""
    read_to: datetime | None = None
    ranked: bool = False
    complete: bool = True


@dataclass(frozen=True, kw_only=True)
class ResultCount:
    """How many articles answer a query; more: the count stopped early, so there may be more."""

    number: int
    more: bool = False


def search(
    conn: postgres.Connection,
    written: str,
    *,
    order: Order = Order.NEWEST,
    count: int = 20,
    after: str = "",
    scopes: Scopes | None = None,
    now: datetime | None = None,
    patience: int = PATIENCE_SECONDS,
) -> ResultPage:
    """A page of the articles that answer a query, each story once; after: the cursor that the previous page gave.

    scopes: source -> the properties of the source that a query may use.
    patience: seconds that Postgres may take for one statement.

    QueryError if the query cannot be read, CursorError if the cursor belongs to another query, CostlyError if the
    search would read too much.
    """
    place = _read_cursor(after, written, order)
    now = place.now or now or datetime.now(UTC)
    with conn:
        try:
            made = _begin_search(conn, written, now, scopes or {}, patience)
            if order == Order.BEST and made.named:
                return _best(made, written, place, count)
            return _newest(made, written, order, place, count)
        except postgres.Error as error:
            raise _explain_error(error, patience) from error


def count(
    conn: postgres.Connection,
    written: str,
    *,
    scopes: Scopes | None = None,
    now: datetime | None = None,
    patience: int = PATIENCE_SECONDS,
) -> ResultCount:
    """How many articles answer a query, counted up to MOST_COUNTED."""
    with conn:
        try:
            made = _begin_search(conn, written, now or datetime.now(UTC), scopes or {}, patience)
            found = candidates.find_any(made, MOST_COUNTED + 1)
            fresh = list({row["article_id"]: row for row in found.rows}.values())
            number = sum(row["sure"] for row in fresh)
            unsure = [row for row in fresh if not row["sure"]]
            for batch in _batches(unsure[:MOST_READ], READ_AT_ONCE):
                number += len(_verify_rows(made, batch))
        except postgres.Error as error:
            raise _explain_error(error, patience) from error
    more = len(found.rows) > MOST_COUNTED or found.reached is not None or len(unsure) > MOST_READ
    return ResultCount(number=min(number, MOST_COUNTED), more=more)


def _begin_search(
    conn: postgres.Connection,
    written: str,
    now: datetime,
    scopes: Scopes,
    patience: int,
) -> Search:
    node = grammar.parse(written, synonyms.lists(conn))
    postgres.query(conn, "search_limits", patience=f"{patience}s")
    return search_statements.begin(conn, node, now, scopes)


def _newest(made: Search, written: str, order: Order, place: SearchPlace, count: int) -> ResultPage:
    answers: list[ArticleHit] = []
    seen: set[int] = set()
    start = place
    once = Once(made.conn, _answering(made), (lambda ids: _before(made, ids, start)) if start.dated else None)
    # Most candidates are answers, so the first step takes as many as a page has, and one more, which shows whether
    # there is a next page.
    read, many = 0, count + 1
    while read < MOST_READ:
        found = candidates.find(made, place, many)
        rows = found.rows
        for batch in _batches(rows, count if many == count + 1 else READ_AT_ONCE):
            verified = _verify_rows(made, batch)
            once.read(verified)
            for row in batch:
                place = SearchPlace(dated=row["dated"], number=row["article_id"], now=made.asked.now)
                answer = verified.get(row["article_id"])
                if answer and row["article_id"] not in seen and (story := once.first(row["article_id"])):
                    answers.append(replace(answer, story_id=story.story_id, outlets=story.outlets))
                seen.add(row["article_id"])
                if len(answers) == count:
                    more = row is not rows[-1] or bool(found.reached) or _is_more(made, place)
                    return _page(made, answers, _cursor(written, order, place) if more else "")
        if found.reached:
            place = replace(found.reached, now=made.asked.now)
            break
        if len(rows) < many:
            return _page(made, answers, "")
        read += len(rows)
        many = min(2 * count if made.placed else READ_NEXT, MOST_READ - read)
    return _page(made, answers, _cursor(written, order, place), read_to=place.dated)


def _best(made: Search, written: str, place: SearchPlace, count: int) -> ResultPage:
    """The best answers first: the newest candidates are ranked. All pages of a search use the same moment, so the rank
    of an article is the same on each, and a page begins behind the rank of the last article of the previous page."""
    found = candidates.find(made, SearchPlace(), RANKED + 1)
    chosen = set(list({row["article_id"]: row for row in found.rows})[:RANKED])
    ordered = _rank(made, chosen, place, MOST_READ)

    def find_passed(ids: list[int]) -> list[int]:
        behind = {row["article_id"] for row in _rank(made, ids, place, len(ids))}
        return [one for one in ids if one in chosen and one not in behind]

    answers: list[ArticleHit] = []
    once = Once(made.conn, _answering(made), find_passed if place.rank is not None else None)
    last = None
    for batch in _batches(ordered, READ_AT_ONCE):
        verified = _verify_rows(made, batch)
        once.read(verified)
        for last in batch:
            number = last["article_id"]
            if number in verified and (story := once.first(number)):
                answers.append(replace(verified[number], story_id=story.story_id, outlets=story.outlets))
            if len(answers) == count:
                break
        if len(answers) == count:
            break
    ranked = len(found.rows) > RANKED or bool(found.reached)
    if last is None or (last is ordered[-1] and len(ordered) < MOST_READ):
        return _page(made, answers, "", ranked=ranked)
    end = SearchPlace(dated=last["dated"], number=last["article_id"], rank=last["rank"], now=made.asked.now)
    read_to = last["dated"] if len(answers) < count else None
    return _page(made, answers, _cursor(written, Order.BEST, end), read_to=read_to, ranked=ranked)


def _rank(made: Search, ids: Collection[int], place: SearchPlace, many: int) -> list[postgres.Row]:
    """The best of these articles behind a place of the ranking: at most `many`, each with its `rank`."""
    return postgres.query(
        made.conn,
        "search_ranked",
        ids=list(ids),
        of_joined=made.wanted and made.wanted.of_joined,
        now=made.asked.now,
        weights=list(policy.RANK_WEIGHTS),
        half_age=policy.HALF_AGE_SECONDS,
        last_rank=place.rank,
        last_dated=place.dated,
        last_id=place.number,
        count=many,
    )


def _is_more(made: Search, place: SearchPlace) -> bool:
    """Whether candidates follow behind a place, or may follow because the search for them stops before the end."""
    ahead = candidates.find(made, place, 1)
    return bool(ahead.rows or ahead.reached)


def _answering(made: Search) -> Callable[[list[int]], Collection[int]]:
    """A function that gets some articles and gives the numbers of the articles that answer."""
    return lambda ids: _verify_rows(made, [{"article_id": one} for one in ids])


def _before(made: Search, ids: list[int], place: SearchPlace) -> list[int]:
    """Which of these articles were on a page before this one, newest first."""
    return [
        row["id"]
        for row in postgres.query(made.conn, "articles_before", ids=ids, dated=place.dated, number=place.number)
    ]


def _page(
    made: Search, answers: Sequence[ArticleHit], after: str, *, read_to: datetime | None = None, ranked: bool = False
) -> ResultPage:
    return ResultPage(
        answers=answers, after=after, read_to=read_to, ranked=ranked, complete=search_index.complete(made.conn)
    )


def _verify_rows(made: Search, rows: Sequence[postgres.Row]) -> dict[int, ArticleHit]:
    """The candidates that answer the query, by their number."""
    found = {}
    for row in postgres.query(made.conn, "search_articles", ids=[row["article_id"] for row in rows]):
        scope = made.scopes.get(row["source"], NOWHERE)
        subject = QueriedArticle(
            title=row["title"],
            description=row["description"],
            text=row["text"],
            authors=row["authors"],
            source=row["source"],
            language=row["language"],
            country=scope.country,
            groups=scope.groups,
            dated=row["dated"],
            revised=row["revised"],
            removed=row["gone_at"] is not None,
            kinds=row["kinds"],
        )
        marks = evaluation.answer(made.asked, subject)
        if marks is not None:
            found[row["id"]] = ArticleHit(article=row, marks=marks)
    return found


def _batches(rows: Sequence[postgres.Row], many: int) -> Iterator[Sequence[postgres.Row]]:
    for begin in range(0, len(rows), many):
        yield rows[begin : begin + many]


def _cursor(written: str, order: Order, place: SearchPlace) -> str:
    said: dict[str, Any] = {"q": _of(written, order), "now": place.now and place.now.isoformat()}
    said |= {"at": place.dated and place.dated.isoformat(), "id": place.number}
    if place.rank is not None:
        said["rank"] = place.rank
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


def _read_cursor(after: str, written: str, order: Order) -> SearchPlace:
    if not after:
        return SearchPlace()
    try:
        said = json.loads(base64.b64decode(after + "=" * (-len(after) % 4), altchars=b"-_", validate=True))
        place = SearchPlace(
            dated=_moment(said["at"]),
            number=int(said.get("id", 0)),
            rank=float(said["rank"]) if "rank" in said else None,
            now=_moment(said["now"], YEARS),
        )
        mine = said["q"] == _of(written, order)
    except (binascii.Error, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        raise CursorError("This is no cursor: `after` takes the cursor that the page before gave.") from None
    if not mine or not math.isfinite(place.rank or 0.0) or not -(2**63) < place.number < 2**63:
        raise CursorError("This cursor is of another query or order: `after` only continues the same search.")
    return place


def _moment(written: str, years: Collection[int] = range(MINYEAR, MAXYEAR + 1)) -> datetime:
    """A moment of a cursor; ValueError if it is no moment, has no time zone, or is not in these years."""
    moment = datetime.fromisoformat(written)
    if moment.tzinfo is None or moment.year not in years:
        raise ValueError(written)
    return moment


def _of(written: str, order: Order) -> str:
    return sha256(f"{order} {written}".encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _explain_error(error: postgres.Error, patience: int) -> Exception:
    if error.pgcode != CANCELED:
        return error
    return CostlyError(
        f"This search would read too much of the archive, it was ended after {patience} seconds: "
        "narrow it by from: or source:, or ask for a rarer word."
    )
