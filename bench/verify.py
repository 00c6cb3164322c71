"""Reading raw files again beside the plain tools: file digests beside sha256sum, records beside gzip -dc | sha256sum.

python -m bench verify [--pages 2000]: raw files of generated pages, each way read in turns, the best of three rounds.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from pipelines.archive import raw_reading
from pipelines.model import Page
from pipelines.stores import warc

# What must be reached of the plain tool's rate.
LEAST_OF_FILES, LEAST_OF_RECORDS = 0.5, 0.7
ROUNDS = 3
RUN = "2026-11-22T0200"
FILES = 4
MB_BYTES = 1_000_000


def main(words: Sequence[str]) -> int:
    """Measure and print; 1 where a rate is below what is asked."""
    parser = argparse.ArgumentParser(prog="python -m bench verify", description=__doc__)
    parser.add_argument("--pages", type=int, default=2000)
    given = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="nightdesk-bench-") as folder:
        paths = [_write_file(Path(folder), number, given.pages // FILES) for number in range(FILES)]
        packed = sum(path.stat().st_size for path in paths) / MB_BYTES
        unpack = 'for file in "$@"; do gzip -dc "$file" | sha256sum; done'
        ways: list[Callable[[], object]] = [
            lambda: _check(paths, records=False),
            lambda: _run("sha256sum", *map(str, paths)),
            lambda: _check(paths, records=True),
            lambda: _run("sh", "-c", unpack, "sh", *map(str, paths)),
        ]
        took = [[_time_work(work) for work in ways] for _ in range(ROUNDS)]
    (files, plain, records, unpacked), cpu = ([min(one[kind] for one in way) for way in zip(*took, strict=True)]
                                              for kind in (0, 1))  # fmt: skip
    print(f"verify: {given.pages:,} pages in {FILES} raw files, {packed:,.0f} MB packed, best of {ROUNDS}")
    print(
        f"verify: files {packed / files:,.0f} MB a second, sha256sum {packed / plain:,.0f}: {plain / files:.2f} of it"
    )
    print(
        f"verify --records: {packed / records:,.0f} MB a second, gzip -dc | sha256sum {packed / unpacked:,.0f}: "
        f"{unpacked / records:.2f} of it"
    )
    print(
        "verify: by CPU, which no other process takes part of: files "
        f"{cpu[1] / cpu[0]:.2f} of sha256sum's rate, --records {cpu[3] / cpu[2]:.2f} of gzip -dc | sha256sum"
    )
    print(f"verify: {LEAST_OF_FILES} and {LEAST_OF_RECORDS} are asked")
    return int(plain / files < LEAST_OF_FILES or unpacked / records < LEAST_OF_RECORDS)


def _write_file(raw: Path, number: int, pages: int) -> Path:
    """A raw file of pages of 5 to 60 thousand bytes, as compressible as news pages are."""
    draw = random.Random(number)
    words = ["".join(draw.choices("abcdefghijklmnop", k=draw.randint(2, 9))) for _ in range(5000)]
    writer = warc.begin(raw, f"s{number}", RUN)
    for n in range(pages):
        lines = (" ".join(draw.choices(words, k=60)) for _ in range(draw.randint(12, 150)))
        body = "".join(f"<p class='text'>{line}</p>\n" for line in lines).encode()
        page = Page(
            source=f"s{number}", run=RUN, url=f"http://s.test/{n}", final_url=f"http://s.test/{n}", status=200,
            fetched_at=datetime.now(UTC), headers=(), body=body, digest=sha256(body).hexdigest(),
        )  # fmt: skip
        warc.append(writer, page, {"kind": "article"})
    closed = warc.finish(writer)
    assert closed
    return closed


def _check(paths: Sequence[Path], *, records: bool) -> None:
    """As `verify` does it, with --records or without."""
    for read in raw_reading.read_ahead(paths, records=records):
        assert read and not any(record.problem for record in read.records or ())


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def _time_work(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock on the wall, and of CPU, ours and of the processes that ended."""
    began, before = time.perf_counter(), os.times()
    work()
    seconds, after = time.perf_counter() - began, os.times()
    return seconds, sum(after[:4]) - sum(before[:4])


if __name__ == "__main__":
    import sys

    sys.exit(main(sys.argv[1:]))
