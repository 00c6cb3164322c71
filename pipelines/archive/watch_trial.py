"""The alerts that a watch would have sent in the last days, from a search of the archive and the changes of the found
articles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from pipelines.alert.watches import Watch
from pipelines.archive import walk
from pipelines.codes import Quiet
from pipelines.query import evaluation
from pipelines.query.day_spans import Moment
from pipelines.query.evaluation import Mark, QueriedArticle
from pipelines.query.grammar import DateFilter, Every, Node
from pipelines.query.selection import NOWHERE, Scopes
from pipelines.stores import postgres

# A trial stops soon after it has found this many articles. Chosen: nobody wants a watch that finds more, and to read
# them takes a few seconds.
MOST_READ = 5_000


@dataclass(frozen=True, kw_only=True)
class FoundArticle:
    """An article that would have caused alerts: the number of the alerts, and the places of the words."""

    id: int
    source: str
    url: str
    at: datetime
    alerts: int
    fields: Mapping[str, str]
    marks: Sequence[Mark]


@dataclass(kw_only=True)
class TriedQuery:
    """The alerts that the watch would have sent, by day.

    terms: how many articles have each term. alone: how many articles have this term and no other. listed: how many
    changes would have alerted nobody and only been listed, by the reason (`Quiet`). more: whether the trial stopped at
    MOST_READ, so that there may be more.
    """

    days: int
    found: list[FoundArticle] = field(default_factory=list)
    alerts: Counter[date] = field(default_factory=Counter)
    listed: Counter[str] = field(default_factory=Counter)
    terms: Counter[str] = field(default_factory=Counter)
    alone: Counter[str] = field(default_factory=Counter)
    more: bool = False


def try_watch(
    conn: postgres.Connection, watch: Watch, node: Node, days: int, *, scopes: Scopes, now: datetime | None = None
) -> TriedQuery:
    """What a watch with this query would have sent in the last `days` days, newest first.

    Each article counts in its newest version, and each of its changes as an alert. Works within the caller's
    transaction.
    """
    now = now or datetime.now(UTC)
    tried, since = TriedQuery(days=days), now - timedelta(days=days)
    within = Every((node, DateFilter(since=Moment(back=timedelta(days=days)))))
    for some in walk.articles(conn, within, now, last=walk.end(conn), scopes=scopes):
        for row in some:
            _take(tried, watch, node, dict(zip(walk.FIELDS, row, strict=True)), scopes)
        tried.more = len(tried.found) > MOST_READ
        if tried.more:
            break
    _count_alerts(conn, tried, watch, since)
    return tried


def _take(tried: TriedQuery, watch: Watch, node: Node, told: Mapping[str, object], scopes: Scopes) -> None:
    subject_fields = ("title", "description", "text", "authors", "source", "language", "dated")
    source, language = str(told["source"]), str(told["language"]).split("-")[0].lower()
    if (watch.sources and source not in watch.sources) or (watch.languages and language not in ("", *watch.languages)):
        return
    scope = scopes.get(source, NOWHERE)
    of_source = {"country": scope.country, "groups": scope.groups}
    lookup = evaluation.read_article(QueriedArticle(**{name: told[name] for name in subject_fields}, **of_source))  # type: ignore[arg-type]
    hits = evaluation.places(node, lookup) or []
    terms = {hit.term.written for hit in hits}
    tried.terms.update(terms)
    if len(terms) == 1:
        tried.alone.update(terms)
    tried.found.append(
        FoundArticle(
            id=int(str(told["id"])),
            source=source,
            url=str(told["url"]),
            at=told["first_fetched_at"],  # type: ignore[arg-type]
            alerts=0,
            fields=lookup.reading.fields,
            marks=evaluation.join_hits(hits),
        )
    )


def _count_alerts(conn: postgres.Connection, tried: TriedQuery, watch: Watch, since: datetime) -> None:
    """Keep the articles with a change that would have been alerted, each with the number of its alerts, newest
    first."""
    alerts: Counter[int] = Counter()
    for row in postgres.query(conn, "changes_of_articles", ids=[one.id for one in tried.found], since=since):
        if row["kind"] not in watch.kinds:
            continue
        if row["quiet"] != Quiet.NONE:
            tried.listed[row["quiet"]] += 1
            continue
        alerts[row["article_id"]] += 1
        tried.alerts[row["at"].astimezone(UTC).date()] += 1
    kept = [one for one in tried.found if alerts[one.id]]
    tried.found = [
        replace(one, alerts=alerts[one.id]) for one in sorted(kept, key=lambda one: (one.at, one.id), reverse=True)
    ]
