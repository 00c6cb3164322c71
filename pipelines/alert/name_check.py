"""Checks whether the sources and groups that a watch or query names are known; if not, suggests similar names."""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.alert import synonyms, watches
from pipelines.alert.watches import Watch
from pipelines.errors import NightdeskError, WatchError
from pipelines.query import grammar
from pipelines.query.grammar import Field, Node
from pipelines.settings import Settings
from pipelines.sources import folders
from pipelines.stores import postgres


def check(settings: Settings, conn: postgres.Connection, names: Iterable[str]) -> None:
    """Raise NightdeskError if one of these sources is not followed and never was."""
    known = _find_known(settings, conn)
    for name in names:
        if name not in known:
            raise NightdeskError(
                f"There is no source {name}{folders.near(name, known)}; `nightdesk sources list` names those that are "
                "followed."
            )


def check_scope(settings: Settings, conn: postgres.Connection, node: Node) -> None:
    """Raise NightdeskError if a query asks for a source that was never followed, or for a group without a source.

    A query may exclude sources that were never followed; `find_unknown_excluded` names them.
    """
    check(settings, conn, grammar.values(node, Field.SOURCE))
    wanted = list(grammar.values(node, Field.GROUP))
    groups = {group for scope in (folders.scopes(settings).values() if wanted else ()) for group in scope.groups}
    for name in wanted:
        if name not in groups:
            raise NightdeskError(
                f"No followed source is in a group {name}{folders.near(name, groups)}; write groups = "
                f'["{name}"] into the files of those that are.'
            )


def find_unknown_excluded(settings: Settings, conn: postgres.Connection, watch: Watch) -> list[str]:
    """A sentence for each source that a watch's query excludes and that was never followed."""
    node = watches.node(watch, synonyms.lists(conn)) if watch.query else None
    names = list(grammar.values(node, Field.SOURCE, excluded=True)) if node else []
    known = _find_known(settings, conn) if names else set()
    return [
        f"It leaves out the source {name}, which is not followed{folders.near(name, known)}."
        for name in names
        if name not in known
    ]


def watch_of(conn: postgres.Connection, name: str) -> Watch:
    """The watch of this name. If there is none, WatchError names similar ones."""
    known = {one.name: one for one in watches.all_watches(conn)}
    if name not in known:
        raise WatchError(f"There is no watch {name}{folders.near(name, known)}; `nightdesk watch list` names them.")
    return known[name]


def _find_known(settings: Settings, conn: postgres.Connection) -> set[str]:
    return {*folders.names_taken(settings), *folders.find_recorded(conn)}
