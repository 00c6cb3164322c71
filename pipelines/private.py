"""What Nightdesk writes into its data folder is only for its own user: folders of mode 0700, files of mode 0600."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Any

# Nightdesk makes folders and files with these modes: only their owner may use them.
FOLDER_MODE, FILE_MODE, UMASK = 0o700, 0o600, 0o077
# Other users may pass through a folder of this mode to their own folders, but not list it.
PASSAGE = 0o711


def data_folder(path: Path) -> Path:
    """Make the data folder. Missing folders above it are made with this process's umask, because they are not ours."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return folder(path)


def folder(path: Path) -> Path:
    """Make a folder and the missing folders above it, only for our user. Existing folders keep their mode."""
    if not path.is_dir():
        folder(path.parent)
        with suppress(FileExistsError):
            path.mkdir(mode=FOLDER_MODE)
    return path


def open_private(path: Path, mode: str = "w", **how: Any) -> Any:
    """Open a file for writing. If it is new, nobody else may read it."""
    return open(path, mode, opener=_ours, **how)


def sync_folder(folder: Path) -> None:
    """Write the names in a folder to disk, so that a new or replaced file is there after a crash of the machine."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def tighten(path: Path) -> int:
    """Close a file or folder, and all below it, to everybody but its owner; gives how many modes were changed.

    What belongs to another user stays as it is, and no symbolic link is followed.
    """
    changed = 0
    for folder, folders, files in os.walk(path):
        changed += sum(_is_taken(Path(folder, name)) for name in (*folders, *files))
    return changed + _is_taken(path)


def _is_taken(path: Path) -> bool:
    # A file that has disappeared meanwhile needs no change.
    with suppress(FileNotFoundError):
        found = path.lstat()
        if found.st_mode & 0o077 and found.st_uid == os.geteuid() and not stat.S_ISLNK(found.st_mode):
            path.chmod(found.st_mode & 0o700)
            return True
    return False


def _ours(path: str, flags: int) -> int:
    return os.open(path, flags, FILE_MODE)
