"""Upkeep of the data folder: old raw files are deleted, and other users cannot read the files that stay.

The setting `keep_raw_days`, or `keep_raw` in the source's file, says after how many days raw files are deleted.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from pipelines import private
from pipelines.codes import Retirement
from pipelines.settings import Settings
from pipelines.stores import bucket, chain, embedded_postgres, postgres, warc
from pipelines.stores.runs import moment_of

OPEN = ".open"
# A raw file lies this many folders deep: in the folder of its run, which is in the folder of its source.
FILE_DEPTH = 2
# `tighten` closes these folders of a data folder, because they are Nightdesk's own; other people may keep their files
# beside them.
OURS = ("raw", "articles", "airflow", "golden", "follow", "trials")


@dataclass(frozen=True, kw_only=True)
class RetiredRaw:
    """What `retire` deleted from the raw store, and what stays; folders are `<source>/<run>`.

    kept: old folders with an undecided URL or an open file, and old folders with something that is not Nightdesk's.
    needed: folders with files that an alert or a hold refers to. These files stay whole, with all other records in
    them.
    deleted: folders with deleted files. If needed files stay in such a folder, it is also among `needed`.
    names: the deleted files, named as in `Pointer.warc_file`.
    """

    deleted: tuple[str, ...]
    kept: tuple[str, ...]
    bytes: int
    names: frozenset[str] = frozenset()
    needed: tuple[str, ...] = ()

    @property
    def files(self) -> int:
        """The number of deleted files."""
        return len(self.names)


def retire(
    settings: Settings, now: datetime, *, own_days: Mapping[str, int] = MappingProxyType({}), dry: bool = False
) -> RetiredRaw:
    """Delete the raw files of runs that are older than the source's own number of days or, if it has none, older than
    `keep_raw_days`. With 0 days, nothing is deleted.

    A run's files stay as long as one of its URLs is undecided or one of its files is open. A file stays as long as an
    alert or a hold refers to an article in it. The ledger and the articles stay; deleted pages cannot be extracted
    again.
    own_days: each source's own number of days, by its name; below zero, the setting counts.
    dry: only say what would be deleted.
    """
    deleted: list[str] = []
    kept: list[str] = []
    needed: list[str] = []
    names: set[str] = set()
    size = 0
    if not dry:
        tighten(settings)
    if settings.keep_raw_days or any(days > 0 for days in own_days.values()):
        with postgres.connection(settings, application="nightdesk upkeep") as conn:
            for folder, why in _old(settings, now, own_days):
                name = folder.relative_to(settings.raw).as_posix()
                if _holds_others(folder) or _is_undecided(conn, folder, name):
                    kept.append(name)
                    continue
                held = _find_needed(conn, settings, folder)
                paths = [path for path in _files(folder) if path.name not in held]
                if held:
                    needed.append(name)
                if held and not paths:
                    continue
                names |= {path.relative_to(settings.raw).as_posix() for path in paths}
                size += sum(bucket.size(path) for path in paths)
                deleted.append(name)
                if not dry:
                    _say_in_chain(settings, paths, why)
                    for path in paths:
                        bucket.remove(path)
                    if folder.is_dir() and not any(folder.iterdir()):
                        folder.rmdir()
    return RetiredRaw(
        deleted=tuple(deleted), kept=tuple(kept), bytes=size, names=frozenset(names), needed=tuple(needed)
    )


def of_run(conn: postgres.Connection, source: str, run: str) -> dict[Retirement, postgres.Row]:
    """What retention deleted of a source's run besides the raw files: kind -> `retired_at`, `why`, `count` of
    fetches."""
    rows = postgres.query(conn, "retirements_of_run", source=source, run=run)
    return {Retirement(row["what"]): row for row in rows}


def tighten(settings: Settings) -> int:
    """Let only the owner read what Nightdesk wrote into the data folder; gives how many modes were changed.

    New files are made like this; files of earlier versions were readable by everybody. A folder that is closed to
    others needs no work, because it was closed after its content. The embedded Postgres keeps its own modes.
    """
    folders = (settings.data / name for name in OURS)
    changed = sum(private.tighten(path) for path in folders if path.is_dir() and path.stat().st_mode & 0o077)
    if settings.data.is_dir() and settings.data.stat().st_uid == os.geteuid():
        mode = (
            private.PASSAGE if embedded_postgres.is_another_users(settings.data / "postgres") else private.FOLDER_MODE
        )
        changed += stat.S_IMODE(settings.data.stat().st_mode) != mode
        settings.data.chmod(mode)
    return changed


def start_of(run: str) -> datetime:
    """The moment in a run key; the end of all time if the key has none, so that its files never count as old."""
    return moment_of(run) or datetime.max.replace(tzinfo=UTC)


def _old(settings: Settings, now: datetime, own_days: Mapping[str, int]) -> Iterator[tuple[Path, str]]:
    """The folders of runs that are old enough to be deleted, each with the reason. If the folder of a source or run is
    a symbolic link, it is left out, because its target is not Nightdesk's."""
    raw = settings.raw
    here = {folder.relative_to(raw).as_posix() for folder in raw.glob("*/*") if folder.is_dir()}
    there = {name.rpartition("/")[0] for name in bucket.list_files(raw, "") if name.count("/") == FILE_DEPTH}
    for name in sorted(here | there):
        folder = raw / name
        own = own_days.get(folder.parent.name, -1)
        days, said = (
            (own, "keep_raw of the source") if own >= 0 else (settings.keep_raw_days, "NIGHTDESK_KEEP_RAW_DAYS")
        )
        linked = folder.is_symlink() or folder.parent.is_symlink()
        if days and not linked and start_of(folder.name) < now - timedelta(days=days):
            yield folder, f"older than {days} days ({said})"


def _files(folder: Path) -> list[Path]:
    """The files in a folder of a run, on this disk and in the bucket."""
    return [folder / name for name in bucket.list_files(folder, "")]


def _say_in_chain(settings: Settings, paths: Sequence[Path], why: str) -> None:
    """Write into the source's chain which files are removed, so that they do not count as lost."""
    closed = [warc.name_of(path) for path in paths if path.name.endswith(warc.CLOSED)]
    chain.retire(settings.raw, closed, why)


def _holds_others(folder: Path) -> bool:
    """Whether the folder contains something that is not Nightdesk's: a folder or a link."""
    return folder.is_dir() and any(path.is_symlink() or path.is_dir() for path in folder.iterdir())


def _find_needed(conn: postgres.Connection, settings: Settings, folder: Path) -> set[str]:
    """The names of the files that an alert or a hold refers to."""
    files = [path.relative_to(settings.raw).as_posix() for path in _files(folder)]
    with conn:
        return {row["file"].rpartition("/")[2] for row in postgres.query(conn, "needed_files", files=files)}


def _is_undecided(conn: postgres.Connection, folder: Path, name: str) -> bool:
    paths = _files(folder)
    if any(path.name.endswith(OPEN) for path in paths):
        return True
    with conn:
        files = [f"{name}/{path.name}" for path in paths]
        found = postgres.row(conn, "undecided_in_folder", files=files)
    return bool(found and found["count"])
