"""`nightdesk watch try`: shows the alerts that a watch would have sent, before anybody gets one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.text import Text

from pipelines.alert import synonyms, watches
from pipelines.alert.watches import Watch
from pipelines.archive import passages, watch_trial
from pipelines.archive.watch_trial import FoundArticle, TriedQuery
from pipelines.cli import completion, typed_names
from pipelines.cli.search import show_pieces
from pipelines.cli.show import Json, as_json, out, say, table
from pipelines.query.grammar import Node
from pipelines.settings import settings
from pipelines.sources import folders
from pipelines.stores import migrations, postgres

# This is the indent of a story's further lines: ten columns, as wide as the article's number with its blanks.
INDENT = "          "
# BAR_COLUMNS: the longest bar has this many columns. Chosen: it fits a narrow terminal. MOST_DAYS: a trial covers at
# most this many days (`--days`). Chosen: nobody asks about more than a year.
BAR_COLUMNS = 40
MOST_DAYS = 366
# By default a trial covers this many days and shows this many stories. Chosen: the days are a month, and the stories
# fill a screen.
DAYS, SHOWN = 30, 10
# At most this many terms are named: those that most articles have. Chosen: these cause most of the unwanted alerts.
MOST_TERMS = 10


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("try")(try_watch)


def try_watch(
    name: Annotated[str, typer.Argument(metavar="NAME|QUERY", autocompletion=completion.watches)],
    days: Annotated[int, typer.Option("--days", min=1, max=MOST_DAYS, help="How far to look back.")] = DAYS,
    many: Annotated[int, typer.Option("-n", min=0, help="How many stories to show.")] = SHOWN,
    json: Json = False,
) -> None:
    """Show the alerts that a watch or a query would have sent: how many, of what, on which days, by which terms."""
    current = settings()
    scopes = folders.scopes(current)
    with postgres.connection(current) as conn, conn:
        migrations.check_migrated(conn)
        watch, node = _asked_for(conn, name)
        typed_names.check_scope(current, conn, node)
        found = watch_trial.try_watch(conn, watch, node, days, scopes=scopes)
    if json:
        as_json(_record(found, many))
        return
    _print(found, many)


def _asked_for(conn: postgres.Connection, name: str) -> tuple[Watch, Node]:
    """The watch called `name`, or if there is none, a watch whose query is `name`; and its query as a node."""
    lists = synonyms.lists(conn)
    watch = next((one for one in watches.all_watches(conn) if one.name == name), None)
    if watch:
        return watch, watches.node(watch, lists)
    return Watch(name="tried", query=name), watches.parse_query(name, lists)


def _print(found: TriedQuery, many: int) -> None:
    stories, alerts = len(found.found), sum(found.alerts.values())
    days = "the last day" if found.days == 1 else f"the last {found.days} days"
    say(f"In {days} it would have told of {stories:,} {'story' if stories == 1 else 'stories'} in {alerts:,} "
        f"{'alert' if alerts == 1 else 'alerts'}.", "bold")  # fmt: skip
    if found.listed:
        why = ", ".join(f"{count:,} {quiet}" for quiet, count in found.listed.most_common())
        say(f"Listed only, and told to nobody: {why}.")
    if found.more:
        say(f"More than {watch_trial.MOST_READ:,} articles answer it; these are the first of them.", "yellow")
    if not stories:
        return
    _chart(found)
    rows = [(term, count, found.alone[term]) for term, count in found.terms.most_common(MOST_TERMS)]
    table(("term", "#articles", "#it alone"), rows, title="What brings most")
    for one in found.found[:many]:
        _story(one)
    if stories > many:
        say(f"… and {stories - many:,} more; -n shows them.", "dim")


def _chart(found: TriedQuery) -> None:
    """Print a bar for each day since the first day with an alert."""
    most, last = max(found.alerts.values()), datetime.now(UTC).date()
    day = min(found.alerts)
    while day <= last:
        count = found.alerts[day]
        bar = "█" * max(bool(count), round(BAR_COLUMNS * count / most))
        out.print(Text(f"{day:%a %Y-%m-%d} {count:>5,} {bar}"), soft_wrap=True)
        day += timedelta(days=1)


def _story(one: FoundArticle) -> None:
    again = f"  {one.alerts} alerts" if one.alerts > 1 else ""
    out.print(
        Text(f"{one.id:>8}  {one.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC  {one.source}{again}", "dim"), soft_wrap=True
    )
    places = {name: [(mark.start, mark.end) for mark in one.marks if mark.field == name] for name in one.fields}
    out.print(Text(INDENT) + show_pieces(passages.whole(one.fields["title"], places["title"]), "bold"), soft_wrap=True)
    for name in ("description", "text"):
        for passage in passages.passages(one.fields[name], places[name]):
            out.print(Text(INDENT) + show_pieces(passage), soft_wrap=True)


def _record(found: TriedQuery, many: int) -> dict[str, object]:
    return {
        "days": found.days,
        "stories": len(found.found),
        "alerts": sum(found.alerts.values()),
        "listed": dict(found.listed),
        "more": found.more,
        "per_day": {day.isoformat(): count for day, count in sorted(found.alerts.items())},
        "terms": [{"term": t, "articles": n, "alone": found.alone[t]} for t, n in found.terms.most_common()],
        "newest": [
            {
                **{key: getattr(one, key) for key in ("id", "source", "url", "at", "alerts")},
                "title": one.fields["title"],
                "marks": [{"field": mark.field, "start": mark.start, "end": mark.end} for mark in one.marks],
            }
            for one in found.found[:many]
        ],
    }
