"""A fault of our own raw store or machine decides nothing about a page, is told, and its first success is news."""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines.crawl import stage as crawl
from pipelines.extract import extraction, fetched_pages, workers
from pipelines.extract.stage import extract
from pipelines.settings import Settings
from pipelines.stores import postgres, warc
from tests import sites
from tests.faults.conftest import NEW, NEXT, RUN, Night, Receiver, check_whole, finish
from tests.faults.holds import value
from tests.sites import Sites

AT = "crawled"
DECIDED = "select count(*) from outcomes where run = %s and source = 'harbour'"
LOUD = "select count(*) from alerts where source = 'harbour' and quiet = ''"
# Less than lxml needs for the tree of a page of a megabyte: so it is lxml that gets none, and Python has some left to
# say so. With a few megabytes more it is now and then one of Python's own objects: Python 3.11 then tries without end
# to leave a `with`, for which it wants 32 bytes, until the worker has had its CPU time, and the page is "too slow".
STARVED_BYTES = 256 << 10
WHY = """
    select string_agg(distinct reason, ' ') from urls
    where source = 'harbour' and state = 'fetched' and kind = 'article'
"""


def deleted(file: Path) -> None:
    file.unlink()


def flipped(file: Path) -> None:
    content = bytearray(file.read_bytes())
    for place in range(100, len(content), 100):
        content[place] ^= 0xFF
    file.write_bytes(content)


def cut(file: Path) -> None:
    os.truncate(file, 200)


def moved(file: Path) -> None:
    file.rename(file.with_name("harbour-old.warc.gz"))


def elsewhere(file: Path) -> None:
    """The store of another machine: other files of the same names."""
    (other,) = file.parents[2].glob(f"sabah/{RUN}/*{warc.CLOSED}")
    shutil.copyfile(other, file)


def a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize(
    ("damage", "again"),
    [(deleted, RUN), (deleted, NEXT), (flipped, NEXT), (cut, NEXT), (moved, NEXT), (elsewhere, NEXT), (a_folder, NEXT)],
)
def test_a_damaged_raw_file_decides_nothing_and_what_it_held_is_news_once_it_is_back(
    night: Night, conn: postgres.Connection, receiver: Receiver, damage: Callable[[Path], None], again: str
) -> None:
    (file,) = night.settings.raw.glob(f"harbour/{RUN}/*{warc.CLOSED}")
    kept = file.read_bytes()
    damage(file)
    told = night.settings.model_copy(update={"operators": "ops"})

    hurt, whole = finish(told, night.sources, RUN, receiver.channels, after="crawl")[:2]

    assert (hurt.state, whole.state) == ("failed", "done")
    assert str(file) in hurt.message
    assert value(conn, DECIDED, RUN) == 0
    assert str(file) in value(conn, WHY)
    assert str(file) in value(conn, "select body from deliveries where channel = 'ops'")
    with conn, conn.cursor() as cursor:
        cursor.execute("delete from deliveries where channel = 'ops'")
    shutil.rmtree(file.parent)
    file.parent.mkdir()
    file.write_bytes(kept)
    finish(night.settings, night.sources, again, receiver.channels, after="crawl")
    assert value(conn, LOUD) == NEW
    check_whole(night, receiver, RUN, again)


def starved(job: fetched_pages.Job) -> fetched_pages.ExtractedFetch:
    """A machine on which hardly more memory is to be had than the worker has when it begins to read."""

    def limited(*given: Any, **named: Any) -> extraction.PageReading:
        (size,) = (line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if "VmSize" in line)
        resource.setrlimit(resource.RLIMIT_AS, (int(size) * 1024 + STARVED_BYTES, resource.RLIM_INFINITY))
        return extraction.read_page(*given, **named)

    # Of the worker alone, which this is.
    fetched_pages.read_page = limited
    return fetched_pages.work(job)


def without_a_library(*_: object, **__: object) -> None:
    """An installation that is being changed while a night runs."""
    raise ModuleNotFoundError("No module named 'trafilatura.settings'")


def without_files(*_: object, **__: object) -> None:
    """A machine that gives nobody another open file."""
    raise OSError(errno.EMFILE, "Too many open files")


def without_memory(job: int) -> int:
    raise MemoryError


def panicking(job: int) -> int:
    raise BaseException("a library gave up")


def aborting_for_memory(job: int) -> int:
    """A library of C++ that asks for more than there is, where nobody catches what it throws."""
    return int(ctypes.CDLL("libstdc++.so.6")._Znwm(ctypes.c_size_t(2**62)))


def aborting(job: int) -> int:
    os.abort()


@pytest.mark.parametrize(
    ("work", "loss"),
    [
        (without_memory, workers.Loss.KILLED),
        (aborting_for_memory, workers.Loss.KILLED),
        (aborting, workers.Loss.CRASHED),
        (panicking, workers.Loss.CRASHED),
    ],
)
def test_a_worker_that_ends_for_want_of_memory_is_told_from_one_that_its_page_ended(
    work: Callable[[int], int], loss: workers.Loss
) -> None:
    results = list(workers.each(work, [1], 1, 10, lambda job, loss, why: loss))

    assert results == [loss]


@pytest.mark.parametrize(
    ("hurts", "said"),
    [
        (starved, "MemoryError"),
        (without_a_library, "ModuleNotFoundError"),
        (without_files, "OSError [Errno 24] Too many open files"),
    ],
)
def test_a_machine_that_cannot_read_a_page_decides_nothing_about_it(
    here: Settings, web: Sites, monkeypatch: pytest.MonkeyPatch, hurts: Callable[..., object], said: str
) -> None:
    source = sites.site(web, "a.test", 1, language="en")
    # A megabyte, where it takes more memory than there is.
    count = 12_000 if hurts is starved else 120
    story = "".join(f"<p>The river has risen by {n} metres in the night, the mayor told us.</p>" for n in range(count))
    page = f"<html><head><title>The flood of the year</title></head><body><article>{story}</article></body></html>"
    web.pages["http://a.test/news/1"] = sites.answer(200, page.encode())
    crawl.crawl(here, [source], RUN)
    told = here.model_copy(update={"operators": "ops"})

    with monkeypatch.context() as hurting:
        hurting.setattr(fetched_pages, "read_page" if hurts is not starved else "work", hurts)
        hurt = extract(told, source, RUN, apart=hurts is starved)
    whole = extract(told, source, RUN)

    assert (hurt.state, hurt.counts["undecided"], hurt.counts["rejected"]) == ("failed", 1, 0)
    assert f"The machine could not read a page of this source: {said}" in hurt.message
    assert (whole.state, whole.counts["articles"]) == ("done", 1)
