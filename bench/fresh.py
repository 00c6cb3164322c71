"""A fresh installation to measure on: its own folders, its own embedded Postgres, loopback allowed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.settings import Settings
from pipelines.stores import migrations, postgres

# Where the sites of benches are; the guard lets their usual ports through.
NETWORKS = "127.0.0.0/8"


@contextmanager
def installation(host_map: str = "") -> Iterator[Settings]:
    """Settings with a migrated database; all of it is gone at the end of the block."""
    with tempfile.TemporaryDirectory(prefix="nightdesk-bench-") as folder:
        # The server changes to a user of its own.
        Path(folder).chmod(0o711)
        settings = Settings(
            data=Path(folder) / "data",
            sources=Path(folder) / "sources",
            contact="mailto:bench@example.org",
            database_url="",
            host_map=host_map,
            allow_networks=NETWORKS,
            min_free_mb=0,
        )
        settings.data.mkdir()
        settings.sources.mkdir()
        try:
            migrations.migrate(settings)
            yield settings
        finally:
            postgres.stop_embedded(settings)
