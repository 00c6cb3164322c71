"""Which installation a command works on: the folder of a `nightdesk.env`. The search only looks at variables and files,
and makes nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pipelines import private
from pipelines.errors import SettingsError

ENV_FILE = "nightdesk.env"
FILE_VARIABLE = "NIGHTDESK_ENV_FILE"
HOME_VARIABLE = "NIGHTDESK_HOME"
# Without a file, any one of these variables makes an installation, as in a container.
PLACES = ("NIGHTDESK_DATA", "NIGHTDESK_SOURCES", "NIGHTDESK_DATABASE_URL")
# This bit of a mode gives everybody the right to write.
OTHERS_MAY_WRITE = 0o002


class FoundBy(StrEnum):
    """How an installation was found, in the order in which the ways are tried."""

    FILE = "NIGHTDESK_ENV_FILE names it"
    HOME = "NIGHTDESK_HOME names its folder"
    ABOVE = "the nearest nightdesk.env, from the current folder upwards"
    USER = "your first `nightdesk init` wrote it down"
    NOTHING = "nothing; the settings are those of the environment"


@dataclass(frozen=True, kw_only=True)
class Installation:
    """The nightdesk.env that is read, whether it exists or not. passed_by: files in folders above the current folder
    that were not used, because another user could have written them.
    """

    file: Path
    found_by: FoundBy
    passed_by: tuple[Path, ...] = ()

    def __str__(self) -> str:
        if self.found_by == FoundBy.NOTHING and not self.file.is_file():
            return f"the environment of this process, for there is no {ENV_FILE}"
        return f"{self.file} ({self.found_by})"

    @property
    def folder(self) -> Path:
        """The folder from which relative paths in the file, and the default paths, start."""
        return self.file.parent


def find() -> Installation:
    """The installation of this process."""
    if named := os.environ.get(FILE_VARIABLE):
        return Installation(file=Path(named).expanduser().absolute(), found_by=FoundBy.FILE)
    if named := os.environ.get(HOME_VARIABLE):
        return Installation(file=Path(named).expanduser().absolute() / ENV_FILE, found_by=FoundBy.HOME)
    passed: list[Path] = []
    for file in _upwards():
        if file.parent == Path.cwd() or _is_trusted(file):
            return Installation(file=file, found_by=FoundBy.ABOVE, passed_by=tuple(passed))
        passed.append(file)
    if (noted := _read_noted()) and noted.is_file():
        return Installation(file=noted, found_by=FoundBy.USER, passed_by=tuple(passed))
    return Installation(file=Path.cwd() / ENV_FILE, found_by=FoundBy.NOTHING, passed_by=tuple(passed))


def to_set_up() -> Path:
    """The file that `nightdesk init` writes: the file that a variable names; else the nearest one upwards; else one in
    the current folder."""
    found = find()
    return Path.cwd() / ENV_FILE if found.found_by == FoundBy.USER else found.file


def note(file: Path) -> Path:
    """Record an installation as this user's, for commands in any folder. If one is recorded already, it stays. Gives
    the recorded one.
    """
    noted = _read_noted()
    if noted and noted.is_file():
        return noted
    pointer = pointer_file()
    if pointer is None:
        return file
    private.folder(pointer.parent)
    with private.open_private(pointer, encoding="utf-8") as writing:
        writing.write(f"{file}\n")
    return file


def pointer_file() -> Path | None:
    """The file in the user's config folder that names their installation; None for a user without a home."""
    config = os.environ.get("XDG_CONFIG_HOME", "")
    try:
        folder = Path(config) if config.startswith("/") else Path.home() / ".config"
    except RuntimeError:
        return None
    return folder / "nightdesk" / "installation"


def missing() -> str:
    """Where an installation was searched and what to do, if there is none; empty if there is one."""
    found = find()
    if found.file.is_file() or any(os.environ.get(name) for name in PLACES):
        return ""
    if found.found_by in (FoundBy.FILE, FoundBy.HOME):
        return f"There is no {found.file}, though {found.found_by}: `nightdesk init` writes it, or name another."
    others = "".join(f" {path} was not used: another user can write to it." for path in found.passed_by)
    return (
        f"Nightdesk is not set up here: there is no {ENV_FILE} in {found.folder} or above it, {HOME_VARIABLE} names no "
        f"folder, and {pointer_file() or 'no config folder'} names no file that is there.{others} `nightdesk init` "
        f"sets it up in the current folder; an installation elsewhere is used from its folder, or with {HOME_VARIABLE}."
    )


def _upwards() -> Iterator[Path]:
    for folder in (Path.cwd(), *Path.cwd().parents):
        try:
            there = (folder / ENV_FILE).is_file()
        except PermissionError:
            if folder != Path.cwd():
                continue
            raise SettingsError(
                f"User {os.geteuid()} may not enter {folder}: give it to that user, or work in another folder. With "
                "Docker, OWNER_UID stays what it was when the volumes were made."
            ) from None
        if there:
            yield folder / ENV_FILE


def _is_trusted(file: Path) -> bool:
    """Whether the file belongs to this user or to root, and not everybody may write to it. Other files are not trusted,
    because the file names programs to run and servers to ask.
    """
    found = file.stat()
    return found.st_uid in (os.geteuid(), 0) and not found.st_mode & OTHERS_MAY_WRITE


def _read_noted() -> Path | None:
    pointer = pointer_file()
    try:
        said = pointer.read_text(encoding="utf-8").strip() if pointer else ""
    except (OSError, UnicodeDecodeError):
        return None
    return Path(said) if said.startswith("/") else None
