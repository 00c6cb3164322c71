"""`nightdesk export`: writes the archive, or the matches of a query, to a folder of files for other programs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from pipelines.archive import coverage_card, export
from pipelines.archive.export import PART_ROWS, ExportRequest
from pipelines.archive.export_formats import Format
from pipelines.cli import completion, days, typed_names
from pipelines.cli.show import Json, as_json, complain, counting, say
from pipelines.errors import NightdeskError
from pipelines.settings import settings
from pipelines.sources import folders
from pipelines.stores import migrations, postgres

# ADDRESS finds an address by one slash, because a `Path` drops one of the two slashes after the colon.
ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,20}:/")


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("export", rich_help_panel="The archive")(export_archive)


Sources = Annotated[
    list[str] | None,
    typer.Option("--source", help="Only of this source; may be repeated.", autocompletion=completion.sources),
]


def export_archive(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder, or one to go on with.")],
    query: Annotated[str, typer.Option("--query", help="Only what this finds; docs/queries.md.")] = "",
    source: Sources = None,
    since: days.Since = "",
    until: days.Until = "",
    form: Annotated[Format, typer.Option("--format", help="What the parts are.")] = Format.PARQUET,
    part_rows: Annotated[int, typer.Option("--part", min=1, help="Articles in one part.")] = PART_ROWS,
    json: Json = False,
) -> None:
    """Write articles as Parquet, CSV or JSON Lines to a folder, with a coverage card; after a kill, it continues."""
    if ADDRESS.match(str(folder)):
        raise NightdeskError(f"{folder} is no folder of this machine: export to one, and copy it from there.")
    current = settings()
    followed, broken = folders.readable(current)
    for problem in broken:
        complain(str(problem))
    asked = ExportRequest(form=form, query=query, sources=tuple(source or ()), since=since, until=until)
    limits = days.between(since, until)
    with postgres.connection(current, application="nightdesk export") as conn:
        migrations.check_migrated(conn)
        typed_names.check(current, conn, source or ())
        with counting("Exporting", "articles", quiet=json) as on_articles:
            note = export.export(
                conn,
                folder,
                asked,
                limits,
                scopes=folders.scopes_of(followed),
                titles={one.name: one.title for one in followed},
                part_rows=part_rows,
                on_articles=on_articles,
            )
    if json:
        as_json({"folder": str(folder), "articles": note.articles, "parts": note.parts, "ended_at": note.ended_at})
        return
    parts = "1 part" if len(note.parts) == 1 else f"{len(note.parts):,} parts"
    say(f"{note.articles:,} articles in {parts} ({form}) in {folder}.")
    say(f"What they cover, and what is missing: {folder / coverage_card.PAGE}")
