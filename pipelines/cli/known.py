"""Names that somebody typed: whether they are known, and which ones are near."""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.errors import NightdeskError, SettingsError
from pipelines.settings import Settings
from pipelines.sources import folders
from pipelines.stores import postgres as db


def check(settings: Settings, conn: db.Connection, names: Iterable[str]) -> None:
    """NightdeskError where a source is neither followed nor was."""
    known = {*folders.taken(settings), *(row["source"] for row in db.query(conn, "sources_known"))}
    for name in names:
        if name not in known:
            raise NightdeskError(
                f"There is no source {name}{folders.near(name, known)}; `nightdesk sources list` names those that are "
                "followed."
            )


def check_channel(name: str, addressed: Iterable[str]) -> None:
    """SettingsError where no channel of this name has an address."""
    channels = {one.lower() for one in addressed}
    if name and name.lower() not in channels:
        raise SettingsError(
            f"There is no channel {name}{folders.near(name.lower(), channels)}, so the operators would hear nothing: "
            f"give its address with --channel {name}=- in the same command."
        )
