"""The last stored states of sources, for programs that show them without a new check."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipelines.errors import DatabaseError
from pipelines.settings import Settings
from pipelines.stores import migrations, postgres


def states(settings: Settings, names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Gives for each source name `state`, `since`, `reason`, `figure`, `low`, `high`, `checked_at`.

    Gives nothing if there is no database, or if it is not migrated.
    """
    try:
        with postgres.connection(settings) as conn, conn:
            migrations.check_migrated(conn)
            return {row.pop("source"): row for row in postgres.query(conn, "states_kept", sources=list(names))}
    except DatabaseError:
        # The list of sources comes from files alone, and can be shown before there is a database.
        return {}
