"""Checks typed names: whether they are known, and which known names are similar."""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.alert.name_check import check, check_scope, watch_of
from pipelines.errors import ChannelError, NightdeskError, SettingsError
from pipelines.notify import channel_states
from pipelines.settings import channels as addressed_channels
from pipelines.sources import folders
from pipelines.stores import postgres, runs

__all__ = ["check", "check_channel", "check_run", "check_scope", "check_used_channel", "watch_of"]

# LATEST_RUNS: this many of the latest runs are searched for a similar key. Chosen: they are some weeks of nights.
# NAMED_RUNS: an error message names at most this many runs. Chosen: their keys fit in a line.
LATEST_RUNS = 40
NAMED_RUNS = 3


def check_channel(name: str, addressed: Iterable[str]) -> None:
    """Raise SettingsError if no channel of this name has an address."""
    channels = {one.lower() for one in addressed}
    if name and name.lower() not in channels:
        raise SettingsError(
            f"There is no channel {name}{folders.near(name.lower(), channels)}, so the operators would hear nothing: "
            f"give its address with --channel {name}=- in the same command."
        )


def check_used_channel(conn: postgres.Connection, name: str) -> None:
    """Raise ChannelError if this channel has no address, and no watch and no message uses it."""
    known = {row["name"] for row in channel_states.list_channels(conn, addressed_channels())}
    if name and name.lower() not in known:
        raise ChannelError(
            f"There is no channel {name}{folders.near(name.lower(), known)}; `nightdesk notify list` names those that "
            "are used."
        )


def check_run(conn: postgres.Connection, run: str) -> None:
    """Raise NightdeskError if a run is unknown."""
    if not runs.tallies(conn, runs.check_key(run)):
        latest = [row["run"] for row in runs.latest(conn, LATEST_RUNS)]
        same_day = [one for one in latest if one[:10] == run[:10]][:NAMED_RUNS]
        near = f" (near: {', '.join(same_day)})" if same_day else ""
        raise NightdeskError(
            f"There is no run {run}{near}; the latest are: {', '.join(latest[:NAMED_RUNS]) or 'none'}."
        )
