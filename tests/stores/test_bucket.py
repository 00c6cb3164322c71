"""NIGHTDESK_RAW: machines that share nothing but Postgres and a bucket, and a bucket that fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest

from pipelines.archive import evidence, import_input, page_import, provenance, verify
from pipelines.codes import Reason
from pipelines.crawl import stage as crawl
from pipelines.crawl import url_account
from pipelines.errors import AwayError, SettingsError, StoreError, TakenOverError
from pipelines.extract.stage import extract
from pipelines.health import duties
from pipelines.load import stage as load
from pipelines.model import Rejection
from pipelines.settings import Settings, settings
from pipelines.stores import articlefile, bucket, chain, postgres, raw_retention, warc
from tests import buckets, sites
from tests.buckets import BUCKET, FORBIDDEN, Store
from tests.papers import Paper
from tests.warcs import saved, story

RUN = "2026-11-01T0200"
EMPTY = Rejection(source="a", url="http://a.test/1", reason=Reason.EMPTY)
LINE = articlefile.Line(fetch_id=1, url_id=1, run=RUN, fetched_at=datetime(2026, 11, 1, tzinfo=UTC), rejection=EMPTY)
FOLLOWED = """
title = "A"
url = "http://a.test/"
country = "IQ"
language = "ar"
timezone = "Asia/Baghdad"
feeds = ["http://a.test/feed"]
delay = 0.1
"""
STORED = "select count(*) as count from articles"
T = TypeVar("T")


@pytest.fixture(scope="module")
def served() -> Iterator[Store]:
    """One server for all, since the process that reads pages keeps the environment that it began with."""
    with buckets.serving_this_process() as running:
        yield running


@pytest.fixture
def store(served: Store) -> Store:
    buckets.empty(served)
    return served


@pytest.fixture
def machines(here: Settings, paper: Paper, store: Store, tmp_path: Path) -> list[Settings]:
    """Three workers, each with a data folder of its own."""
    made = [
        here.model_copy(update={"data": tmp_path / f"worker{n}", "raw_bucket": f"s3://{BUCKET}/desk"}) for n in range(3)
    ]
    for one in made:
        one.data.mkdir()
    return made


def count(conn: postgres.Connection, statement: str) -> int:
    with conn, conn.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()["count"])  # type: ignore[index,call-overload]


def crawled(machine: Settings, paper: Paper, run: str = RUN) -> str:
    (tally,) = crawl.crawl(machine, [paper.source], run)
    return str(tally.state)


def left_here(machine: Settings) -> list[str]:
    return [path.name for path in Path(machine.data).rglob("*.warc.gz*")]


def by_new_workers(work: Callable[[], T]) -> T:
    """What it gives with workers of extract that know the variables of now: each thread has workers of its own."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(work).result()


def extracted_by_workers(machine: Settings, paper: Paper) -> str:
    return str(by_new_workers(lambda: extract(machine, paper.source, RUN, processes=2).state))


def test_each_stage_of_a_night_works_on_another_machine(
    machines: list[Settings], paper: Paper, store: Store, conn: postgres.Connection
) -> None:
    paper.prints(1, 2, 3)

    assert crawled(machines[0], paper) == "done"
    assert extracted_by_workers(machines[1], paper) == "done"
    assert load.load(machines[2], paper.source, RUN).state == "done"

    assert count(conn, STORED) == 3
    assert [left_here(machine) for machine in machines] == [[], [], []]
    assert not list(machines[1].articles.rglob("*.jsonl"))
    (raw,) = [name for name in store.names() if name.endswith(warc.CLOSED)]
    assert raw.startswith(f"desk/raw/a/{RUN}/a-{RUN}-1-")
    assert raw.endswith(f"-{bucket.worker(machines[0].raw)}{warc.CLOSED}")
    assert f"desk/articles/a/{RUN}.jsonl" in store.names()


def test_what_reads_the_archive_reads_it_from_any_machine(
    machines: list[Settings], paper: Paper, conn: postgres.Connection, tmp_path: Path
) -> None:
    paper.prints(1, 2)
    crawled(machines[0], paper)
    extract(machines[0], paper.source, RUN)
    load.load(machines[0], paper.source, RUN)

    report = verify.verify(machines[2], conn, records=True)
    differences = url_account.differences(machines[2], conn, paper.source, RUN)
    (row,) = provenance.of_article(conn, machines[2].raw, 1)
    done = evidence.collect(machines[2], conn, [1], tmp_path / "evidence.wacz", why="a test")

    assert (report.files, report.damage) == (1, [])
    assert report.records > 3
    assert differences == []
    assert row["record"].startswith("<urn:uuid:")
    assert done.missing == ()


def test_damage_in_the_bucket_is_found(
    machines: list[Settings], paper: Paper, store: Store, conn: postgres.Connection
) -> None:
    paper.prints(1)
    crawled(machines[0], paper)
    (raw,) = [name for name in store.names() if name.endswith(warc.CLOSED)]
    store.client().put_object(Bucket=BUCKET, Key=raw, Body=b"something else")

    report = verify.verify(machines[1], conn)
    tally = extract(machines[1], paper.source, RUN)

    assert [found.finding.name for found in report.damage][:1] == ["TRUNCATED"]
    assert tally.state == "failed"
    assert count(conn, "select count(*) from urls where state = 'fetched' and kind = 'article'") == 1


def test_one_request_in_ten_that_fails_costs_nothing(
    machines: list[Settings], paper: Paper, store: Store, conn: postgres.Connection
) -> None:
    store.fails = lambda number: number % 10 == 3
    paper.prints(*range(1, 9))

    assert crawled(machines[0], paper) == "done"
    assert extracted_by_workers(machines[1], paper) == "done"
    assert load.load(machines[2], paper.source, RUN).state == "done"

    assert store.refused >= 1
    assert count(conn, STORED) == 8
    assert verify.verify(machines[0], conn, records=True).damage == []
    assert [link.told for link in chain.links(machines[0].raw, "a")] == ["closed"]


def test_pages_of_a_bucket_that_is_gone_stay_undecided_and_come_once_it_is_back(
    machines: list[Settings],
    paper: Paper,
    store: Store,
    conn: postgres.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bucket, "PATIENCE_SECONDS", 0.5)
    paper.prints(1, 2)
    crawled(machines[0], paper)
    store.gone = True

    away = extract(machines[1], paper.source, RUN)
    store.gone = False
    back = extract(machines[1], paper.source, RUN)

    assert away.state == "failed"
    assert "does not answer" in away.message
    assert (back.state, back.counts["articles"]) == ("done", 2)


def test_what_a_crawl_could_not_bring_the_next_crawl_of_that_machine_brings(
    machines: list[Settings], paper: Paper, store: Store
) -> None:
    paper.prints(1, 2)
    # As a crawl leaves it that was killed before it had brought its file: synced, in the ledger, and nowhere else.
    crawled(machines[0].model_copy(update={"raw_bucket": ""}), paper)
    (file,) = machines[0].raw.rglob(f"*{warc.CLOSED}")

    elsewhere = extract(machines[1], paper.source, RUN)
    crawled(machines[0], paper, "2026-11-01T0300")
    back = extract(machines[1], paper.source, RUN)

    assert elsewhere.state == "failed"
    assert "The next crawl on that machine brings it" in elsewhere.message
    assert back.state == "done"
    assert left_here(machines[0]) == []
    assert not file.exists()


def test_a_crawl_that_the_bucket_refuses_keeps_its_file_and_the_next_one_here_brings_it(
    machines: list[Settings], paper: Paper, store: Store, conn: postgres.Connection
) -> None:
    (machines[0].sources / "a.toml").write_text(FOLLOWED, encoding="utf-8")
    other = sites.site(paper.web, "b.test", 1)
    paper.prints(1, 2)
    store.gone, store.says = True, FORBIDDEN

    kept = crawled(machines[0], paper)
    left = left_here(machines[0])
    store.gone = False
    # It is another source that is crawled here next: what was left of the first one is taken in all the same.
    (tally,) = crawl.crawl(machines[0], [other], "2026-11-01T0300")
    read = extract(machines[1], paper.source, RUN)

    assert (kept, [name.endswith(warc.OPEN) for name in left]) == ("done", [True])
    assert (tally.state, left_here(machines[0])) == ("done", [])
    assert (read.state, read.counts["articles"]) == ("done", 2)


def test_whatever_a_worker_does_next_it_first_takes_in_what_a_killed_crawl_left_there(
    machines: list[Settings], paper: Paper, store: Store, conn: postgres.Connection
) -> None:
    (machines[0].sources / "a.toml").write_text(FOLLOWED, encoding="utf-8")
    paper.prints(1, 2)
    store.gone, store.says = True, FORBIDDEN
    crawled(machines[0], paper)
    store.gone = False

    with postgres.hold_lock(conn, "crawl", "a"):
        busy = crawl.adopt(machines[0])
    first, second = crawl.adopt(machines[0]), crawl.adopt(machines[0])

    assert (busy, first, second) == (False, True, False)
    assert extract(machines[1], paper.source, RUN).counts["articles"] == 2
    assert verify.verify(machines[1], conn, records=True).damage == []


def test_retention_takes_old_files_out_of_the_bucket_and_the_chain_says_so(
    machines: list[Settings], paper: Paper, store: Store, conn: postgres.Connection
) -> None:
    paper.prints(1)
    crawled(machines[0], paper)
    extract(machines[1], paper.source, RUN)
    load.load(machines[1], paper.source, RUN)

    done = raw_retention.retire(machines[2], datetime(2027, 11, 1, tzinfo=UTC))

    assert (done.deleted, done.files) == ((f"a/{RUN}",), 1)
    assert not [name for name in store.names() if name.endswith(warc.CLOSED)]
    assert [link.told for link in chain.links(machines[0].raw, "a")] == ["closed", "retired"]
    assert verify.verify(machines[0], conn).damage == []


def test_an_installation_that_gets_a_bucket_brings_what_it_has_by_upkeep(
    machines: list[Settings], paper: Paper, store: Store, conn: postgres.Connection
) -> None:
    before = machines[0].model_copy(update={"raw_bucket": ""})
    paper.prints(1)
    crawled(before, paper)
    extract(before, paper.source, RUN)
    load.load(before, paper.source, RUN)

    duties.retire_raw(machines[0])

    assert left_here(machines[0]) == []
    assert store.names() == [
        f"desk/articles/a/{RUN}.jsonl", f"desk/raw/a/{RUN}/a-{RUN}-1.warc.gz", "desk/raw/a/chain.jsonl",
    ]  # fmt: skip
    assert verify.verify(machines[1], conn, records=True).damage == []
    assert url_account.differences(machines[1], conn, paper.source, RUN) == []


def test_of_two_machines_that_add_to_a_chain_at_once_neither_loses_its_line(
    machines: list[Settings], store: Store, tmp_path: Path
) -> None:
    def add(number: int) -> None:
        raw = machines[number % 3].raw
        path = raw / "a" / RUN / f"a-{RUN}-{number}{warc.CLOSED}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"%d" % number)
        chain.close(raw, path)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(add, range(12)))

    lines = list(chain.read(machines[0].raw, "a"))
    assert not [line for line in lines if isinstance(line, chain.Break)]
    assert len({line.file for line in lines if isinstance(line, chain.ChainLink)}) == 12


def test_a_bucket_that_is_not_there_or_a_setting_that_names_none_is_told(
    machines: list[Settings], store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = machines[0].model_copy(update={"raw_bucket": "s3://nowhere/desk"})
    monkeypatch.setenv("NIGHTDESK_RAW", "newsroom/desk")

    with pytest.raises(StoreError, match=r"s3://nowhere/desk/raw/a/x cannot be used: .*NoSuchBucket"):
        bucket.list_files(elsewhere.raw / "a" / "x", "")
    with pytest.raises(SettingsError, match=r"NIGHTDESK_RAW cannot be used: .*write s3://bucket/prefix"):
        settings()


@pytest.mark.parametrize("killed", ["before it is sent", "behind that"])
def test_an_import_that_ended_when_its_file_was_placed_is_recorded_and_sent_by_the_same_again(
    machines: list[Settings], store: Store, conn: postgres.Connection, tmp_path: Path, killed: str
) -> None:
    file = saved(tmp_path / "crawl.warc.gz", [story(1, "other.test"), story(2, "other.test")])
    with conn, conn.cursor() as cursor:
        cursor.execute(
            "create function fall() returns trigger language plpgsql as $$ begin raise exception 'fallen'; end $$;"
            "create trigger fall before insert on fetches for each row execute function fall()"
        )
    if killed == "before it is sent":
        store.fails = lambda number: store.asked[-1][0] == "PUT" and store.asked[-1][1].endswith(warc.CLOSED)
    with pytest.raises((AwayError, postgres.Error)):
        page_import.bring_in(machines[0], [file], [])
    assert len([name for name in store.names() if name.endswith(warc.CLOSED)]) == (killed == "behind that")
    assert count(conn, "select count(*) as count from fetches") == 0
    store.fails = lambda number: False
    with conn, conn.cursor() as cursor:
        cursor.execute("drop function fall cascade")

    report = by_new_workers(lambda: page_import.bring_in(machines[0], [file], []))

    assert (report.failed, report.known, report.sources) == ([], 2, {"imported": 2})
    assert count(conn, STORED) == 2
    assert len([name for name in store.names() if name.endswith(warc.CLOSED)]) == 1
    assert left_here(machines[0]) == []


def test_an_import_that_ended_before_its_file_was_sent_is_done_by_another_machine_and_finished_by_its_own(
    machines: list[Settings], store: Store, conn: postgres.Connection, tmp_path: Path
) -> None:
    file = saved(tmp_path / "crawl.warc.gz", [story(1, "other.test"), story(2, "other.test")])
    store.fails = lambda number: store.asked[-1][0] == "PUT" and store.asked[-1][1].endswith(warc.CLOSED)
    with pytest.raises(AwayError):
        page_import.bring_in(machines[0], [file], [])
    store.fails = lambda number: False

    other = by_new_workers(lambda: page_import.bring_in(machines[1], [file], []))
    own = by_new_workers(lambda: page_import.bring_in(machines[0], [file], []))

    assert (other.failed, other.sources) == ([], {"imported": 2})
    assert (own.failed, own.known) == ([], 2)
    assert count(conn, STORED) == 2
    assert count(conn, "select count(*) as count from past_runs where ended_at is null") == 0
    source = import_input.stranger()
    for run in {*other.runs, *own.runs}:
        assert url_account.differences(machines[1], conn, source, run) == []
    conn.rollback()
    assert verify.verify(machines[1], conn, records=True).damage == []


def test_an_article_file_of_an_attempt_that_was_taken_over_never_replaces_the_newer_one(
    machines: list[Settings], store: Store
) -> None:
    late, other = (articlefile.path(machine, "a", RUN) for machine in machines[:2])
    asked: list[str] = []

    @contextmanager
    def holding() -> Iterator[None]:
        # It was paused after it was told that the stage is its own.
        if asked:
            raise TakenOverError("another one has begun")
        asked.append("before")
        articlefile.write(other, [replace(LINE, fetch_id=2)])
        yield

    with pytest.raises(TakenOverError):
        articlefile.write(late, [LINE], holding=holding)

    assert [one.fetch_id for one in articlefile.read(other)] == [2]
    assert list(machines[0].articles.rglob("*.jsonl*")) == []


def test_an_article_file_replaces_what_a_late_attempt_has_put_there_meanwhile(machines: list[Settings]) -> None:
    file, late = (articlefile.path(machine, "a", RUN) for machine in machines[:2])

    def lines() -> Iterator[articlefile.Line]:
        yield LINE
        articlefile.write(late, [replace(LINE, fetch_id=2)])

    articlefile.write(file, lines())

    assert [one.fetch_id for one in articlefile.read(late)] == [1]


def test_a_raw_file_that_is_brought_late_does_not_undo_what_was_erased_of_it(
    machines: list[Settings], tmp_path: Path
) -> None:
    file = machines[0].raw / "a" / RUN / f"a-{RUN}-1-here.warc.gz"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"as it was")
    erased = tmp_path / "erased"
    erased.write_bytes(b"without a page")
    bucket.upload(file, erased)

    warc.send(file)

    assert bucket.version_of(file)[0] == b"without a page"
    assert not file.exists()


def test_a_crawl_that_is_done_again_on_the_same_machine_takes_no_page_of_the_first_away(
    machines: list[Settings], paper: Paper, conn: postgres.Connection
) -> None:
    paper.prints(1)
    assert crawled(machines[0], paper) == "done" and left_here(machines[0]) == []
    paper.prints(1, 2)
    assert crawled(machines[0], paper) == "done" and left_here(machines[0]) == []

    read = extract(machines[1], paper.source, RUN)

    assert (read.state, read.counts["articles"]) == ("done", 2), read.message
