"""Article files are read by a thread of their own, while load waits for Postgres."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipelines.errors import StoreError
from pipelines.load import policy, read_ahead, steps
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


def test_all_parts_of_a_long_file_are_looked_up_and_the_planner_knows_more_than_the_first(
    settings: Settings, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_ahead, "LINES_AT_ONCE", 20)
    monkeypatch.setattr(read_ahead, "LINES_IN_A_ROW", 10)
    monkeypatch.setattr(steps, "FEW_LINES", 10)
    known = [article(str(n), f"نص {n}") for n in range(20)]
    (source,) = extract(settings, conn, known)
    assert load(settings, source, RUN).counts["new"] == 20
    fresh = [article(str(n), f"نص {n}") for n in range(20, 400)]
    asked: list[tuple[int, int]] = []
    analyzed = []
    look_up, execute = steps._look_up, postgres.execute

    def note_looked(conn: postgres.Connection, first: int, last: int) -> postgres.Row:
        asked.append((first, last))
        return look_up(conn, first, last)

    def note_executed(conn: postgres.Connection, name: str, **params: object) -> int:
        analyzed.extend([name] if name == "load_analyze_lines" else [])
        return execute(conn, name, **params)

    monkeypatch.setattr(steps, "_look_up", note_looked)
    monkeypatch.setattr(postgres, "execute", note_executed)
    extract(settings, conn, [*known, *fresh], run="2026-11-23T0200")
    tally = load(settings, source, "2026-11-23T0200")

    assert tally.state == "done"
    assert (tally.counts["new"], rows(conn, "select count(*) from articles")) == (380, [(400,)])
    assert [first for first, _ in asked] == [1, *(last + 1 for _, last in asked[:-1])]
    assert asked[0] == (1, 20) and asked[-1][1] == 400 and len(asked) < 20
    assert len(analyzed) == 2
