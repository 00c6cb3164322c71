"""Source files in a bucket (NIGHTDESK_SOURCES=s3://bucket/prefix): numbered sets, each kept unchanged.

Below the address lie `current.json`, the newest set: its number and the digest of each of its files; `sets/N.json`, the
older ones; and `files/DIGEST`, the files themselves. A change makes a new set: `current.json` is replaced only if it is
still the one that was read ("compare and set"). So two machines never overwrite each other's changes, and every set
that is read is complete.

On this machine each set that was read is a folder that never changes (`v12`). The settings name the folder `current`, a
link to the newest of them. Without a bucket there are no sets.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from pipelines import private
from pipelines.bucket_paths import Place, address_of, place
from pipelines.errors import AwayError, SourceError
from pipelines.stores import bucket

# A process that knows the newest set does not ask again for this many seconds. Chosen: one page of the Desk asks for
# the sources some ten times.
FRESH_SECONDS = 5.0
# A machine keeps the folders of this many older sets. If a run needs an older set, the set is fetched again. Chosen:
# these are the sets of a month if somebody changes something each day.
SETS_KEPT = 30
# If others make a newer set meanwhile, and in it changed other files, the change is tried again on their set, this many
# times in all. Chosen: several tasks at a time may follow lists of some hundred sites, and each followed site makes a
# set.
TRIES = 20
CURRENT = "current"
# A file in a set's folder has this mode, which allows only reading. Changes are made in a copy.
READ_ONLY = 0o444

log = logging.getLogger(__name__)
# Address -> when this process last asked for the newest set, by its monotonic clock.
_asked: dict[str, float] = {}


@dataclass(frozen=True, kw_only=True)
class SourceSet:
    """One set of source files. files: path below the sources folder -> SHA-256; why: what was changed in it."""

    version: int = 0
    at: str = ""
    why: str = ""
    files: Mapping[str, str] = field(default_factory=dict)


def refresh(sources: Path, *, now: bool = False) -> int:
    """Make the folder `sources` show the newest set of the bucket; gives the set's number, 0 without a bucket.

    now: ask the bucket, however lately it was asked. If it does not answer, the newest set that is here stays.
    """
    address = address_of(sources)
    if not address:
        return 0
    here = _number_here(sources)
    if here and not now and time.monotonic() - _asked.get(address, float("-inf")) < FRESH_SECONDS:
        return here
    try:
        newest, _ = read_newest(sources)
    except AwayError as error:
        if not here:
            raise
        log.warning("The sources stay as they are in set %d: %s", here, error)
        newest = SourceSet(version=here)
    _asked[address] = time.monotonic()
    if newest.version == here and here:
        return here
    _lay_out(sources, newest, newest=True)
    return newest.version


def read_newest(sources: Path) -> tuple[SourceSet, str]:
    """The newest set in the bucket, and the version of `current.json`, for the compare and set."""
    content, version = bucket.version_of(_root(sources) / f"{CURRENT}.json")
    return _of_json(content), version


def folder_of(sources: Path, version: int) -> Path:
    """The folder of one set, brought from the bucket if it is not here; SourceError if there is no such set."""
    folder = Path(_root(sources)) / f"v{version}"
    if not folder.is_dir():
        _lay_out(sources, _read(sources, version), newest=False)
    return folder


def history(sources: Path) -> list[SourceSet]:
    """Every set in the bucket, newest first."""
    newest, _ = read_newest(sources)
    return (
        [newest, *(_read(sources, version) for version in range(newest.version - 1, 0, -1))] if newest.version else []
    )


@contextmanager
def changing(sources: Path, why: str) -> Iterator[Path]:
    """A folder that the caller may change: at the end of the block it becomes the next set. Without a bucket: the
    sources folder itself.

    SourceError if somebody else has changed one of the same files meanwhile; then nothing is changed.
    """
    if not address_of(sources):
        yield sources
        return
    base, _ = read_newest(sources)
    with TemporaryDirectory(prefix="nightdesk-sources-") as scratch:
        folder = Path(scratch) / "sources"
        shutil.copytree(folder_of(sources, base.version), folder)
        yield folder
        put(sources, folder, base, why)


def put(sources: Path, folder: Path, base: SourceSet, why: str) -> int:
    """Make the next set: the newest one with the changes that somebody made in `folder`, a copy of the set `base`.
    Gives the number of the newest set."""
    found = {name: path.read_bytes() for name, path in _files_of(folder)}
    after = {name: hashlib.sha256(content).hexdigest() for name, content in found.items()}
    changed = {name: after.get(name, "") for name in base.files.keys() | after.keys()
               if base.files.get(name) != after.get(name)}  # fmt: skip
    if not changed:
        return refresh(sources, now=True)
    for digest, content in {after[name]: found[name] for name in changed if name in after}.items():
        _put_once(_root(sources) / "files" / digest, content)
    for _ in range(TRIES):
        last, version = read_newest(sources)
        others = (name for name in changed if last.files.get(name) != base.files.get(name))
        theirs = sorted(name for name in others if last.files.get(name, "") != changed[name])
        if theirs:
            raise SourceError(
                f"{', '.join(theirs)} in {address_of(sources)} was changed by somebody else meanwhile (set "
                f"{last.version}: {last.why}). Nothing was written: look at it, then do the same again."
            )
        files = {name: digest for name, digest in {**last.files, **changed}.items() if digest}
        at = datetime.now(UTC).isoformat(timespec="seconds")
        following = SourceSet(version=last.version + 1, at=at, why=why, files=files)
        if last.version:
            # The present set is kept before it is replaced, so every set that ever was the newest is kept.
            _put_once(_root(sources) / "sets" / f"{last.version}.json", _as_json(last))
        try:
            bucket.replace(_root(sources) / f"{CURRENT}.json", _as_json(following), version)
        except bucket.ChangedError:
            # If the newest set is this one, it was written, and only the answer was lost.
            if read_newest(sources)[0] == following:
                break
            continue
        break
    else:
        raise SourceError(f"{address_of(sources)} is changed by others all the time; do the same again later.")
    return refresh(sources, now=True)


def _read(sources: Path, version: int) -> SourceSet:
    if not version:
        # Set 0 stands for an empty bucket. It has no file.
        return SourceSet()
    kept = _root(sources) / "sets" / f"{version}.json"
    content, _ = bucket.version_of(kept)
    if content:
        return _of_json(content)
    newest, _ = read_newest(sources)
    if newest.version == version:
        return newest
    # Between the two reads another process may have replaced the set; it was kept before that.
    content, _ = bucket.version_of(kept)
    if content:
        return _of_json(content)
    raise SourceError(f"{address_of(sources)} has no set {version} of sources; the newest is {newest.version}.")


def _lay_out(sources: Path, made: SourceSet, *, newest: bool) -> None:
    """Make the folder of a set on this machine; newest: let `current` lead to it, unless it leads to a newer one."""
    root = _root(sources)
    private.folder(Path(root))
    with private.open_private(Path(root) / ".lock", "a+b") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder = Path(root) / f"v{made.version}"
        if not folder.is_dir():
            beside = Path(root) / f".v{made.version}"
            shutil.rmtree(beside, ignore_errors=True)
            private.folder(beside)
            for name, digest in made.files.items():
                target = beside / name
                private.folder(target.parent)
                os.link(_blob(root, digest), target)
            beside.rename(folder)
        if newest and made.version >= _number_here(sources):
            link = Path(root) / f".{CURRENT}"
            link.unlink(missing_ok=True)
            link.symlink_to(folder.name)
            link.replace(Path(sources))
            _forget_old(Path(root), made.version)


def _blob(root: Place, digest: str) -> Path:
    """The path on this machine of a file with this digest; the file is fetched if it is not here."""
    path = root / "files" / digest
    if not path.exists():
        content, version = bucket.version_of(path)
        if not version or hashlib.sha256(content).hexdigest() != digest:
            raise SourceError(f"{address_of(path)} is missing or was changed, so a source file is lost; restore it.")
        private.folder(Path(path).parent)
        beside = Path(path).with_name(f".{digest}")
        with private.open_private(beside, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.chmod(READ_ONLY)
        beside.replace(Path(path))
    return Path(path)


def _forget_old(root: Path, version: int) -> None:
    for folder in root.glob("v*"):
        if int(folder.name[1:]) <= version - SETS_KEPT:
            shutil.rmtree(folder, ignore_errors=True)


def _put_once(path: Path, content: bytes) -> None:
    """Write a file whose content never changes; it may be there already."""
    try:
        bucket.replace(path, content, "")
    except bucket.ChangedError:
        return


def _files_of(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") for part in name.parts):
            yield name.as_posix(), path


def _number_here(sources: Path) -> int:
    """The number of the set that `current` leads to; 0 if there is none."""
    try:
        return int(Path(sources).readlink().name.removeprefix("v"))
    except OSError:
        return 0


def _root(sources: Path) -> Place:
    return place(Path(str(sources)).parent, address_of(sources))


def _as_json(made: SourceSet) -> bytes:
    return json.dumps(asdict(made), ensure_ascii=False, sort_keys=True).encode()


def _of_json(content: bytes) -> SourceSet:
    made = SourceSet(**json.loads(content)) if content else SourceSet()
    wrong = [name for name in made.files if name.startswith("/") or ".." in Path(name).parts]
    if wrong:
        raise SourceError(f"Set {made.version} of the sources names {wrong[0]!r}, which is no path of a source file.")
    return made
