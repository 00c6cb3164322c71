"""Whether a worker's memory stays flat over ten thousand pages, no two of them alike."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import overload

import psutil

from bench import demo_pages
from pipelines.extract import workers
from pipelines.extract.extraction import extract_page
from pipelines.model import Page, Source

PAGES = 10_000
LOOKS = (1_000, 2_000, 5_000, 10_000)
SECONDS = 60.0
GROWTH = 1.1


@dataclass(frozen=True)
class MemoryJob:
    """A page for the worker."""

    page: Page
    source: Source


class Many(Sequence[MemoryJob]):
    """So many pages out of a few, each with a word of its own in its paragraphs, made when they are asked for."""

    def __init__(self, few: Sequence[demo_pages.DemoPage], many: int) -> None:
        self.few, self.many = few, many

    def __len__(self) -> int:
        return self.many

    @overload
    def __getitem__(self, number: int) -> MemoryJob: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[MemoryJob]: ...
    def __getitem__(self, number: int | slice) -> MemoryJob | Sequence[MemoryJob]:
        if isinstance(number, slice):
            return [self[place] for place in range(*number.indices(self.many))]
        one = self.few[number % len(self.few)]
        content = one.page.body.replace(b"<p>", b"<p>w%dx%d " % (number, 7 * number))
        return MemoryJob(replace(one.page, body=content, digest=sha256(content).hexdigest()), one.source)


def main() -> int:
    """Print the worker's memory on the way; 1 where it has grown by more than a tenth since the first look."""
    with tempfile.TemporaryDirectory() as folder:
        few = [each for pages in demo_pages.read(Path(folder)).values() for each in pages]
    looks: dict[int, float] = {}
    for number, used in enumerate(workers.each(_read, Many(few, PAGES), 1, SECONDS, _end_lost), 1):
        if number in LOOKS:
            looks[number] = used
            print(f"memory: {used:6.1f} MB after {number:6,} pages", flush=True)
    first, last = looks[min(LOOKS)], looks[max(LOOKS)]
    print(f"memory: {100 * (last / first - 1):+.1f} % from page {min(LOOKS):,} to page {max(LOOKS):,}")
    return int(last > GROWTH * first)


def _read(job: MemoryJob) -> float:
    """Extract a page; the megabytes this worker holds afterwards."""
    extract_page(job.page, job.source)
    return float(psutil.Process().memory_info().rss) / 1e6


def _end_lost(job: MemoryJob, loss: workers.Loss, detail: str) -> float:
    raise RuntimeError(f"{job.page.url}: {loss}, {detail}")


if __name__ == "__main__":
    # Under its own name, for a worker imports what it is to do.
    from bench import memory

    sys.exit(memory.main())
