"""A walk through the archive: every article that answers a query, however many there are, in the order of the articles'
numbers.

A search reads as little as possible for one page of its results. A walk reads everything once, and never has more than
some hundred whole articles in memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from pipelines.archive import search_statements
from pipelines.load import search_index
from pipelines.query import evaluation, grammar
from pipelines.query.evaluation import QueriedArticle
from pipelines.query.grammar import DateFilter, Every, Field, FieldFilter, Node
from pipelines.query.selection import NOWHERE, Scopes, Selection
from pipelines.stores import postgres

# At most this many articles are in memory at one time. Each usually takes three kilobytes, a few hundred kilobytes at
# most.
AT_ONCE = 500
# At most this many articles are in memory at one time if only the fields COUNTED are read; each takes some hundred
# bytes.
COUNTED_AT_ONCE = 5_000
# FIELDS are the fields of an article, in this order. The statement `walk_articles` has the same columns, and two
# more that a query may ask for: the kinds of the article's changes, and whether it has several wordings.
FIELDS = (  # noqa: SIM905
    "id source url canonical_url title description text authors language dated published_at published_precision "
    "published_from modified_at image tags section words revision first_run first_fetched_at fetched_at seen_at "
    "gone_at page_sha256 extractor"
).split()
Told = tuple[Any, ...]
# An export first walks with these fields only, to cut the articles into parts and to count them.
COUNTED = ("id", "source", "dated", "language", "extractor")


def compose_query(
    query: str = "",
    sources: Sequence[str] = (),
    between: DateFilter | None = None,
    synonyms: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> Node | None:
    """The request as one query; None for the complete archive. QueryError if it cannot be read."""
    parts: list[Node] = [grammar.parse(query, synonyms)] if query.strip() else []
    if sources:
        parts.append(FieldFilter(Field.SOURCE, tuple(sources)))
    if between:
        parts.append(between)
    return None if not parts else parts[0] if len(parts) == 1 else Every(tuple(parts))


def end(conn: postgres.Connection) -> int:
    """The number of the newest article."""
    return int((postgres.row(conn, "walk_end") or {"number": 0})["number"])


def articles(
    conn: postgres.Connection,
    node: Node | None,
    now: datetime,
    *,
    after: int = 0,
    last: int,
    scopes: Scopes | None = None,
    fields: Sequence[str] = FIELDS,
) -> Iterator[list[Told]]:
    """The articles that answer, in groups; each article is a tuple in the order of `fields`. Works within the caller's
    transaction.

    after: the walk begins after the article of this number.
    last: the number of the last possible article.
    fields: the names from FIELDS that the caller wants. The fields that the query needs are read in any case.
    """
    made = search_statements.begin(conn, node, now, scopes or {}) if node is not None else None
    # The index names too few articles until it is complete. Until then all articles are read.
    named = made.wanted if made and made.named and search_index.complete(conn) else None
    judged = made if made and made.selected.rest is not None else None
    rows = postgres.stream(
        conn,
        "walk_articles",
        at_once=AT_ONCE if judged or "text" in fields else COUNTED_AT_ONCE,
        columns="" if judged else ", ".join(fields),
        after=after,
        last=last,
        **search_statements.bind_filters(made.selected if made else Selection()),
        **search_statements.bind_words(named),
    )
    if judged is None:
        yield from rows
        return
    places = [FIELDS.index(name) for name in fields]
    for some in rows:
        if answers := [tuple(row[place] for place in places) for row in some if _answers(judged, row)]:
            yield answers


def _answers(made: search_statements.Search, row: Told) -> bool:
    told = dict(zip((*FIELDS, "kinds", "revised"), row, strict=True))
    scope = made.scopes.get(told["source"], NOWHERE)
    subject = QueriedArticle(
        **{name: told[name] for name in ("title", "description", "text", "authors", "source", "language", "dated")},
        country=scope.country,
        groups=scope.groups,
        revised=told["revised"],
        removed=told["gone_at"] is not None,
        kinds=told["kinds"],
    )
    return evaluation.answer(made.asked, subject) is not None
