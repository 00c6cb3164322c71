"""ledger: shows how every URL of a run ended, and whether the stores agree on it."""

from __future__ import annotations

import csv as csv_format
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from pipelines import urls
from pipelines.archive import export_formats, import_input
from pipelines.cli import completion, typed_names
from pipelines.cli.show import Json, as_json, say, table
from pipelines.codes import Retirement, RunState
from pipelines.crawl import ledger as url_ledger
from pipelines.crawl import url_account
from pipelines.crawl.url_account import Difference
from pipelines.settings import Settings, settings
from pipelines.sources import folders
from pipelines.stores import migrations, postgres, runs

# At most this many differences are printed; --json has all. Chosen: they fill some screens.
MOST_SHOWN = 200
# A load in one of these states has read the article files.
LOADED = (RunState.DONE, RunState.FAILED)


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("ledger", rich_help_panel="Evidence")(ledger)


def ledger(
    source: Annotated[
        str, typer.Argument(metavar="[SOURCE]", help="Only of this source.", autocompletion=completion.sources)
    ] = "",
    run: Annotated[
        str, typer.Option("--run", metavar="KEY", help="A run; the newest else.", autocompletion=completion.run_keys)
    ] = "",
    json: Json = False,
    csv: Annotated[bool, typer.Option("--csv", help="A line for each URL.")] = False,
) -> None:
    """Show how every URL ended that a run discovered, and whether the stores agree; exit 1 if they do not."""
    current = settings()
    with postgres.connection(current, application="nightdesk ledger") as conn:
        migrations.check_migrated(conn)
        if source:
            typed_names.check(current, conn, [source])
        if run:
            typed_names.check_run(conn, run)
        key = run or next((row["run"] for row in runs.latest(conn, 1)), "")
        if csv:
            _as_csv(conn, key, source)
            return
        ends = url_ledger.ends_of_run(conn, key, source)
        found, unread = _differences(current, conn, key, source)
        retired = [row for row in url_ledger.retired_of_run(conn, key) if source in ("", row["source"])]
    if json:
        as_json({"run": key, "ends": ends, "differences": found, "not_compared": unread, "retired": retired})
    else:
        for row in retired:
            told = f"{row['count']:,} fetches" if row["what"] == Retirement.LEDGER else row["what"]
            say(f"{row['source']}: retention took {told} away on {row['retired_at']:%Y-%m-%d}, {row['why']}.", "dim")
        _print_ledger(key, ends, found, unread)
    if found:
        raise typer.Exit(1)


def _differences(
    current: Settings, conn: postgres.Connection, run: str, source: str
) -> tuple[list[Difference], list[str]]:
    """The differences between the stores of a run, and the sources that cannot be compared, with the reason."""
    followed = {one.name: one for one in (import_input.stranger(), *folders.readable(current)[0])}
    found: list[Difference] = []
    unread: list[str] = []
    for name in sorted({tally.source for tally in runs.tallies(conn, run) if tally.source}):
        if source and name != source:
            continue
        if name not in followed:
            unread.append(f"{name} is not followed any more, so its lists cannot be read again")
        elif url_account.is_due(stages := runs.stages(conn, run, name)) and stages.get("load") in LOADED:
            found += url_account.differences(current, conn, followed[name], run)
        else:
            unread.append(f"{name} has not ended in this run: `nightdesk status --run {run}` shows why")
    conn.rollback()
    return found, unread


def _print_ledger(run: str, ends: Sequence[postgres.Row], found: Sequence[Difference], unread: Sequence[str]) -> None:
    columns = ("source", "kind", "state", "code", "urls")
    shown = ("source", "kind", "state", "why", "#urls")
    table(shown, ([row[name] for name in columns] for row in ends), empty=f"The run {run} discovered no URL.")
    for one in found[:MOST_SHOWN]:
        say(f"{one.source}: {urls.readable(one.url)}: {one.side.means} ({one.detail}).", "red")
    if len(found) > MOST_SHOWN:
        say(f"And {len(found) - MOST_SHOWN:,} more; --json has all.", "red")
    for sentence in unread:
        say(f"Not compared: {sentence}.", "yellow")
    if not found and not unread:
        say("Lists, raw files, article files and database agree on every URL of this run.", "green")


def _as_csv(conn: postgres.Connection, run: str, source: str) -> None:
    """Print a head and a line for each URL."""
    writer = csv_format.writer(sys.stdout, lineterminator="\n")
    for number, row in enumerate(url_ledger.urls_of_run(conn, run, source)):
        if not number:
            writer.writerow(row)
        writer.writerow(export_formats.harmless(value) if isinstance(value, str) else value for value in row.values())
