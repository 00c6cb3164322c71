"""Reads fetched pages from the raw store and extracts them, in workers if wanted. What one source may cost a run is
limited.

If something is wrong with the page itself, the page is rejected. If something is wrong with the store or the machine,
nothing is decided about the page.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from pipelines.codes import Reason
from pipelines.errors import StoreError
from pipelines.extract import workers
from pipelines.extract.extraction import CPU_SECONDS, read_page
from pipelines.extract.nursery import MACHINE_ERRORS
from pipelines.model import Article, Page, Pointer, Rejection, Source, Template
from pipelines.stores import bucket, postgres, warc

# This many characters of an error's text are kept. Chosen: they fill two lines, which are enough to tell what went
# wrong.
DETAIL_CHARACTERS = 300

# If the timer's signal cannot stop a page after CPU_SECONDS, its worker is ended this many seconds of CPU later.
BEYOND_CPU_SECONDS = 10.0
# One source may cost a run CPU_A_SOURCE seconds of CPU time, and CPU_A_PAGE more for each of its pages. An ordinary
# page takes a tenth of a second. Ten times that for each page is enough on a slow machine. A source whose pages are
# built to take 20 seconds each is stopped after some thirty pages.
CPU_A_SOURCE, CPU_A_PAGE = 600.0, 1.0
# If this many pages in a row lose their workers, the fault is not in the pages, and no further page is read.
LOST_IN_A_ROW = 3
# A process must be able to get this many bytes of memory; a page of ten paragraphs takes as much. If the process gets
# less, nobody knows whether a page is unreadable or only memory is missing.
SPARE_BYTES = 16 << 20


class Fault(StrEnum):
    """Why a page stays undecided, if the page is not at fault."""

    STORE = "its raw record cannot be read"
    WORKER = "its worker ended without an answer, or had no memory or file for it"
    LIMIT = "it was not looked at"


@dataclass(frozen=True)
class Job:
    """One page to extract: the row of its fetch, the folder of the raw store, its source, and what was learned of the
    source.

    row: of "fetches_to_extract" or "fetches_to_read_again": fetch_id, url_id, run, url, fetched_at, digest, warc_file,
    warc_offset, warc_length.
    extractor: what the article names as its extractor, with the version of the template.
    """

    row: postgres.Row
    raw: Path
    source: Source
    template: Template | None
    extractor: str


@dataclass(frozen=True)
class ExtractedFetch:
    """The result for a page, and the CPU seconds that it took.

    result: None if nothing can be said about the page yet; `why` is a sentence with the reason, and `fault` the kind of
    reason.
    fits: whether the page agrees with the template; None if this cannot be told.
    """

    result: Article | Rejection | None
    fits: bool | None = None
    seconds: float = 0.0
    fault: Fault | None = None
    why: str = ""


def each(jobs: Sequence[Job], processes: int, apart: bool) -> Iterator[tuple[Job, ExtractedFetch]]:
    """Each page and its result, in order. After the source has cost the run too much, or LOST_IN_A_ROW pages
    have lost their workers, no further page is read.

    processes, apart: as in extract.stage.extract.

    Workers get their pages by `workers.each`, which serves any work and knows nothing about pages.
    """
    here = processes == 1 and not apart
    results = iter(
        map(work, jobs)
        if here
        else workers.each(work, jobs, processes, CPU_SECONDS + BEYOND_CPU_SECONDS, end_lost_page)
    )
    limit = left = CPU_A_SOURCE + CPU_A_PAGE * len(jobs)
    lost_in_a_row = 0
    for place, job in enumerate(jobs):
        extracted = next(results)
        left -= extracted.seconds
        lost_in_a_row = lost_in_a_row + 1 if extracted.fault == Fault.WORKER else 0
        yield job, extracted
        enough = ""
        if left <= 0:
            enough = f"Its pages took {limit:.0f} s of CPU, which is all that a run with so many pages may take."
        elif lost_in_a_row == LOST_IN_A_ROW:
            enough = f"{LOST_IN_A_ROW} pages in a row ended their workers: look for memory that runs out."
        if enough:
            yield from ((rest, ExtractedFetch(None, fault=Fault.LIMIT, why=enough)) for rest in jobs[place + 1 :])
            return


def work(job: Job) -> ExtractedFetch:
    """The result for one page. A fault of the page rejects the page; a fault of store or machine leaves it
    undecided."""
    started = time.process_time()
    try:
        with bucket.patient():
            page = replace(stored_page(job.raw, job.row), source=job.source.name, run=job.row["run"])
    except StoreError as error:
        return ExtractedFetch(None, fault=Fault.STORE, why=str(error))
    try:
        read = read_page(page, job.source, template=job.template)
    except MACHINE_ERRORS as error:
        return _unread(" ".join(f"{type(error).__name__} {error}".split())[:DETAIL_CHARACTERS], started)
    except Exception as error:  # noqa: BLE001 -- parsers meet whatever a site sends; one page must not cost the others
        extracted = _reject(job, Reason.UNREADABLE, f"{type(error).__name__}: {error}", time.process_time() - started)
    else:
        extracted = ExtractedFetch(
            replace(read.result, extractor=job.extractor), read.fits, time.process_time() - started
        )
    # A parser that does not get memory raises an error of its own, or gives an empty page.
    return (
        _unread(MemoryError.__name__, started)
        if isinstance(extracted.result, Rejection) and _is_starved()
        else extracted
    )


def end_lost_page(job: Job, loss: workers.Loss, detail: str) -> ExtractedFetch:
    """The result for a page that no worker could finish: a rejection if the page itself is the reason."""
    if loss == workers.Loss.TOO_SLOW:
        return _reject(job, Reason.TOO_SLOW, detail, CPU_SECONDS + BEYOND_CPU_SECONDS)
    if loss == workers.Loss.CRASHED:
        return _reject(job, Reason.UNREADABLE, detail)
    return ExtractedFetch(None, why=f"{job.row['url']}: {detail}.", fault=Fault.WORKER)


def stored_page(raw: Path, row: postgres.Row) -> Page:
    """The page of a fetch, from the raw store; StoreError names the file if the page is missing or damaged, or if
    another page is there.
    """
    pointer = Pointer(**{name: row[name] for name in ("warc_file", "warc_offset", "warc_length")})
    path = raw / pointer.warc_file
    try:
        page = warc.read(raw, pointer)
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror or error}.") from None
    if page.url != row["url"] or row["digest"] not in ("", page.digest):
        raise StoreError(f"{path} holds another page at byte {pointer.warc_offset} than was fetched; restore the file.")
    return page


def _unread(said: str, started: float) -> ExtractedFetch:
    """A page that could not be read because of the machine, and not because of the page. It stays undecided."""
    why = f"The machine could not read a page of this source: {said}."
    return ExtractedFetch(None, seconds=time.process_time() - started, fault=Fault.WORKER, why=why)


def _is_starved() -> bool:
    """Whether this process can get no more memory."""
    try:
        bytearray(SPARE_BYTES)
    except MemoryError:
        return True
    return False


def _reject(job: Job, reason: Reason, detail: str, seconds: float = 0.0) -> ExtractedFetch:
    return ExtractedFetch(
        Rejection(
            source=job.source.name,
            url=job.row["url"],
            reason=reason,
            detail=" ".join(detail.split())[:DETAIL_CHARACTERS],
            page_digest=job.row["digest"],
            extractor=job.extractor,
        ),
        seconds=seconds,
    )
