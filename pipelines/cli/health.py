"""`nightdesk health`: shows the present state of each source, judged by its own history."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.text import Text

from pipelines.cli import completion
from pipelines.cli.show import Json, as_json, table
from pipelines.codes import SourceState
from pipelines.health import troubles
from pipelines.settings import settings
from pipelines.sources import folders
from pipelines.stores import migrations, postgres

STYLE = {SourceState.HEALTHY: "green", SourceState.LEARNING: "dim", SourceState.QUIET: "yellow",
         SourceState.BEHIND: "yellow", SourceState.DRIFTING: "yellow"}  # fmt: skip


def health(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SOURCE]...", help="Which sources; all if none.", autocompletion=completion.sources),
    ] = None,
    json: Json = False,
) -> None:
    """Show the state of each source by its own history: healthy, quiet, silent, erroring …; its count and usual range.

    The command checks now and tells nobody; `upkeep` and each night tell the operators of changes.
    """
    current = settings()
    chosen = folders.read_named(current, names) if names else folders.readable(current)[0]
    with postgres.connection(current) as conn:
        migrations.check_migrated(conn)
        found = troubles.states(conn, current, chosen, datetime.now(UTC))
    if json:
        as_json([{"source": name, **vars(judged)} for name, judged in found.items()])
        return
    order = list(SourceState)
    table(
        ("source", "state", "since", "why"),
        (
            (name, style_state(judged.state), judged.since, judged.reason)
            for name, judged in sorted(found.items(), key=lambda pair: order.index(pair[1].state))
        ),
        empty="No source is followed.",
    )


def style_state(state: str) -> Text:
    """A state in its colour; a dash if no state is known."""
    return Text(state, style=STYLE.get(SourceState(state), "red")) if state else Text("–", style="dim")
