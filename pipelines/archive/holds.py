"""Holds: retention leaves held articles and their pages alone, whatever their age, until somebody releases them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from pipelines.alert import synonyms
from pipelines.archive import walk
from pipelines.errors import HoldError, NightdeskError
from pipelines.query import grammar
from pipelines.query.selection import Scopes
from pipelines.stores import postgres


def hold(conn: postgres.Connection, asked: str, why: str, scopes: Scopes) -> postgres.Row:
    """Hold the article with this number, or all articles that answer this query now. Articles that are stored later are
    not held. Gives the hold: `id`, `articles` (how many).

    `hold` and `release` work within the caller's transaction. HoldError if there is no such article.
    """
    made = postgres.row(conn, "hold_make", asked=asked, why=why) or {}
    articles = 0
    for ids in _find_articles(conn, asked, scopes):
        articles += postgres.execute(conn, "hold_articles", hold=made["id"], ids=ids)
    if not articles:
        raise HoldError(f"Nothing in the archive answers {asked}.")
    return {"id": made["id"], "articles": articles}


def hold_handed_over(conn: postgres.Connection, numbers: Sequence[int], asked: str, file: str) -> int:
    """Hold the articles of a file of evidence; gives the number of the hold.

    If the same articles were handed over as the same file before, the hold of that time is used. NightdeskError if one
    of these articles does not exist.
    """
    why = f"handed over as {file}"
    with conn:
        postgres.query(conn, "lock_holds")
        known = postgres.row(conn, "hold_known", asked=asked, why=why) or postgres.row(
            conn, "hold_make", asked=asked, why=why
        )
        number = int(known["id"]) if known else 0
        postgres.execute(conn, "hold_articles", hold=number, ids=list(numbers))
        lacking = postgres.row(conn, "hold_lacking", hold=number, ids=list(numbers))
        if lacking:
            raise NightdeskError(f"There is no article {lacking['id']}; `nightdesk articles` lists the latest.")
    return number


def list_holds(conn: postgres.Connection) -> list[postgres.Row]:
    """Every hold: id, asked, why, held_at, articles; oldest first."""
    return postgres.query(conn, "hold_list")


def release(conn: postgres.Connection, number: int) -> None:
    """End a hold. Articles that are in another hold too stay held. HoldError if there is no such hold."""
    if not postgres.execute(conn, "hold_release", id=number):
        raise HoldError(f"There is no hold {number}; `nightdesk hold` lists them.")


def _find_articles(conn: postgres.Connection, asked: str, scopes: Scopes) -> Iterator[list[int]]:
    if asked.isdecimal():
        if int(asked) <= postgres.LARGEST_NUMBER:
            yield [int(asked)]
        return
    node = grammar.parse(asked, synonyms.lists(conn))
    for some in walk.articles(conn, node, datetime.now(UTC), last=walk.end(conn), scopes=scopes, fields=("id",)):
        yield [number for (number,) in some]
