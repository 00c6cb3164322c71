"""`nightdesk export`: the archive, or what a query finds in it, as a folder of files that other programs read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines.archive import coverage, export
from pipelines.archive.export import PART_ROWS, Asked
from pipelines.archive.parts import Format
from pipelines.cli import completion, known
from pipelines.cli.show import Json, as_json, complain, counting, say
from pipelines.errors import NightdeskError
from pipelines.query import dating
from pipelines.query.dating import Moment
from pipelines.query.grammar import Between
from pipelines.settings import settings
from pipelines.sources import folders
from pipelines.stores import postgres


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("export", rich_help_panel="The archive")(export_archive)


Sources = Annotated[
    list[str] | None,
    typer.Option("--source", help="Only of this source; may be repeated.", autocompletion=completion.sources),
]
Since = Annotated[str, typer.Option("--from", metavar="DAY", help=f"From this day on: {dating.FORMS}.")]
Until = Annotated[str, typer.Option("--to", metavar="DAY", help="Up to the end of this day.")]


def between(since: str, until: str) -> Between | None:
    """The days of --from and --to; NightdeskError where one is none."""
    moments: list[Moment | None] = []
    for option, written in (("--from", since), ("--to", until)):
        moments.append(dating.read(written, end=option == "--to") if written else None)
        if written and moments[-1] is None:
            raise NightdeskError(f"{option} {written} is no day; write {dating.FORMS}.")
    return Between(since=moments[0], until=moments[1]) if any(moments) else None


def export_archive(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder, or one to go on with.")],
    query: Annotated[str, typer.Option("--query", help="Only what this finds; docs/queries.md.")] = "",
    source: Sources = None,
    since: Since = "",
    until: Until = "",
    form: Annotated[Format, typer.Option("--format", help="What the parts are.")] = Format.PARQUET,
    part_rows: Annotated[int, typer.Option("--part", min=1, help="Articles in one part.")] = PART_ROWS,
    json: Json = False,
) -> None:
    """Write articles as Parquet, CSV or JSON Lines into a folder, with a coverage card; killed, it goes on."""
    current = settings()
    followed, broken = folders.readable(current)
    for problem in broken:
        complain(str(problem))
    asked = Asked(form=form, query=query, sources=tuple(source or ()), since=since, until=until)
    days = between(since, until)
    with postgres.connection(current, application="nightdesk export") as conn:
        postgres.check_migrated(conn)
        known.check(current, conn, source or ())
        with counting("Exporting", "articles", quiet=json) as on_articles:
            note = export.export(
                conn,
                folder,
                asked,
                days,
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
    say(f"What they cover, and what is missing: {folder / coverage.PAGE}")
