"""Named lists of synonyms: spellings and names of one thing. Watches and searches use a list as `syn:name`.

A list is used only if a query names it. A query that only has a word of the list does not use the list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipelines.errors import WatchError
from pipelines.query import grammar
from pipelines.query.terms import checked_term
from pipelines.stores import postgres

NAME = re.compile(r"[^\W_][\w.-]{0,59}")
# A list has at most this many spellings. Chosen: each spelling is a term of the query, and a query may have 250 terms,
# which leaves room for two full lists.
MOST_SPELLINGS = 100


def make(name: str, spellings: Iterable[str]) -> tuple[str, list[str]]:
    """The stored form of a list; WatchError says what cannot be used."""
    name = name.lower()
    if not NAME.fullmatch(name):
        raise WatchError(f"{name!r} is no name for a list of synonyms: up to 60 letters, digits, dots and dashes.")
    parts = (" ".join(spelling.split()) for part in spellings for spelling in part.split("|"))
    given = list(dict.fromkeys(part for part in parts if part))
    if not given:
        raise WatchError(f"The list {name} has no spelling: give it at least one.")
    if len(given) > MOST_SPELLINGS:
        raise WatchError(f"The list {name} has {len(given)} spellings; {MOST_SPELLINGS} are the most.")
    checked_term(given, "clitics")
    return name, given


def keep(conn: postgres.Connection, name: str, spellings: Iterable[str]) -> None:
    """Store a list in place of the earlier one of that name, in the caller's transaction."""
    postgres.execute(conn, "keep_synonyms", list=name, spellings=list(spellings))


def remove(conn: postgres.Connection, name: str) -> None:
    """Remove a list; WatchError if no list has this name, or if a watch uses it."""
    rows = postgres.query(conn, "watches_with_synonyms", pattern=f"%syn:%{name}%")
    users = [row["name"] for row in rows if name in grammar.find_lists(row["query"])]
    if users:
        raise WatchError(f"The list {name} is used by the watch {', '.join(users)}: change that first.")
    if not postgres.execute(conn, "remove_synonyms", list=name):
        raise WatchError(f"There is no list of synonyms {name}; `nightdesk synonyms list` names them.")


def lists(conn: postgres.Connection) -> dict[str, list[str]]:
    """Every list, name -> its spellings."""
    return {row["name"]: row["spellings"] for row in postgres.query(conn, "all_synonyms")}
