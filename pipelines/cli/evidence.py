"""Evidence: what is in the raw store, whether it is as it was written, and where every URL ended."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.archive import verify
from pipelines.cli import completion, known
from pipelines.cli.show import Json, as_json, progress, say
from pipelines.settings import settings
from pipelines.stores import postgres, runs

# Lines of damage that are printed; --json has all. Chosen: some screens.
MOST_SHOWN = 200
PANEL = "Evidence"
MB_BYTES = 1_000_000


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("verify", rich_help_panel=PANEL)(verify_raw)


def verify_raw(
    source: Annotated[
        str, typer.Argument(metavar="[SOURCE]", help="Only of this source.", autocompletion=completion.sources)
    ] = "",
    run: Annotated[
        str, typer.Option("--run", metavar="KEY", help="Only of this run.", autocompletion=completion.run_keys)
    ] = "",
    records: Annotated[bool, typer.Option("--records", help="Every record as well, not the files alone.")] = False,
    json: Json = False,
) -> None:
    """Read the raw files again and name what is not as it was written: files, records, the chain that binds them."""
    current = settings()
    with postgres.connection(current, application="nightdesk verify") as conn:
        postgres.check_migrated(conn)
        if source:
            known.check(current, conn, [source])
        if run:
            runs.check_key(run)
        told = None if json else progress
        made = verify.verify(
            current, conn, source=source, run=run, records=records, on_file=told or (lambda name: None)
        )
    if json:
        shown = {"damage": made.damage, "notes": made.told, "chains": made.heads}
        as_json({"files": made.files, "bytes": made.bytes, "records": made.records, **shown})
    else:
        _print(made)
    if made.damage:
        raise typer.Exit(1)


def _print(made: verify.Report) -> None:
    for found in made.damage[:MOST_SHOWN]:
        at = f", byte {found.offset}" if found.offset is not None else ""
        about = ": ".join(filter(None, (found.detail or found.finding.means, found.url)))
        say(f"{found.finding}: {found.file}{at}: {about}", "red")
    if len(made.damage) > MOST_SHOWN:
        say(f"And {len(made.damage) - MOST_SHOWN:,} more; --json has all.", "red")
    if not made.damage:
        say("Every file that was read is as it was written.", "green")
    for finding, count in made.notes.items():
        say(f"{count:,} {finding}: {finding.means}.", "dim")
    read = f"Read {made.files:,} files, {made.bytes / MB_BYTES:,.1f} MB"
    say(f"{read}, {made.records:,} records." if made.records else f"{read}.")
    for head in made.heads:
        say(f"Chain of {head.folder}: line {head.number}, {head.digest}, since {head.since}.", "dim")
