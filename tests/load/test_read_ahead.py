"""Article files are read by a thread of their own, while load waits for Postgres."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipelines.errors import StoreError
from pipelines.load import policy
from pipelines.load.read_ahead import LINES_AT_ONCE, PARTS_AHEAD, ReadAhead
from pipelines.load.stage import load
from pipelines.settings import Settings
from pipelines.stores import articlefile, postgres
from pipelines.stores.articlefile import Line
from tests.archives import RUN, T0, article, extract
from tests.databases import rows
from tests.faults.holds import blocked, until


def is_reading() -> bool:
    return any(thread.name == "read article files" for thread in threading.enumerate())


@pytest.fixture
def file_of(tmp_path: Path) -> Callable[[int], Path]:
    """Write an article file of that many lines."""

    def write(count: int) -> Path:
        one = article("1", "نص")
        lines = (Line(fetch_id=n, url_id=n, run=RUN, fetched_at=T0, article=one) for n in range(1, count + 1))
        articlefile.write(tmp_path / f"{count}.jsonl", lines)
        return tmp_path / f"{count}.jsonl"

    return write


def test_lines_come_in_the_order_of_the_files(file_of: Callable[[int], Path]) -> None:
    files = [("sana", file_of(LINES_AT_ONCE + 3)), ("jisr", file_of(2))]

    read = ReadAhead(files).take(files)
    lines = [row for part in read.parts for row in part]

    assert lines == read.file.rows
    assert [row["n"] for row in lines] == list(range(1, LINES_AT_ONCE + 6))
    assert [row["fetch_id"] for row in lines] == [*range(1, LINES_AT_ONCE + 4), 1, 2]


def test_no_more_lines_are_read_than_may_wait_and_none_once_nobody_wants_them(file_of: Callable[[int], Path]) -> None:
    files = [("sana", file_of(LINES_AT_ONCE * (PARTS_AHEAD + 3)))]
    most = LINES_AT_ONCE * (PARTS_AHEAD + 1)

    ahead = ReadAhead(files)
    taken = ahead.take(files).file
    until(lambda: len(taken.rows) >= most)
    ahead.stop()

    until(lambda: not is_reading())
    assert most <= len(taken.rows) <= most + LINES_AT_ONCE


def test_an_error_comes_after_the_lines_before_it_and_names_its_line(file_of: Callable[[int], Path]) -> None:
    file = file_of(LINES_AT_ONCE + 3)
    with file.open("a") as stream:
        stream.write("no line\n")

    parts = ReadAhead([("sana", file)]).take([("sana", file)]).parts

    assert len(next(parts)) == LINES_AT_ONCE
    with pytest.raises(StoreError, match=rf"Line {LINES_AT_ONCE + 4} of {file}"):
        next(parts)
    until(lambda: not is_reading())


def test_a_file_that_is_replaced_while_a_load_waits_for_its_turn_is_read_anew(
    settings: Settings, conn: postgres.Connection
) -> None:
    (source,) = extract(settings, conn, [article("1", "نص أول")])
    file = articlefile.path(settings, source.name, RUN)
    (line,) = articlefile.read(file)

    with ThreadPoolExecutor(1) as beside:
        with postgres.connection(settings) as other, other:
            postgres.query(other, "load_lock", source=source.name)
            loaded = beside.submit(load, settings, source, RUN)
            until(lambda: blocked(conn, "nightdesk load") and not is_reading())
            articlefile.write(file, [Line(**vars(line) | {"article": article("1", "نص ثان")})])
        assert loaded.result().state == "done"

    assert rows(conn, "select text from articles") == [("نص ثان",)]


def test_a_load_that_does_not_get_its_turn_reads_no_further(
    settings: Settings, conn: postgres.Connection, file_of: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy, "LOCK_WAIT_SECONDS", 1)
    (source,) = extract(settings, conn, [article("1", "نص")])
    file_of(LINES_AT_ONCE * (PARTS_AHEAD + 2)).replace(articlefile.path(settings, source.name, RUN))

    with postgres.connection(settings) as other, other:
        postgres.query(other, "load_lock", source=source.name)
        assert load(settings, source, RUN).state == "busy"

    until(lambda: not is_reading())
