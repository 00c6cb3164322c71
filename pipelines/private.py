"""What Nightdesk writes into its data folder is for its own user alone: folders of mode 0700, files of mode 0600."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Any

# Rights of what we make: for its owner alone.
FOLDER_MODE, FILE_MODE, UMASK = 0o700, 0o600, 0o077
# Others may pass through to what is theirs, and list nothing.
PASSAGE = 0o711


def data_folder(path: Path) -> Path:
    """Make the data folder; what is missing above it is made as this process' umask says, for it is not ours."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return folder(path)


def folder(path: Path) -> Path:
    """Make a folder and what is missing above it, all for us alone; what is there keeps its mode."""
    if not path.is_dir():
        folder(path.parent)
        with suppress(FileExistsError):
            path.mkdir(mode=FOLDER_MODE)
    return path


def open_private(path: Path, mode: str = "w", **how: Any) -> Any:
    """Open a file for writing; where it is new, nobody else may read it."""
    return open(path, mode, opener=_ours, **how)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on disk: after a crash of the machine a new file is there, and a replaced one is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def tighten(path: Path) -> int:
    """Take a file or folder, and all below it, from everybody but its owner; how many modes were changed.

    What belongs to another user stays as it is, and no symbolic link is followed.
    """
    changed = 0
    for folder, folders, files in os.walk(path):
        changed += sum(_is_taken(Path(folder, name)) for name in (*folders, *files))
    return changed + _is_taken(path)


def _is_taken(path: Path) -> bool:
    # What went away meanwhile is nobody's.
    with suppress(FileNotFoundError):
        found = path.lstat()
        if found.st_mode & 0o077 and found.st_uid == os.geteuid() and not stat.S_ISLNK(found.st_mode):
            path.chmod(found.st_mode & 0o700)
            return True
    return False


def _ours(path: str, flags: int) -> int:
    return os.open(path, flags, FILE_MODE)
