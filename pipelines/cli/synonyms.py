"""`nightdesk synonyms`: spellings and names of one thing; watches and searches use them together as `syn:name`."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.alert import synonyms
from pipelines.cli import completion
from pipelines.cli.show import Json, as_json, quote, say, table
from pipelines.cli.watch import changing
from pipelines.errors import WatchError
from pipelines.settings import settings
from pipelines.sources import folders
from pipelines.stores import postgres

Named = Annotated[str, typer.Argument(help="The list.", autocompletion=completion.synonyms)]

synonyms_app = typer.Typer(help="Synonyms: spellings and names of one thing, as syn:NAME.", no_args_is_help=True)


@synonyms_app.command("add")
def add(
    name: Named,
    spellings: Annotated[list[str], typer.Argument(help="Words or phrases; * at the end for words that begin so.")],
) -> None:
    """Make a list of synonyms, or add spellings to the list of that name."""
    with changing() as conn:
        before = synonyms.lists(conn).get(name.lower(), [])
        made, given = synonyms.make(name, [*before, *spellings])
        synonyms.keep(conn, made, given)
    say(f"{made}: {', '.join(given)}. In a query write syn:{made}.")


@synonyms_app.command("show")
def show(name: Named, json: Json = False) -> None:
    """Show the spellings of a list."""
    with postgres.connection(settings()) as conn:
        spellings = _spellings(conn, name)
    if json:
        as_json({"name": name.lower(), "spellings": spellings})
        return
    for spelling in spellings:
        quote(spelling)


@synonyms_app.command("remove")
def remove(
    name: Named,
    spellings: Annotated[list[str] | None, typer.Argument(help="Only these spellings of it.")] = None,
) -> None:
    """Remove a list, or some of its spellings."""
    with changing() as conn:
        before = _spellings(conn, name)
        if not spellings:
            synonyms.remove(conn, name.lower())
            say(f"Removed the list {name.lower()}.")
            return
        unknown = [one for one in spellings if one not in before]
        if unknown:
            raise WatchError(f"The list {name.lower()} has no {', '.join(unknown)}; it has {', '.join(before)}.")
        made, given = synonyms.make(name, [one for one in before if one not in spellings])
        synonyms.keep(conn, made, given)
    say(f"{made}: {', '.join(given)}.")


@synonyms_app.command("list")
def list_synonyms(json: Json = False) -> None:
    """List the lists of synonyms."""
    with postgres.connection(settings()) as conn:
        known = synonyms.lists(conn)
    if json:
        as_json([{"name": name, "spellings": spellings} for name, spellings in known.items()])
        return
    table(("name", "spellings"), known.items(), empty="No list yet: `nightdesk synonyms add NAME SPELLING...`.")


@synonyms_app.command("export")
def export() -> None:
    """Print all lists as lines of name, tab, spellings with | between, as `nightdesk watch test --names` reads them."""
    with postgres.connection(settings()) as conn:
        known = synonyms.lists(conn)
    for name, spellings in known.items():
        quote(f"{name}\t{'|'.join(spellings)}")


def _spellings(conn: postgres.Connection, name: str) -> list[str]:
    known = synonyms.lists(conn)
    if name.lower() not in known:
        raise WatchError(
            f"There is no list of synonyms {name.lower()}{folders.near(name.lower(), known)}; "
            "`nightdesk synonyms list` names them."
        )
    return known[name.lower()]
