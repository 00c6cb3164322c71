"""Raw files read whole again, several at once and given in their order: the digest of their bytes, and every record.

hashlib and zlib let go of the interpreter while they work: threads are enough to keep every processor busy.
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

# Files that are read before somebody has looked at them, for each thread. Chosen: nobody waits, and few are held.
AHEAD = 2


@dataclass(frozen=True, kw_only=True)
class RawRead:
    """A raw file as it was read: how many bytes, their SHA-256, and its records, None where nobody asked for them.

    problem: why it could not be read, though it is there.
    """

    bytes: int = 0
    digest: str = ""
    problem: str = ""
    records: tuple[Record, ...] | None = None


def read_raw(path: Path, *, records: bool) -> RawRead | None:
    """All of a raw file, here or in the bucket; None where it is not there."""
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
    """The same of each path, in their order, as many at once as there are processors; None for None."""
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
