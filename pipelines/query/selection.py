"""The part of a query that Postgres answers by itself: the filters that apply to the complete query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pipelines.errors import NightdeskError
from pipelines.query import day_spans
from pipelines.query.day_spans import Moment
from pipelines.query.grammar import DateFilter, Every, Field, FieldFilter, Node, Standing, Without


@dataclass(frozen=True, slots=True)
class Scope:
    """The properties of a source, besides its name, that a query may use."""

    country: str = ""
    groups: Sequence[str] = ()


NOWHERE = Scope()
# Scopes has, for each source, the properties that a query may use.
Scopes = Mapping[str, Scope]


@dataclass(frozen=True, kw_only=True)
class Selection:
    """The filters of a query that Postgres answers. A field is None if the query has no such filter.

    rest: the rest of the query; None if nothing is left.

    kind: the kind of a change that the article must have had.
    """

    sources: frozenset[str] | None = None
    not_sources: frozenset[str] = frozenset()
    languages: frozenset[str] | None = None
    since: datetime | None = None
    until: datetime | None = None
    revised: bool | None = None
    removed: bool | None = None
    kind: str | None = None
    rest: Node | None = None


def between(since: str, until: str, from_name: str, to_name: str) -> DateFilter | None:
    """The days that somebody wrote into two fields; None if both are empty. NightdeskError names a field that holds no
    day.
    """
    moments: list[Moment | None] = []
    for name, written in ((from_name, since), (to_name, until)):
        moments.append(day_spans.read(written, end=name == to_name) if written else None)
        if written and moments[-1] is None:
            raise NightdeskError(f"{name} {written} is no day; write {day_spans.FORMS}.")
    return DateFilter(since=moments[0], until=moments[1]) if any(moments) else None


def select(node: Node, now: datetime, scopes: Scopes) -> Selection:
    """The filters of a query. A filter for a country or group becomes a filter for the sources of this country or
    group."""
    made = Selection()
    rest: list[Node] = []
    for part in node.parts if isinstance(node, Every) else (node,):
        taken = _add_filter(made, part, now, scopes)
        if taken is None:
            rest.append(part)
        else:
            made = taken
    return replace(made, rest=None if not rest else rest[0] if len(rest) == 1 else Every(tuple(rest)))


def _add_filter(made: Selection, part: Node, now: datetime, scopes: Scopes) -> Selection | None:
    """The selection with one more filter; None if Postgres cannot answer the part."""
    if isinstance(part, DateFilter):
        since = [made.since, part.since and part.since.seen_from(now)]
        until = [made.until, part.until and part.until.seen_from(now)]
        return replace(
            made,
            since=max((at for at in since if at), default=None),
            until=min((at for at in until if at), default=None),
        )
    if isinstance(part, Without):
        named = _sources(part.part, scopes)
        return None if named is None else replace(made, not_sources=made.not_sources | named)
    if not isinstance(part, FieldFilter):
        return None
    named = _sources(part, scopes)
    if named is not None:
        return replace(made, sources=named if made.sources is None else made.sources & named)
    if part.field == Field.LANGUAGE:
        codes = frozenset(part.values)
        return replace(made, languages=codes if made.languages is None else made.languages & codes)
    if part.field == Field.STATE and len(part.values) == 1:
        standing = Standing(part.values[0])
        if standing in (Standing.REVISED, Standing.REMOVED):
            return replace(made, **{standing.value: True})  # type: ignore[arg-type]
        return replace(made, kind=standing.value) if made.kind in (None, standing) else None
    return None


def _sources(part: Node, scopes: Scopes) -> frozenset[str] | None:
    if isinstance(part, FieldFilter) and part.field == Field.SOURCE:
        return frozenset(part.values)
    if isinstance(part, FieldFilter) and part.field in (Field.COUNTRY, Field.GROUP):
        return frozenset(
            name
            for name, scope in scopes.items()
            if set(part.values) & ({scope.country} if part.field == Field.COUNTRY else set(scope.groups))
        )
    return None
