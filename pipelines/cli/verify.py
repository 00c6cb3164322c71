"""verify: checks whether the raw store is unchanged since it was written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from pipelines.archive import verify
from pipelines.cli import completion, typed_names
from pipelines.cli.show import Json, as_json, quiet_if, say
from pipelines.settings import Settings, settings
from pipelines.stores import anchors, migrations, postgres, runs, timestamps

# At most this many lines of damage are printed; --json has all. Chosen: they fill some screens.
MOST_SHOWN = 200
MB_BYTES = 1_000_000


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("verify", rich_help_panel="Evidence")(verify_raw)


def verify_raw(
    source: Annotated[
        str, typer.Argument(metavar="[SOURCE]", help="Only of this source.", autocompletion=completion.sources)
    ] = "",
    run: Annotated[
        str, typer.Option("--run", metavar="KEY", help="Only of this run.", autocompletion=completion.run_keys)
    ] = "",
    records: Annotated[bool, typer.Option("--records", help="Every record as well, not the files alone.")] = False,
    kept: Annotated[
        Path | None, typer.Option("--kept", metavar="FILE", help="Digests of chains that were kept elsewhere.")
    ] = None,
    json: Json = False,
) -> None:
    """Read the raw files again and name all changes since they were written: in files, records and their chain."""
    current = settings()
    with postgres.connection(current, application="nightdesk verify") as conn:
        migrations.check_migrated(conn)
        if source:
            typed_names.check(current, conn, [source])
        if run:
            runs.check_key(run)
        stamps, stamped = timestamps.check(current)
        digests = [*_read_anchors(current, kept), *stamped]
        made = verify.verify(
            current, conn, source=source, run=run, records=records, kept=digests, on_file=quiet_if(json)
        )
    if json:
        shown = {"damage": made.damage, "notes": made.told, "chains": made.heads, "stamps": stamps}
        as_json({"files": made.files, "bytes": made.bytes, "records": made.records, **shown})
    else:
        _print(made)
        _print_stamps(stamps)
        if not current.timestamp_ca and (count := len(timestamps.stamps(current))):
            say(f"{count:,} time stamps are not checked: NIGHTDESK_TIMESTAMP_CA names no certificates.", "yellow")
    if made.damage or any(one.problem for one in stamps):
        raise typer.Exit(1)


def _read_anchors(current: Settings, file: Path | None) -> list[tuple[str, int, str]]:
    """The digests that are kept elsewhere: in this file, and in the file that the settings name, if upkeep has written
    it."""
    ours = Path(current.chain_file) if current.chain_file else None
    return [*(anchors.read(file) if file else []), *(anchors.read(ours) if ours and ours.exists() else [])]


def _print_stamps(stamps: Sequence[timestamps.StampCheck]) -> None:
    for one in stamps:
        if one.problem:
            say(f"stamp: {one.file}: it is not valid: {one.problem}.", "red")
    good = [one.at for one in stamps if one.at and not one.problem]
    if good:
        say(f"{len(good):,} time stamps hold, the newest of {max(good):%Y-%m-%d %H:%M} UTC.")


def _print(made: verify.VerifyReport) -> None:
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
        elsewhere = f"kept elsewhere up to line {head.kept}" if head.kept else "kept nowhere else"
        say(f"Chain of {head.folder}: line {head.number}, {head.digest}, since {head.since}, {elsewhere}.", "dim")
