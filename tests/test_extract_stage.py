"""The extract stage: ledger and raw store in, article file out, the same however often it is run."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from pipelines import articlefile, db, runs, warc
from pipelines.articlefile import Line
from pipelines.extract import extract, workers
from pipelines.model import Page, Reason, Source
from pipelines.settings import Settings

RUN, LATER = "2026-11-22T0200", "2026-11-23T0200"
AT = datetime(2026, 11, 22, 2, tzinfo=UTC)
SOURCE = Source(name="jisr", title="الجسر", url="https://jisr.test/", country="SY", language="ar", timezone="UTC")
TEXT = "أعلنت بلدية المدينة يوم الاثنين افتتاح الجسر القديم رقم {} أمام المشاة بعد عامين من ترميم شارك فيه كثيرون."


def story(number: int) -> str:
    title = f"افتتاح الجسر القديم رقم {number}"
    text = f"<p>{TEXT.format(number)}</p><p>اترك تعليق</p>"
    return f"<html><title>{title}</title><body><h1>{title}</h1>{text}</body></html>"


def crawled(
    settings: Settings, conn: db.Connection, bodies: list[str], run: str = RUN, kind: str = "article", first: int = 0
) -> list[int]:
    """Pages in the raw store and the ledger, as a crawl leaves them; their fetch ids."""
    writer = warc.begin(settings.raw, SOURCE.name, run)
    found = []
    with conn, conn.cursor() as cursor:
        for number, body in enumerate(bodies, first):
            url, content = f"https://jisr.test/news/{number}", body.encode()
            page = Page(
                source=SOURCE.name,
                run=run,
                url=url,
                final_url=url,
                fetched_at=AT + timedelta(seconds=number),
                status=200,
                headers=(("Content-Type", "text/html"),),
                body=content,
                digest=sha256(content).hexdigest(),
            )
            place = warc.append(writer, page, {"kind": kind})
            cursor.execute(
                "insert into urls (source, url_key, url, host, kind, state, discovered_run)"
                " values ('jisr', %s, %s, 'jisr.test', %s, 'fetched', %s) returning id",
                (f"{kind} {number}", url, kind, run),
            )
            url_id = cursor.fetchone()["id"]  # type: ignore[index,call-overload]
            cursor.execute(
                "insert into fetches (run, source, url_id, url, fetched_at, status, outcome, digest,"
                " warc_file, warc_offset, warc_length)"
                " values (%s, 'jisr', %s, %s, %s, 200, 'fetched', %s, %s, %s, %s) returning id",
                (run, url_id, url, page.fetched_at, page.digest, place.warc_file, place.warc_offset, place.warc_length),
            )
            found.append(cursor.fetchone()["id"])  # type: ignore[index,call-overload]
    warc.finish(writer)
    return found


def lines(settings: Settings, run: str = RUN) -> list[Line]:
    return list(articlefile.read(articlefile.path(settings, SOURCE.name, run)))


@pytest.mark.parametrize("processes", [1, 2])
def test_every_page_is_a_line_in_the_order_of_the_fetches(
    settings: Settings, conn: db.Connection, processes: int
) -> None:
    fetches = crawled(settings, conn, [story(0), "<html><p>لا شيء</p></html>", story(2)])
    heard: list[Line] = []

    tally = extract(settings, SOURCE, RUN, processes=processes, on_line=heard.append)

    assert [line.fetch_id for line in lines(settings)] == fetches
    assert lines(settings) == heard
    assert [line.article.text if line.article else "" for line in heard] == [TEXT.format(0), "", TEXT.format(2)]
    wanted = {"pages": 3, "articles": 2, "rejected": 1, "rejected: too short": 1, "cut": 4, "words": 38}
    assert {name: tally.counts[name] for name in wanted} == wanted
    assert runs.tallies(conn, RUN) == [tally]


def test_a_second_run_writes_the_same_bytes(settings: Settings, conn: db.Connection) -> None:
    crawled(settings, conn, [story(n) for n in range(4)])
    file = articlefile.path(settings, SOURCE.name, RUN)
    extract(settings, SOURCE, RUN)
    once = file.read_bytes()

    extract(settings, SOURCE, RUN, processes=2)

    assert file.read_bytes() == once


def test_feeds_are_no_articles(settings: Settings, conn: db.Connection) -> None:
    crawled(settings, conn, ["<rss/>"], kind="feed")

    tally = extract(settings, SOURCE, RUN)

    assert (tally.state, tally.counts["pages"], lines(settings)) == ("done", 0, [])


def test_an_earlier_page_nobody_decided_on_is_extracted_again(settings: Settings, conn: db.Connection) -> None:
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


def test_a_record_that_cannot_be_read_costs_its_page_alone(settings: Settings, conn: db.Connection) -> None:
    crawled(settings, conn, [story(0), story(1)])
    with conn, conn.cursor() as cursor:
        cursor.execute("update fetches set warc_offset = warc_offset + 7 where url like '%%/0'")

    tally = extract(settings, SOURCE, RUN)

    broken, whole = lines(settings)
    assert broken.rejection and broken.rejection.reason == Reason.UNREADABLE
    assert whole.article and whole.article.text == TEXT.format(1)
    assert tally.counts["rejected: unreadable"] == 1


def test_a_full_disk_stops_the_stage_and_says_so(settings: Settings, conn: db.Connection) -> None:
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
    while job == "hang":
        time.sleep(1)
    return job.upper()


def lost(job: str, reason: Reason, detail: str) -> str:
    return f"{job}: {reason}"


def test_a_worker_that_dies_or_hangs_costs_its_page_alone() -> None:
    jobs = ["a", "die", "b", "hang", "c", "die", "d"]

    found = list(workers.each(work, jobs, 2, 3.0, lost))

    assert found == ["A", "die: unreadable", "B", "hang: too slow", "C", "die: unreadable", "D"]


def test_no_worker_is_left_when_the_reader_stops() -> None:
    reading = workers.each(work, ["a", "b", "c", "d"], 2, 60.0, lost)
    next(reading)

    reading.close()

    import multiprocessing

    assert multiprocessing.active_children() == []
