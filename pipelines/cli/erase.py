"""`nightdesk erase`: removes an article from all stores for good, because it may not be kept."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.archive import erasure
from pipelines.archive.erasure import ErasureResult
from pipelines.cli.show import Json, as_json, say
from pipelines.errors import NightdeskError
from pipelines.settings import settings
from pipelines.stores import migrations, postgres


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("erase", rich_help_panel="The archive")(erase)


def erase(
    number: Annotated[int, typer.Argument(metavar="ID", help="The article's number.")],
    dry: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before it is done.")] = False,
    json: Json = False,
) -> None:
    """Erase an article for good: wordings, raw records, alerts; nothing from its address is ever stored again.

    After a kill, the same command continues.
    """
    current = settings()
    with postgres.connection(current, application="nightdesk erase") as conn:
        migrations.check_migrated(conn)
    if not (dry or yes):
        if json:
            raise NightdeskError("A program says --yes, or --dry-run.")
        _print(erasure.erase(current, number, dry=True), "would go")
        typer.confirm("Erase it for good?", abort=True)
    done = erasure.erase(current, number, dry=dry)
    if json:
        as_json(done)
    else:
        _print(done, "would go" if dry else "are erased")


def _print(done: ErasureResult, what: str) -> None:
    say(
        f"Article {done.id} of {done.source}: {done.wordings} wordings, {done.pages} pages in raw files, "
        f"{done.lists} answers of lists that tell of it, {done.lines} lines of article files and {done.alerts} alerts "
        f"{what}; {done.addresses} addresses stay in the ledger as a digest."
    )
    for sentence in done.stays:
        say(f"{sentence}.", "yellow")
    say("Exports, evidence files, dumps of the database and messages that were sent are not erased.", "dim")
