"""What is wrong with one source costs that source alone, and says so in a sentence: the others go on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.cli import stages
from pipelines.extract import fetched_pages
from pipelines.model import Source, Tally
from pipelines.settings import Settings, export
from pipelines.stores import articlefile, postgres, raw_retention, templates
from tests import warm
from tests.faults.conftest import NEW, RUN, Night, Receiver, check_whole, finish
from tests.faults.holds import value

AT = "crawled"
CHANGED = "select count(*) from changes where run = %s and source = %s"


def lines_of(night: Night) -> list[dict[str, object]]:
    file = articlefile.path(night.settings, "harbour", RUN)
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def write(night: Night, content: bytes) -> None:
    articlefile.path(night.settings, "harbour", RUN).write_bytes(content)


def with_first(night: Night, **changed: object) -> None:
    first, *rest = lines_of(night)
    article = {**first["article"], **changed.pop("article", {})}  # type: ignore[dict-item]
    write(night, "\n".join(json.dumps(line) for line in [{**first, **changed, "article": article}, *rest]).encode())


def a_folder(night: Night) -> None:
    file = articlefile.path(night.settings, "harbour", RUN)
    file.unlink()
    file.mkdir()


BROKEN: dict[str, Callable[[Night], None]] = {
    "cut": lambda night: write(night, articlefile.path(night.settings, "harbour", RUN).read_bytes()[:-100]),
    "no UTF-8": lambda night: write(night, b"\xff\xfe\x00" * 100),
    "no object": lambda night: write(night, b"[1, 2]\n"),
    "endlessly nested": lambda night: write(night, b"[" * 200_000 + b"\n"),
    "a title that is none": lambda night: with_first(night, article={"title": None}),
    "a fetch that is no number": lambda night: with_first(night, fetch_id="one"),
    "a number beyond all": lambda night: with_first(night, fetch_id=1 << 80),
    "a moment that is none": lambda night: with_first(night, fetched_at="0000-00-00"),
    "a folder": a_folder,
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_article_file_fails_its_source_alone(
    night: Night, conn: postgres.Connection, receiver: Receiver, broken: str
) -> None:
    stages.perform(night.settings, "extract", night.sources, RUN, print)
    BROKEN[broken](night)

    hurt, whole = stages.perform(night.settings, "load", night.sources, RUN, print)

    assert (hurt.state, whole.state) == ("failed", "done")
    assert str(articlefile.path(night.settings, "harbour", RUN)) in hurt.message
    assert (value(conn, CHANGED, RUN, "harbour"), value(conn, CHANGED, RUN, "sabah")) == (0, NEW)
    if broken == "a folder":
        articlefile.path(night.settings, "harbour", RUN).rmdir()
    finish(night.settings, night.sources, RUN, receiver.channels, after="crawl")
    check_whole(night, receiver, RUN)


def test_a_file_where_the_folder_of_article_files_should_be_fails_its_source_alone(
    night: Night, receiver: Receiver
) -> None:
    folder = articlefile.path(night.settings, "harbour", RUN).parent
    aside = folder.rename(folder.with_name("aside"))
    folder.touch()

    hurt, whole = stages.perform(night.settings, "extract", night.sources, RUN, print)

    assert (hurt.state, whole.state) == ("failed", "done")
    assert str(folder) in hurt.message
    folder.unlink()
    aside.rename(folder)
    finish(night.settings, night.sources, RUN, receiver.channels, after="crawl")
    check_whole(night, receiver, RUN)


@pytest.mark.parametrize("kept", ['"nothing"', "[1]", '{"pages": 3}', '{"source": "harbour", "pages": 3, "lines": 5}'])
def test_a_template_row_that_cannot_be_read_costs_no_page(
    night: Night, conn: postgres.Connection, receiver: Receiver, kept: str
) -> None:
    with conn, conn.cursor() as cursor:
        cursor.execute(
            "insert into templates (source, version, extractor, pages, known, newest_fetch, template)"
            " values ('harbour', 1, 'x', 3, 3, 3, %s)",
            (kept,),
        )

    hurt, whole = stages.perform(night.settings, "extract", night.sources, RUN, print)

    assert (hurt.state, whole.state) == ("done", "done")
    assert "Version 1 of what was learned of harbour cannot be read" in hurt.message
    stored = templates.newest(conn, "harbour")
    assert stored and stored.in_use is None
    finish(night.settings, night.sources, RUN, receiver.channels, after="extract")
    check_whole(night, receiver, RUN)


def killed(job: fetched_pages.Job) -> fetched_pages.ExtractedFetch:
    """What a machine without memory does to the workers of one source."""
    if job.source.name == "harbour":
        os.kill(os.getpid(), signal.SIGKILL)
    return fetched_pages.work(job)


def test_workers_that_are_killed_again_and_again_fail_their_source_alone_and_decide_nothing(
    night: Night, conn: postgres.Connection, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as hurting:
        hurting.setattr(fetched_pages, "work", killed)
        hurt, whole = stages.perform(night.settings, "extract", night.sources, RUN, print)

    assert (hurt.state, whole.state) == ("failed", "done")
    assert (hurt.counts["undecided"], hurt.counts["rejected"]) == (NEW, 0)
    assert "two workers ended while they read this page" in hurt.message
    finish(night.settings, night.sources, RUN, receiver.channels, after="crawl")
    check_whole(night, receiver, RUN)


def broken_file(folder: Path) -> None:
    (folder / "broken.toml").write_text("title = ", encoding="utf-8")


def not_utf8(folder: Path) -> None:
    (folder / "broken.toml").write_bytes(b"title = '\xff'")


def folder_for_a_file(folder: Path) -> None:
    (folder / "broken.toml").mkdir()


def pipe_for_a_file(folder: Path) -> None:
    os.mkfifo(folder / "broken.toml")


def endless_file(folder: Path) -> None:
    (folder / "broken.toml").symlink_to("/dev/zero")


def huge_file(folder: Path) -> None:
    (folder / "broken.toml").write_text("title = '" + "x" * 10_000_000 + "'", encoding="utf-8")


@pytest.mark.parametrize("breaks", [broken_file, not_utf8, folder_for_a_file, pipe_for_a_file, endless_file, huge_file])
def test_a_broken_source_file_is_told_and_stops_no_other(
    night: Night, conn: postgres.Connection, breaks: Callable[[Path], None]
) -> None:
    breaks(night.settings.sources)
    told = night.settings.model_copy(update={"operators": "ops"})

    done = [
        subprocess.run(
            [sys.executable, "-c", warm.COMMANDS, stage, "--run", RUN],
            env={**os.environ, **export(told)},
            capture_output=True,
            text=True,
            timeout=120,
        )
        for stage in ("extract", "load")
    ]

    assert [each.returncode for each in done] == [1, 1], [each.stderr for each in done]
    assert all("broken.toml" in each.stderr for each in done)
    assert [value(conn, CHANGED, RUN, name) for name in ("harbour", "sabah")] == [NEW, NEW]
    assert "broken.toml" in value(conn, "select string_agg(body, ' ') from deliveries where channel = 'ops'")


@pytest.mark.parametrize("words", [["status"], ["search", "bridge"]])
def test_a_broken_source_file_is_named_by_what_looks_and_hides_no_other(night: Night, words: list[str]) -> None:
    broken_file(night.settings.sources)

    done = subprocess.run(
        [sys.executable, "-c", warm.COMMANDS, *words],
        env={**os.environ, **export(night.settings)},
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert done.returncode == 0, done.stderr
    assert "broken.toml" in done.stdout + done.stderr
    assert words != ["status"] or "harbour" in done.stdout


def test_a_fault_nobody_thought_of_fails_its_source_alone(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(source: Source, run: str) -> Tally:
        if source.name == "harbour":
            raise ZeroDivisionError("by nought")
        return Tally(run=run, source=source.name, stage="load", state="done")

    monkeypatch.setattr(stages.load, "loading", lambda settings, ahead: nullcontext(broken))

    hurt, whole = stages.perform(night.settings, "load", night.sources, RUN, print)

    assert (hurt.state, hurt.message, whole.state) == ("failed", "ZeroDivisionError: by nought", "done")


def test_upkeep_follows_no_link_out_of_the_raw_store_and_a_strange_folder_stops_it_nowhere_else(
    settings: Settings, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    for folder in (outside, settings.raw / "a/2020-01-01T0000/snapshots", settings.raw / "b/2020-01-01T0000"):
        folder.mkdir(parents=True)
        (folder / "x.warc.gz").write_bytes(b"x")
    (settings.raw / "a/2020-01-02T0000").symlink_to(outside)

    done = raw_retention.retire(settings, datetime.now(UTC))

    assert (done.deleted, done.kept) == (("b/2020-01-01T0000",), ("a/2020-01-01T0000",))
    assert (outside / "x.warc.gz").exists()
