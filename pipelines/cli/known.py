"""Names that somebody typed: whether they are known, and which ones are near."""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.alert import watches
from pipelines.alert.watches import Watch
from pipelines.errors import ChannelError, NightdeskError, SettingsError, WatchError
from pipelines.notify import channels
from pipelines.query import grammar
from pipelines.query.grammar import Field, Node
from pipelines.settings import Settings
from pipelines.settings import channels as addressed_channels
from pipelines.sources import folders
from pipelines.stores import postgres, runs

# Where a near run is looked for, and how many are named. Chosen: some weeks of nights, a line of text.
LATEST_RUNS = 40
NAMED_RUNS = 3


def check(settings: Settings, conn: postgres.Connection, names: Iterable[str]) -> None:
    """NightdeskError where a source is neither followed nor was."""
    known = {*folders.taken(settings), *folders.recorded(conn)}
    for name in names:
        if name not in known:
            raise NightdeskError(
                f"There is no source {name}{folders.near(name, known)}; `nightdesk sources list` names those that are "
                "followed."
            )


def check_scope(settings: Settings, conn: postgres.Connection, node: Node) -> None:
    """NightdeskError where a query names a source that is neither followed nor was, or a group without a source."""
    check(settings, conn, grammar.values(node, Field.SOURCE))
    wanted = list(grammar.values(node, Field.GROUP))
    groups = {group for scope in (folders.scopes(settings).values() if wanted else ()) for group in scope.groups}
    for name in wanted:
        if name not in groups:
            raise NightdeskError(
                f"No followed source is in a group {name}{folders.near(name, groups)}; write groups = "
                f'["{name}"] into the files of those that are.'
            )


def check_channel(name: str, addressed: Iterable[str]) -> None:
    """SettingsError where no channel of this name has an address."""
    channels = {one.lower() for one in addressed}
    if name and name.lower() not in channels:
        raise SettingsError(
            f"There is no channel {name}{folders.near(name.lower(), channels)}, so the operators would hear nothing: "
            f"give its address with --channel {name}=- in the same command."
        )


def check_used_channel(conn: postgres.Connection, name: str) -> None:
    """ChannelError where nothing names this channel: no watch, no message, no address."""
    known = {row["name"] for row in channels.listed(conn, addressed_channels())}
    if name and name.lower() not in known:
        raise ChannelError(
            f"There is no channel {name}{folders.near(name.lower(), known)}; `nightdesk notify list` names those that "
            "are used."
        )


def check_run(conn: postgres.Connection, run: str) -> None:
    """NightdeskError where nothing is known of a run."""
    if not runs.tallies(conn, runs.check_key(run)):
        latest = [row["run"] for row in runs.latest(conn, LATEST_RUNS)]
        same_day = [one for one in latest if one[:10] == run[:10]][:NAMED_RUNS]
        near = f" (near: {', '.join(same_day)})" if same_day else ""
        raise NightdeskError(
            f"There is no run {run}{near}; the latest are: {', '.join(latest[:NAMED_RUNS]) or 'none'}."
        )


def watch_of(conn: postgres.Connection, name: str) -> Watch:
    """The watch of this name; WatchError knows near names."""
    known = {one.name: one for one in watches.all_watches(conn)}
    if name not in known:
        raise WatchError(f"There is no watch {name}{folders.near(name, known)}; `nightdesk watch list` names them.")
    return known[name]
