"""`nightdesk watch test`: what a watch or a query finds in a text, and which part of it failed."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.alert import synonyms, watches
from pipelines.cli import completion
from pipelines.cli import known as known_names
from pipelines.cli.show import Json, as_json, table
from pipelines.settings import settings
from pipelines.stores import postgres


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("test")(test)


def test(
    name: Annotated[str, typer.Argument(help="The watch.", autocompletion=completion.watches)],
    text: Annotated[str, typer.Argument(help="A text, or - for standard input.")],
    json: Json = False,
) -> None:
    """Show what a watch finds in a text; exit 1 when nothing."""
    with postgres.connection(settings()) as conn:
        tried, known = known_names.watch_of(conn, name), synonyms.lists(conn)
    body = typer.get_text_stream("stdin").read() if text == "-" else text
    matches = watches.test_text(tried, body, known)
    if json:
        as_json(matches)
    else:
        table(
            ("term", "found as", "at", "in"),
            ((m.term, m.surface, m.offset, m.snippet) for m in matches),
            empty="Nothing: this watch would stay silent.",
        )
    if not matches:
        raise typer.Exit(1)
