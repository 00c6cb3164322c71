"""Reads article files in a thread of its own, so that Python reads lines while Postgres works.

The thread begins before load waits for Postgres. What it has read is used only if the files are still the same once the
locks of their sources are held; else the files are read again.
"""

from __future__ import annotations

import stat
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from contextvars import copy_context
from itertools import islice
from pathlib import Path
from queue import Empty, Queue
from threading import Event, Thread
from typing import NamedTuple

from pipelines.bucket_paths import address_of
from pipelines.load import file_rows, policy
from pipelines.load.file_rows import FileRows, Row
from pipelines.model import Source
from pipelines.settings import Settings
from pipelines.stores import articlefile

# The thread hands over this many lines at once. Chosen: they are some 7 MB, so a usual file needs one COPY, and while
# a very large file is read, the session is never silent so long that Postgres ends it.
LINES_AT_ONCE = 500
# After this many lines the thread rests, because Python runs one thread at a time: the thread that is to send the next
# statement to Postgres would wait 5 ms for its turn. Chosen: so many lines take a third of a millisecond, and the
# rests, as short as Linux allows, are a quarter of the reading.
LINES_IN_A_ROW, REST_SECONDS = 20, 0.00005
# At most this many parts of LINES_AT_ONCE lines wait for their COPY. Chosen: a load that waits for the locks of a
# source has no more than 30 MB of lines meanwhile, a part that waits for room included, and most files are read by the
# time that Postgres is ready for them.
PARTS_AHEAD = 3
# A load that ends waits this many seconds for the thread, so that it deletes what it took from a bucket. Chosen: the
# thread ends after twenty lines; only a bucket that does not answer keeps it longer.
END_SECONDS = 1.0
# What tells one version of a file from another one: its device, its number, when it was written, and its length.
Version = tuple[int, int, int, int]
# The article files of some sources, each with its source.
Files = Sequence[tuple[str, Path]]


class Read(NamedTuple):
    """What load takes from article files.

    file: all of it, once the last part was taken.
    parts: the lines, some at a time, as soon as they are read. An error of the reading comes in its place among them.
    """

    file: FileRows
    parts: Iterator[list[Row]]


class _Reader:
    """A thread that reads files into `rows`. It ends with its process, even if a file stands still."""

    def __init__(self, files: Files) -> None:
        self.rows = FileRows(list(files))
        # The lines in their order, and at last None or the error because of which there are no more.
        self._read: Queue[list[Row] | BaseException | None] = Queue(PARTS_AHEAD)
        self._stopped = Event()
        # The context says how patiently a bucket is asked (`bucket.patient`). The thread has the caller's context.
        target = copy_context().run
        self._thread = Thread(target=target, args=(self._read_all,), name="read article files", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Read no further lines."""
        self._stopped.set()
        # The thread may be waiting for room.
        with suppress(Empty):
            while True:
                self._read.get_nowait()
        self._thread.join(END_SECONDS)

    def parts(self) -> Iterator[list[Row]]:
        """The lines, as soon as they are read; the error that the reading raised."""
        while some := self._read.get():
            if isinstance(some, BaseException):
                raise some
            yield some

    def _read_all(self) -> None:
        ended: BaseException | None = None
        try:
            with closing(file_rows.read_rows(self.rows)) as rows:
                while not self._stopped.is_set() and (part := _read_part(rows)):
                    self._read.put(part)
        # The thread that waits for the lines raises it.
        except BaseException as error:  # noqa: BLE001
            ended = error
        self._read.put(ended)


def _read_part(rows: Iterator[Row]) -> list[Row]:
    part: list[Row] = []
    while len(part) < LINES_AT_ONCE and (some := list(islice(rows, LINES_IN_A_ROW))):
        part += some
        time.sleep(REST_SECONDS)
    return part


class ReadAhead:
    """Article files that are read from now on. `take` gives their lines."""

    def __init__(self, files: Files) -> None:
        self._files, self._versions = list(files), [_version(file) for _, file in files]
        self._reader = _Reader(files) if files and None not in self._versions else None

    def take(self, files: Files) -> Read:
        """The lines of these files, as they are read. The caller holds the locks of their sources: no other load stores
        a newer version of them first."""
        if not files:
            return Read(FileRows([]), iter(()))
        if self._files != list(files) or [_version(file) for _, file in files] != self._versions or not self._reader:
            self.stop()
            self._reader = _Reader(files)
        # Another load of the same files reads them anew.
        self._files = []
        return Read(self._reader.rows, self._reader.parts())

    def stop(self) -> None:
        """Read no further lines."""
        if self._reader:
            self._reader.stop()


def choose_together(settings: Settings, following: Sequence[Source], run: str) -> list[Source]:
    """The beginning of `following` that is loaded in one transaction: sources whose article files are small."""
    chosen: list[Source] = []
    size = 0
    for one in following:
        file = articlefile.path(settings, one.name, run)
        try:
            size += file.stat().st_size
        except OSError:
            # A file that is missing, in a bucket, or unreadable is loaded by itself; a fault is then reported.
            break
        if size > policy.TOGETHER_BYTES:
            break
        chosen.append(one)
    return chosen


@contextmanager
def reading(settings: Settings, sources: Sequence[str], run: str) -> Iterator[ReadAhead]:
    """Read the article files of these sources from now on, at most until the end of the block."""
    ahead = ReadAhead([(source, articlefile.path(settings, source, run)) for source in sources])
    try:
        yield ahead
    finally:
        ahead.stop()


def _version(file: Path) -> Version | None:
    """The present version of a file; None if it cannot be told: there is no such file, or it is in a bucket."""
    if address_of(file):
        return None
    try:
        found = file.stat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size) if stat.S_ISREG(found.st_mode) else None
