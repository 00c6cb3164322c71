"""Import of WARC files beside warcio reading the same file alone, and its memory over a file of a gigabyte.

python -m bench imports [--pages 1000] [--large 1000]: pages of the demo newsroom, no two alike, as Common Crawl's news
files have them (a request and a response to each page, a gzip member to each record), into a fresh installation. warcio
is of the environment of the peers, if that was made. --large: megabytes of the file that memory is looked at over, 0
for none; a twentieth of its records are pages, the rest is what a crawl has beside them. Seconds are of all processes'
CPU where it is said.
"""

from __future__ import annotations

import argparse
import gzip
import random
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench import demo_pages, fresh, memory, rivals
from pipelines.archive import page_import
from pipelines.settings import Settings
from pipelines.stores import foreign_warc, postgres

PAGES, LARGE_MB = 1_000, 1_000
PROCESSES = 2
MB_BYTES = 1_000_000
# Of the large file: bytes of what is no page, and how many such records to a page.
OTHER_BYTES, OTHERS = 100_000, 19
# Seconds between two checks at the memory.
POLL_SECONDS = 0.2
# Memory may grow by so much between a file of a tenth and the large one.
MOST_GROWTH = 1.15
WARCIO = """
import sys, time
from warcio.archiveiterator import ArchiveIterator
began, count = time.process_time(), 0
with open(sys.argv[1], "rb") as file:
    for record in ArchiveIterator(file):
        if record.rec_type == "response":
            record.content_stream().read()
            count += 1
print(count / (time.process_time() - began))
"""
SECONDS = "select extract(epoch from sum(ended_at - started_at))::float8 as seconds from runs where stage = %s"


@dataclass(frozen=True, kw_only=True)
class Whole:
    """An import: its pages, seconds of it, of CPU, of extract and of load; peak: bytes of all its processes at most."""

    pages: int
    seconds: float
    cpu: float
    extract: float
    load: float
    peak: int


def main(words: Sequence[str]) -> int:
    """Measure and print; 1 where memory grows with the file."""
    parser = argparse.ArgumentParser(prog="python -m bench imports", description=__doc__)
    parser.add_argument("--pages", type=int, default=PAGES)
    parser.add_argument("--large", type=int, default=LARGE_MB)
    given = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="nightdesk-bench-") as folder:
        at = Path(folder)
        (at / "newsroom").mkdir()
        few = [each for pages in demo_pages.read(at / "newsroom").values() for each in pages]
        jobs = memory.Many(few, max(given.pages, given.large))
        file = _write_file(at / "news.warc.gz", jobs, given.pages)
        _beside_warcio(file, given.pages)
        if not given.large:
            return 0
        peaks = []
        for size in (given.large // 10, given.large):
            large = _large(at / f"large-{size}.warc", jobs, size)
            whole = _import_file(large)
            peaks.append(whole.peak)
            print(
                f"imports: {large.stat().st_size / MB_BYTES:,.0f} MB with {whole.pages:,} pages, in "
                f"{whole.seconds:,.0f} s: {whole.peak / MB_BYTES:,.0f} MB of memory at the most, without Postgres",
                flush=True,
            )
            large.unlink()
    return int(peaks[1] > MOST_GROWTH * peaks[0])


def _beside_warcio(file: Path, pages: int) -> None:
    print(f"imports: {pages:,} pages, {file.stat().st_size / MB_BYTES:,.0f} MB packed", flush=True)
    began = time.process_time()
    read = sum(1 for _ in foreign_warc.pages(file, _refuse, lambda: None))
    alone = read / (time.process_time() - began)
    print(f"imports: reading alone {alone:,.0f} pages a second of CPU", flush=True)
    rate = _warcio(file)
    if rate:
        print(f"imports: warcio reading alone {rate:,.0f}: ours at {alone / rate:.2f} of it", flush=True)
    else:
        print("skipped: warcio, for its environment was not made: make bench/.venv-peers/ready")
    whole = _import_file(file)
    print(
        f"imports: the whole import {whole.pages / whole.seconds:,.1f} pages a second with {PROCESSES} processes"
        f" ({whole.pages / whole.cpu:,.1f} a second of CPU without Postgres'); extract {whole.extract:,.0f} s,"
        f" load {whole.load:,.0f} s, reading, raw store and ledger {whole.seconds - whole.extract - whole.load:,.0f} s",
        flush=True,
    )
    if rate:
        print(f"imports: that is {whole.pages / whole.cpu / rate:.3f} of warcio's rate, which extracts nothing")


def _import_file(file: Path) -> Whole:
    """Import a file into a fresh installation."""
    with fresh.installation() as settings:
        peak = _Peak()
        clock, cpu = time.monotonic(), _cpu()
        with peak:
            report = page_import.bring_in(settings, [file], [], processes=PROCESSES)
        seconds, spent = time.monotonic() - clock, _cpu() - cpu
        assert not report.failed and not report.bad, (report.failed, report.told)
        return Whole(pages=report.pages, seconds=seconds, cpu=spent, extract=_seconds(settings, "extract"),
                     load=_seconds(settings, "load"), peak=peak.bytes)  # fmt: skip


def _seconds(settings: Settings, stage: str) -> float:
    """Seconds that a stage took in all runs of an installation."""
    with postgres.connection(settings) as conn, conn, conn.cursor() as cursor:
        cursor.execute(SECONDS, (stage,))
        return float(cursor.fetchone()["seconds"])  # type: ignore[index,call-overload]


def _cpu() -> float:
    """Seconds of CPU of this process and of those of its children that have ended."""
    times = psutil.Process().cpu_times()
    return times.user + times.system + times.children_user + times.children_system


class _Peak:
    """The memory of this process and its children, without what they share and without Postgres, at the most."""

    def __init__(self) -> None:
        self.bytes = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(POLL_SECONDS):
            self.bytes = max(self.bytes, sum(_count_memory(one) for one in _ours()))


def _ours() -> Iterator[psutil.Process]:
    process = psutil.Process()
    yield process
    yield from process.children(recursive=True)


def _count_memory(process: psutil.Process) -> int:
    try:
        return 0 if "postgres" in process.name() else int(process.memory_full_info().uss)
    except psutil.Error:
        return 0


def _warcio(file: Path) -> float:
    """Pages a second of CPU that warcio reads; 0 where it is not there."""
    if not rivals.there():
        return 0.0
    done = subprocess.run([rivals.PYTHON, "-c", WARCIO, file], stdout=subprocess.PIPE, text=True, check=True)
    return float(done.stdout)


def _write_file(path: Path, jobs: memory.Many, pages: int) -> Path:
    with path.open("wb") as file:
        for number in range(pages):
            for record in _records(jobs, number):
                file.write(gzip.compress(record))
    return path


def _large(path: Path, jobs: memory.Many, megabytes: int) -> Path:
    """A plain file of so many megabytes."""
    draw, number = random.Random(megabytes), 0
    with path.open("wb") as file:
        while file.tell() < megabytes * MB_BYTES:
            for record in _records(jobs, number):
                file.write(record)
            for other in range(OTHERS):
                block = b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n\r\n" + draw.randbytes(OTHER_BYTES)
                file.write(_record("response", f"https://p{number}.example.org/{other}.jpg", block))
            number += 1
    return path


def _records(jobs: memory.Many, number: int) -> Iterator[bytes]:
    job = jobs[number]
    url = f"https://{job.source.name}.example.org/{number}"
    yield _record("request", url, f"GET /{number} HTTP/1.1\r\nHost: {job.source.name}.example.org\r\n\r\n".encode())
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    yield _record("response", url, head + job.page.body)


def _record(kind: str, url: str, block: bytes) -> bytes:
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:6b2f3b9e-0c3b-4a53-8f0e-7f6a3f0e1a2b>\r\n"
        f"WARC-Date: 2026-01-02T03:04:05Z\r\nWARC-Target-URI: {url}\r\n"
        f"Content-Type: application/http; msgtype={kind}\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def _refuse(at: int, why: str) -> None:
    raise ValueError(f"byte {at}: {why}")


if __name__ == "__main__":
    import sys

    sys.exit(main(sys.argv[1:]))
