"""`nightdesk hold`: protects articles and their raw files from retention until they are released."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.archive import holds
from pipelines.cli.show import Json, as_json, say, table
from pipelines.errors import NightdeskError
from pipelines.settings import settings
from pipelines.sources import folders
from pipelines.stores import migrations, postgres


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("hold", rich_help_panel="The archive")(hold)


def hold(
    asked: Annotated[
        list[str] | None, typer.Argument(metavar="[ID|QUERY]...", help="An article's number, or a query.")
    ] = None,
    why: Annotated[str, typer.Option("--why", help="What it is held for, for those who come later.")] = "",
    release: Annotated[int, typer.Option("--release", metavar="HOLD", help="Let go of this hold.")] = 0,
    json: Json = False,
) -> None:
    """Protect articles and their raw files from retention; without an argument, list the holds."""
    current = settings()
    if asked and release:
        raise NightdeskError("Hold something or --release a hold: these are two things.")
    with postgres.connection(current) as conn:
        migrations.check_migrated(conn)
        if release:
            with conn:
                holds.release(conn, release)
            say(f"Hold {release} is released.")
            return
        if asked:
            with conn:
                made = holds.hold(conn, " ".join(asked), why, folders.scopes(current))
            if json:
                as_json(made)
            else:
                say(f"Hold {made['id']}: {made['articles']:,} article(s).")
                say(f"`nightdesk hold --release {made['id']}` ends it.", "dim")
            return
        rows = holds.list_holds(conn)
    if json:
        as_json(rows)
        return
    table(
        ("#hold", "since", "#articles", "asked", "why"),
        ((row["id"], row["held_at"], row["articles"], row["asked"], row["why"]) for row in rows),
        empty="Nothing is held.",
    )
