"""`nightdesk import`: brings pages that other people saved into the archive's stores; they alert nobody."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from pipelines.archive import page_import
from pipelines.archive.page_import import ImportReport
from pipelines.cli.show import Json, as_json, complain, counting, say, table
from pipelines.settings import settings
from pipelines.sources import folders
from pipelines.stores import migrations, postgres


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("import", rich_help_panel="The archive")(bring_in)


def bring_in(
    path: Annotated[
        Path, typer.Argument(metavar="FILE|URL-LIST|FOLDER", help="WARC files, or a file with an address on each line.")
    ],
    in_place: Annotated[
        bool, typer.Option("--in-place", help="Leave the files where they are, and point into them.")
    ] = False,
    json: Json = False,
) -> None:
    """Import pages of WARC files, or of a list of addresses, into the archive, marked as imported; nobody is told."""
    current = settings()
    followed, broken = folders.readable(current)
    for problem in broken:
        complain(str(problem))
    with postgres.connection(current, application="nightdesk import") as conn:
        migrations.check_migrated(conn)
    with counting("Importing", "pages", quiet=json) as on_pages:
        report = page_import.of_path(
            current, path, followed, in_place=in_place, processes=os.cpu_count() or 1, on_pages=on_pages
        )
    if json:
        as_json(report)
    else:
        _print(report)
    if report.failed:
        raise typer.Exit(1)


def _print(report: ImportReport) -> None:
    say(f"{report.pages:,} pages read, {sum(report.sources.values()):,} taken.")
    table(("source", "#pages"), sorted(report.sources.items()), empty="There was nothing new in it.")
    made = {name: report.counts.get(f"load {name}", 0) for name in ("new", "revised", "unchanged", "duplicate")}
    made["rejected"] = report.counts.get("extract rejected", 0)
    if report.sources:
        say(", ".join(f"{count:,} {name}" for name, count in made.items() if count) + ". Nobody is told of them.")
    if report.known:
        say(f"{report.known:,} pages are left out: the archive has a look as new, or the next crawl takes it.", "dim")
    if report.erased:
        say(f"{report.erased:,} pages are of addresses that were erased, and stay away.", "dim")
    if report.others:
        say(f"{report.others:,} answers hold no page: another status than 200, or no HTML.", "dim")
    for sentence in report.told:
        say(f"Not read: {sentence}.", "yellow")
    if report.bad > len(report.told):
        say(f"And {report.bad - len(report.told):,} more records that cannot be read.", "yellow")
    for sentence in report.failed:
        complain(sentence)
