"""`nightdesk health`: the state of each source, by its own history, as it is now."""

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
    """The state of each source by its own history: healthy, quiet, silent, erroring …; what is counted, what is usual.

    It is looked at now and nobody is told; `upkeep` and each night tell the operators what changed.
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
    """A state in its colour; nothing where none is known."""
    return Text(state, style=STYLE.get(SourceState(state), "red")) if state else Text("–", style="dim")
