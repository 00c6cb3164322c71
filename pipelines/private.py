"""What Nightdesk writes into its data folder is for its own user alone: folders of mode 0700, files of mode 0600."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

FOLDER, FILE = 0o700, 0o600
# Others may pass through to what is theirs, and list nothing.
PASSAGE = 0o711


def folder(path: Path, mode: int = FOLDER) -> Path:
    """Make a folder and what is missing above it, whatever this process' umask is; what is there keeps its mode."""
    if not path.is_dir():
        if path.parent != path:
            folder(path.parent, mode)
        with suppress(FileExistsError):
            path.mkdir(mode=mode)
            path.chmod(mode)
    return path


def opened(path: Path, mode: str = "w", **how: Any) -> IO[Any]:
    """Open a file for writing; where it is new, nobody else may read it."""
    return open(path, mode, opener=_ours, **how)


def tighten(path: Path, *, spare: tuple[Path, ...] = ()) -> int:
    """Take from everybody else what lies below a folder and is ours; how many modes were changed.

    `spare` is left as it is, with all below it. No symbolic link is followed.
    """
    return sum(_taken(entry) for entry in _below(path, set(spare)))


def _below(path: Path, spare: set[Path]) -> Iterator[os.DirEntry[str]]:
    with os.scandir(path) as entries:
        for entry in entries:
            if Path(entry.path) in spare or entry.is_symlink():
                continue
            yield entry
            if entry.is_dir(follow_symlinks=False):
                yield from _below(Path(entry.path), spare)


def _taken(entry: os.DirEntry[str]) -> bool:
    # A file that went away meanwhile is nobody's.
    with suppress(FileNotFoundError):
        found = entry.stat(follow_symlinks=False)
        if found.st_mode & 0o077 and found.st_uid == os.geteuid():
            Path(entry.path).chmod(found.st_mode & 0o700)
            return True
    return False


def _ours(path: str, flags: int) -> int:
    return os.open(path, flags, FILE)
