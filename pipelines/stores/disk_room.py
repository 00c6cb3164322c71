"""Whether the disk of the data folder still has room: a stage that finds too little stops before it writes."""

from __future__ import annotations

import shutil

from pipelines import private
from pipelines.errors import DiskFullError
from pipelines.settings import Settings

# One megabyte of NIGHTDESK_MIN_FREE_MB is this many bytes.
MB_BYTES = 1 << 20


def check(settings: Settings, command: str) -> None:
    """DiskFullError if the disk has less room than NIGHTDESK_MIN_FREE_MB; command: the command that the error names, to
    be run when there is room."""
    private.data_folder(settings.data)
    free = shutil.disk_usage(settings.data).free // MB_BYTES
    if free < settings.min_free_mb:
        raise DiskFullError(
            f"{settings.data} has {free} MB left, less than NIGHTDESK_MIN_FREE_MB ({settings.min_free_mb}): make room, "
            f"or let upkeep keep raw files for fewer days, then run `{command}` again."
        )
