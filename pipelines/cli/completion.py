"""Completions for the Tab key: sources, the catalogue, watches, channels and runs.

Completing creates, starts and prints nothing. If something cannot be read at once, such as a stopped database, there
are no completions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import typer

from pipelines import settings as configuration
from pipelines.alert import synonyms as kept_synonyms
from pipelines.alert import watches as kept_watches
from pipelines.errors import NightdeskError
from pipelines.notify import channel_states as used_channels
from pipelines.settings import Settings
from pipelines.sources import folders
from pipelines.stores import postgres, runs

# At most this many runs are offered. Chosen: they fill a screen.
MOST_RUNS = 20


def sources(context: typer.Context, incomplete: str) -> list[str]:
    """The followed sources."""
    return _complete(context, incomplete, folders.names_taken)


def catalogue(context: typer.Context, incomplete: str) -> list[str]:
    """The entries of the catalogue that are not followed yet."""
    return _complete(
        context, incomplete, lambda current: set(folders.catalogue_names()) - set(folders.names_taken(current))
    )


def watches(context: typer.Context, incomplete: str) -> list[str]:
    """The watches."""
    return _complete(
        context, incomplete, _of_database(lambda conn: [one.name for one in kept_watches.all_watches(conn)])
    )


def synonyms(context: typer.Context, incomplete: str) -> list[str]:
    """The lists of synonyms."""
    return _complete(context, incomplete, _of_database(lambda conn: list(kept_synonyms.lists(conn))))


def channels(context: typer.Context, incomplete: str) -> list[str]:
    """The channels that have an address or are used."""
    addressed = configuration.channels
    used = _of_database(lambda conn: [row["name"] for row in used_channels.list_channels(conn)])
    return _complete(context, incomplete, lambda current: {*addressed(), *used(current)})


def run_keys(context: typer.Context, incomplete: str) -> list[str]:
    """The newest runs."""
    return _complete(
        context, incomplete, _of_database(lambda conn: [row["run"] for row in runs.latest(conn, MOST_RUNS)])
    )


def kinds(incomplete: str) -> list[str]:
    """The kinds of change."""
    return [kind for kind in (*kept_watches.KINDS, *kept_watches.FINER_KINDS) if kind.startswith(incomplete)]


def _complete(context: typer.Context, incomplete: str, names: Callable[[Settings], Iterable[str]]) -> list[str]:
    """The names that begin with the typed text, from the installation on which the command would work."""
    try:
        if context.find_root().params.get("demo"):
            from pipelines.cli import newsroom

            newsroom.use_demo()
        return sorted(name for name in names(configuration.settings()) if name.startswith(incomplete))
    except (NightdeskError, postgres.Error):
        return []


def _of_database(ask: Callable[[postgres.Connection], list[str]]) -> Callable[[Settings], list[str]]:
    def names(current: Settings) -> list[str]:
        if not postgres.is_up(current):
            return []
        with postgres.connection(current, application="nightdesk completion") as conn:
            return ask(conn)

    return names
