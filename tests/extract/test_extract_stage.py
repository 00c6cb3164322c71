"""The extract stage: ledger and raw store in, article file out, the same however often it is run."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.extract import cpu_limit, fetched_pages, workers
from pipelines.extract.stage import extract
from pipelines.query import evaluation, index_rows, vectors
from pipelines.settings import Settings
from pipelines.stores import articlefile, postgres, runs
from pipelines.stores.articlefile import Line
from tests.faults.holds import alive, until
from tests.jisr import SOURCE, TEXT, crawled, lines, story

RUN, LATER = "2026-11-22T0200", "2026-11-23T0200"


def index(line: Line) -> object:
    """What the search index has of the article of a line."""
    one = line.article
    if not one:
        return None
    made, _ = vectors.vectors({name: getattr(one, name) for name in evaluation.FIELDS}, one.authors)
    return [vector.pack() for vector in made]


@pytest.mark.parametrize("processes", [1, 2])
def test_every_page_is_a_line_in_the_order_of_the_fetches(
    settings: Settings, conn: postgres.Connection, processes: int
) -> None:
    fetches = crawled(settings, conn, [story(0), "<html><p>لا شيء</p></html>", story(2)])
    heard: list[Line] = []

    tally = extract(settings, SOURCE, RUN, processes=processes, on_page=heard.append)

    assert [line.fetch_id for line in lines(settings)] == fetches
    assert [replace(line, words=()) for line in lines(settings)] == [replace(line, words=()) for line in heard]
    assert [line.article.text if line.article else "" for line in heard] == [TEXT.format(0), "", TEXT.format(2)]
    assert [index_rows.read(line.words) if line.words else None for line in lines(settings)] == [
        index(line) for line in heard
    ]
    wanted = {"pages": 3, "articles": 2, "rejected": 1, "rejected: too short": 1, "cut": 4, "words": 38}
    assert {name: tally.counts[name] for name in wanted} == wanted
    assert runs.tallies(conn, RUN) == [tally]


def test_a_second_run_writes_the_same_bytes(settings: Settings, conn: postgres.Connection) -> None:
    crawled(settings, conn, [story(n) for n in range(4)])
    file = articlefile.path(settings, SOURCE.name, RUN)
    extract(settings, SOURCE, RUN)
    once = file.read_bytes()

    extract(settings, SOURCE, RUN, processes=2)

    assert file.read_bytes() == once


def test_feeds_are_no_articles(settings: Settings, conn: postgres.Connection) -> None:
    crawled(settings, conn, ["<rss/>"], kind="feed")

    tally = extract(settings, SOURCE, RUN)

    assert (tally.state, tally.counts["pages"], lines(settings)) == ("done", 0, [])


def test_an_earlier_page_nobody_decided_on_is_extracted_again(settings: Settings, conn: postgres.Connection) -> None:
    undecided, decided = crawled(settings, conn, [story(0), story(1)])
    (new,) = crawled(settings, conn, [story(2)], run=LATER, first=2)
    with conn, conn.cursor() as cursor:
        cursor.execute(
            "insert into outcomes (fetch_id, url_id, run, source, outcome)"
            " select id, url_id, run, source, 'stored' from fetches where id = %s",
            (decided,),
        )

    extract(settings, SOURCE, LATER)

    assert [(line.fetch_id, line.run) for line in lines(settings, LATER)] == [(undecided, RUN), (new, LATER)]


def test_a_record_that_cannot_be_read_decides_nothing_about_its_page(
    settings: Settings, conn: postgres.Connection
) -> None:
    _, other = crawled(settings, conn, [story(0), story(1)])
    with conn, conn.cursor() as cursor:
        cursor.execute("update fetches set warc_offset = warc_offset + 7 where url like '%%/0'")

    tally = extract(settings, SOURCE, RUN)

    assert [(line.fetch_id, bool(line.article)) for line in lines(settings)] == [(other, True)]
    assert (tally.state, tally.counts["undecided"], tally.counts["rejected"]) == ("failed", 1, 0)
    assert "jisr-2026-11-22T0200-1.warc.gz" in tally.message


def test_pages_of_a_run_labelled_later_than_now_are_not_left_until_then(
    settings: Settings, conn: postgres.Connection
) -> None:
    (undecided,) = crawled(settings, conn, [story(0)], run="2999-01-01T0200")

    extract(settings, SOURCE, RUN)

    assert [line.fetch_id for line in lines(settings)] == [undecided]


def test_what_is_lost_for_a_day_is_asked_for_again_and_then_the_lost_look_is_no_fault_any_more(
    settings: Settings, conn: postgres.Connection
) -> None:
    crawled(settings, conn, [story(0)])
    shutil.rmtree(settings.raw)
    with conn, conn.cursor() as cursor:
        cursor.execute("update urls set next_at = null, digest = 'of what is lost'")

    lost = extract(settings, SOURCE, RUN)

    with conn, conn.cursor() as cursor:
        cursor.execute("select id from urls where next_at <= now() and digest = '' and state = 'fetched'")
        (asked,) = (row["id"] for row in cursor.fetchall())  # type: ignore[call-overload]
    (newer,) = crawled(settings, conn, [story(1)], run=LATER, first=1)
    with conn, conn.cursor() as cursor:
        cursor.execute("update fetches set url_id = %s where id = %s", (asked, newer))
    found = extract(settings, SOURCE, LATER)
    assert (lost.state, found.state) == ("failed", "done")
    assert [line.fetch_id for line in lines(settings, LATER)] == [newer]


def test_a_source_of_slow_pages_is_stopped_at_a_limit_and_told(
    settings: Settings, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetched_pages, "CPU_A_SOURCE", 0.0)
    monkeypatch.setattr(fetched_pages, "CPU_A_PAGE", 1e-9)
    first, *_ = crawled(settings, conn, [story(n) for n in range(3)])

    tally = extract(settings, SOURCE, RUN)

    assert [line.fetch_id for line in lines(settings)] == [first]
    assert (tally.state, tally.counts["undecided"]) == ("failed", 2)
    assert "s of CPU" in tally.message


def test_a_full_disk_stops_the_stage_and_says_so(settings: Settings, conn: postgres.Connection) -> None:
    crawled(settings, conn, [story(0)])
    full = settings.model_copy(update={"min_free_mb": 1 << 40})

    tally = extract(full, SOURCE, RUN)

    assert tally.state == "stopped"
    assert "NIGHTDESK_MIN_FREE_MB" in tally.message
    assert not articlefile.path(settings, SOURCE.name, RUN).exists()


def work(job: str) -> str:
    """What the workers of these tests do: die, hang, or answer."""
    if job == "die":
        os._exit(9)
    if job == "be killed":
        os.kill(os.getpid(), signal.SIGKILL)
    while job == "hang":
        time.process_time()
    if job == "be stopped":
        with cpu_limit.time_limit(0.5):
            subprocess.Popen(["/bin/sh", "-c", f"sleep 1.5; kill -CONT {os.getpid()}"])
            os.kill(os.getpid(), signal.SIGSTOP)
    while job == "wait":
        time.sleep(1)
    return str(os.getpid()) if job == "who" else job.upper()


def lost(job: str, loss: workers.Loss, detail: str) -> str:
    return f"{job}: {loss}"


def test_a_worker_that_dies_or_hangs_costs_its_page_alone() -> None:
    jobs = ["a", "die", "b", "hang", "c", "be killed", "d"]

    found = list(workers.each(work, jobs, 2, 1.0, lost))

    assert found == ["A", "die: crashed", "B", "hang: too slow", "C", "be killed: killed", "D"]


def test_a_page_that_has_no_end_by_the_clock_but_used_no_cpu_is_not_too_slow() -> None:
    (found,) = workers.each(work, ["wait"], 1, 1.0, lost, unfinished=1.5)

    assert found == "wait: unfinished"


def test_a_page_that_was_stopped_for_longer_than_it_may_take_is_not_too_slow() -> None:
    (found,) = workers.each(work, ["be stopped"], 1, 1.0, lost)

    assert found == "BE STOPPED"


def test_no_worker_is_left_when_the_reader_stops() -> None:
    reading = workers.each(work, ["who", "who", "who", "who"], 2, 60.0, lost)
    pid = int(next(reading))

    reading.close()

    assert not Path(f"/proc/{pid}").exists()


def test_workers_go_on_after_their_nursery_was_killed() -> None:
    reading = workers.each(work, ["who", "a", "b", "c"], 1, 60.0, lost)
    pid = int(next(reading))
    os.kill(int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]), signal.SIGKILL)

    found = list(reading)

    assert found == ["A", "B", "C"]
    until(lambda: not alive(pid))
