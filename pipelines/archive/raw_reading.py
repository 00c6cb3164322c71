"""Reads whole raw files again, several at a time, and gives the results in order: the digest of the bytes, and every
record.

hashlib and zlib release the interpreter's lock while they work, so threads are enough to keep every processor busy.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from pipelines.stores import bucket, chain, warc_records
from pipelines.stores.warc_records import Record

# Each thread reads this many files ahead of the caller. Chosen: then the caller does not wait, and few files are in
# memory.
AHEAD = 2


@dataclass(frozen=True, kw_only=True)
class RawRead:
    """A raw file after reading: how many bytes, their SHA-256, and its records (None if they were not requested).

    problem: why the file could not be read, although it is there.
    """

    bytes: int = 0
    digest: str = ""
    problem: str = ""
    records: tuple[Record, ...] | None = None


def read_raw(path: Path, *, records: bool) -> RawRead | None:
    """All of a raw file, here or in the bucket; None if it is not there."""
    try:
        with bucket.whole(path) as here:
            return RawRead(
                bytes=here.stat().st_size,
                digest=chain.digest_of(here),
                records=tuple(warc_records.check(here)) if records else None,
            )
    except FileNotFoundError:
        return None
    except OSError as error:
        return RawRead(problem=error.strerror or str(error))


def read_ahead(paths: Sequence[Path | None], *, records: bool) -> Iterator[RawRead | None]:
    """Read each path by `read_raw`, in order, with one thread for each processor; for each None among the paths it
    gives None."""
    threads = len(os.sched_getaffinity(0))
    waiting: deque[Future[RawRead | None] | None] = deque()
    left = iter(paths)
    with ThreadPoolExecutor(threads, thread_name_prefix="verify") as pool:
        try:
            while True:
                for path in left:
                    waiting.append(pool.submit(read_raw, path, records=records) if path else None)
                    if len(waiting) >= threads * AHEAD:
                        break
                if not waiting:
                    return
                first = waiting.popleft()
                yield first.result() if first else None
        finally:
            pool.shutdown(cancel_futures=True)
