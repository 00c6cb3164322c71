"""Postgres stopped in the middle of each stage: it ends red and says so, and the next run completes the night."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from pipelines.crawl import stage as crawl
from pipelines.settings import Settings
from pipelines.stores import postgres, runs, warc
from tests import warm
from tests.faults.conftest import FIRST, NEXT, RUN, Night, Receiver, check_whole, first_night, second_night
from tests.faults.holds import beside, blocked, locked, stage, until, value

PAGES = """
    select count(*) from fetches join urls on urls.id = url_id
    where run = %s and kind = 'article' and outcome = 'fetched'
"""
# Command, the name by which Postgres knows it, and a lock on which it waits.
STAGES = (
    ("extract", "nightdesk extract", "lock table fetches in access exclusive mode"),
    ("load", "nightdesk load", "lock table outcomes in share mode"),
    ("alert", "nightdesk alert", "lock table changes in share mode"),
)


@pytest.fixture(scope="module")
def server() -> Iterator[Settings]:
    """A server of this module's own, which it may stop."""
    with tempfile.TemporaryDirectory(prefix="nightdesk-stop-") as folder:
        Path(folder).chmod(0o711)
        settings = Settings(data=Path(folder))
        yield settings
        postgres.stop_embedded(settings)


@pytest.fixture
def night(server: Settings, tmp_path: Path) -> Iterator[Night]:
    address = postgres.start_embedded(server, "night")
    with first_night(tmp_path, address):
        pass
    with second_night(tmp_path, address) as begun:
        yield begun


def test_a_night_is_completed_though_its_database_stops_in_every_stage(
    night: Night, server: Settings, receiver: Receiver
) -> None:
    night.gate.let(1, "harbour", "sabah")
    with (
        postgres.connection(night.settings) as conn,
        beside(crawl.crawl, night.settings, night.sources, RUN) as crawling,
    ):
        until(lambda: value(conn, PAGES, RUN) == 2 and night.gate.waiting["sabah"] and night.gate.waiting["harbour"])
        postgres.stop_embedded(server)
        night.gate.open()
        red = crawling.result()
    assert [tally.state for tally in red] == ["failed", "failed"]
    assert all("Postgres went away" in tally.message and "Start it, then crawl again" in tally.message for tally in red)
    assert len(in_open_files(night)) >= 2
    assert "Postgres does not answer" in said(night, "extract") and "Start it" in said(night, "load")
    postgres.start_embedded(server, "night")

    crawl.crawl(night.settings, night.sources, NEXT)
    for name, application, lock in STAGES:
        with locked(night.settings, lock):
            here = partial(blocked, application=application)
            assert interrupted(night, server, name, here).startswith("Postgres went away (")
        if name != "alert":
            assert said(night, name) == ""
    # And once more while a message has been received and is not marked.
    held = Event()
    receiver.after = lambda _: bool(held.wait(60))
    assert interrupted(night, server, "alert", lambda _: receiver.accepted, held.set).startswith("Postgres went away (")
    receiver.after = lambda _: True
    assert said(night, "alert") == ""

    assert sorted(runs_of(night, "failed")) == [f"{RUN} crawl harbour", f"{RUN} crawl sabah"]
    check_whole(night, receiver, RUN, NEXT)


def interrupted(
    night: Night,
    server: Settings,
    name: str,
    there: Callable[[postgres.Connection], Any],
    then: Callable[[], Any] = bool,
) -> str:
    """What the command of a stage says whose server stops when it is there; then the server is back."""
    with (
        postgres.connection(night.settings) as conn,
        stage(night.settings, warm.COMMANDS, name, "--run", NEXT, "--json") as command,
    ):
        until(lambda: there(conn))
        postgres.stop_embedded(server)
        then()
        complaint = command.communicate(timeout=60)[0]
        assert command.returncode == 1
    postgres.start_embedded(server, "night")
    return complaint


def said(night: Night, name: str) -> str:
    """What the command of a stage complains of; nothing where it went well."""
    with stage(night.settings, warm.COMMANDS, name, "--run", NEXT, "--json") as command:
        complaint = command.communicate(timeout=60)[0]
    assert "Traceback" not in complaint
    return complaint if command.returncode else ""


def runs_of(night: Night, state: str) -> list[str]:
    """The run, stage and source of the stages that ended so."""
    with postgres.connection(night.settings) as conn:
        found = [tally for run in (FIRST, RUN, NEXT) for tally in runs.tallies(conn, run)]
    return [f"{tally.run} {tally.stage} {tally.source}" for tally in found if tally.state == state]


def in_open_files(night: Night) -> list[str]:
    """The article pages in what the crawl left open, each file read to its end."""
    files = night.settings.raw.glob(f"*/{RUN}/*{warc.OPEN}")
    return [page.url for file in files for _, page, facts in warc.pages(file) if facts["kind"] == "article"]
