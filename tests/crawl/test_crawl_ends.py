"""Crawls that end before their work is done: killed, stopped, orphaned, shut out, or without a database."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.crawl import stage as crawl
from pipelines.settings import Settings, export
from pipelines.stores import postgres, runs, warc
from tests import clock, factories, sites
from tests.faults.holds import spiders, until, value
from tests.sites import NEXT, RUN, Sites


def events(said: str, event: str) -> list[dict[str, Any]]:
    return [fact for fact in map(json.loads, said.splitlines()) if fact["event"] == event]


def on_disk(file: Path) -> int:
    return len([page for _, page, _ in warc.pages(file) if "/news/" in page.url])


def kill_child(_: object) -> None:
    """Kill the crawl that this process has started."""
    for children in Path("/proc/self/task").glob("*/children"):
        for pid in children.read_text().split():
            if "spiders" in Path(f"/proc/{pid}/cmdline").read_text():
                os.kill(int(pid), signal.SIGKILL)


ONCE = """
    select count(*) from (
        select url_id from fetches join urls on urls.id = url_id where kind = 'article' and outcome = 'fetched'
        group by url_id having count(*) = 1
    ) as once
"""
ARTICLES = "select count(*) from fetches join urls on urls.id = url_id where kind = 'article'"
LEASED = "select count(*) from urls where leased_until is not null"


def test_a_killed_crawl_run_again_has_fetched_every_article_once(
    here: Settings, web: Sites, conn: postgres.Connection
) -> None:
    source = sites.site(web, "a.test", 20)
    with spiders(here, source) as child:
        until(lambda: value(conn, ARTICLES) >= 3)
        child.kill()
        child.wait()

    (tally,) = crawl.crawl(here, [source], NEXT)

    assert tally.state == "done"
    assert value(conn, ONCE) == value(conn, ARTICLES) == 20
    assert value(conn, LEASED) == 0 and list(here.raw.rglob("*.open")) == []
    assert value(conn, "select state from runs where run = %s", RUN) == "failed"


def test_pages_on_disk_that_the_ledger_never_heard_of_are_adopted(
    here: Settings, web: Sites, conn: postgres.Connection
) -> None:
    source = sites.site(web, "a.test", 20)
    with spiders(here, source) as child, postgres.connection(here) as blocker:
        until(lambda: value(conn, ARTICLES) >= 1)
        with blocker.cursor() as cursor:
            cursor.execute("lock table fetches in share mode")
        known = value(conn, ARTICLES)
        (open_file,) = here.raw.rglob("*.open")
        until(lambda: on_disk(open_file) > known)
        child.kill()
        child.wait()
    there = on_disk(open_file)

    (tally,) = crawl.crawl(here, [source], RUN)

    assert value(conn, ONCE) == value(conn, ARTICLES) == 20
    assert there > known and tally.counts["fetched"] == 20 - there


@pytest.mark.cold
def test_sigterm_keeps_what_came_and_is_gone_within_three_seconds(
    here: Settings, web: Sites, conn: postgres.Connection
) -> None:
    source = sites.site(web, "a.test", 50, delay=0.2)
    with spiders(here, source) as child:
        web.wait_for(5, "/news/")
        with clock.wall_below(3):
            child.send_signal(signal.SIGTERM)
            said, _ = child.communicate(timeout=60)

    (tally,) = events(said, "tally")
    assert (child.returncode, tally["state"]) == (3, "stopped")
    assert value(conn, ARTICLES) == tally["counts"]["fetched"] >= 4
    assert value(conn, LEASED) == 0 and len(list(here.raw.rglob("*.warc.gz"))) == 1
    assert [t.state for t in runs.tallies(conn, RUN)] == ["stopped"]


@pytest.mark.cold
def test_a_crawl_dies_with_its_parent(here: Settings, web: Sites, conn: postgres.Connection) -> None:
    source = sites.site(web, "a.test", 50, delay=0.2)
    script = (
        "import json, sys; from pipelines import settings; from pipelines.crawl import stage as crawl;"
        "from spiders.__main__ import _source;"
        "crawl.crawl(settings.settings(), [_source(json.loads(sys.argv[1]))], sys.argv[2])"
    )
    env = {**os.environ, **export(here)}
    parent = subprocess.Popen([sys.executable, "-c", script, json.dumps(asdict(source)), RUN], env=env)
    web.wait_for(3, "/news/")

    parent.kill()
    parent.wait()

    until(lambda: value(conn, "select state from runs where run = %s", RUN) == "stopped")
    # The server is shared: other tests crawl at the same time, in databases of their own.
    sessions = (
        "select count(*) from pg_stat_activity"
        " where application_name = 'nightdesk crawl' and datname = current_database()"
    )
    until(lambda: value(conn, sessions) == 0)


def test_a_source_that_is_being_crawled_is_left_alone(here: Settings, web: Sites, conn: postgres.Connection) -> None:
    source = sites.site(web, "a.test", 1)

    with postgres.hold_lock(conn, "crawl", "a") as ours:
        (tally,) = crawl.crawl(here, [source], RUN)

    assert ours and tally.state == "busy" and web.hits == []
    assert [t.state for t in runs.tallies(conn, RUN)] == ["busy"]


def test_of_two_runs_with_one_key_the_second_reads_nothing_that_the_first_is_still_crawling(
    here: Settings, web: Sites, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = sites.site(web, "a.test", 1)
    factories.follow(here, source)
    for name, setting in export(here).items():
        monkeypatch.setenv(name, setting)
    factories.fetched_pages(here, conn, [factories.page("a", f"{source.url}news/1", "<p>So far</p>", run=RUN)])

    with postgres.hold_lock(conn, "crawl", "a") as ours:
        second = CliRunner().invoke(app, ["run", "a", "--run", RUN])

    assert ours and second.exit_code == 0, second.output
    assert "Another process is crawling this source" in second.output
    assert [(t.stage, t.state) for t in runs.tallies(conn, RUN) if t.source] == [("crawl", "busy")]


def test_without_its_database_a_crawl_ends_red_and_the_next_one_completes_it(
    here: Settings, web: Sites, conn: postgres.Connection
) -> None:
    source = sites.site(web, "a.test", 20)
    with spiders(here, source) as child:
        until(lambda: value(conn, ARTICLES) >= 2)
        # The server is shared: other tests crawl at the same time, in databases of their own.
        value(
            conn,
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where application_name = 'nightdesk crawl' and datname = current_database()",
        )
        said, _ = child.communicate(timeout=20)

    (red,) = events(said, "tally")
    (tally,) = crawl.crawl(here, [source], NEXT)

    assert (child.returncode, red["state"]) == (1, "failed") and red["message"].startswith("Postgres went away")
    assert tally.state == "done" and value(conn, ONCE) == value(conn, ARTICLES) == 20


def test_a_crawl_closes_when_its_budget_is_used_up_and_the_next_takes_the_rest(
    here: Settings, web: Sites, conn: postgres.Connection
) -> None:
    source = sites.site(web, "a.test", 12, delay=0.5)

    (first,) = crawl.crawl(here, [source], RUN, budget=4)
    (second,) = crawl.crawl(here, [source], NEXT)

    assert first.state == "stopped" and "left for the next crawl" in first.message
    assert second.state == "done" and value(conn, ONCE) == 12


def test_a_child_that_dies_without_a_word_is_a_failed_tally(
    here: Settings, web: Sites, conn: postgres.Connection
) -> None:
    source = sites.source("a.test")
    web.pages["http://a.test/feed"] = kill_child

    (tally,) = crawl.crawl(here, [source], RUN)

    assert tally.state == "failed" and tally.message == "The spider ended by signal 9."
    assert runs.tallies(conn, RUN) == [tally]


def test_a_crawl_is_over_when_its_process_is_and_not_at_the_next_look(
    here: Settings, web: Sites, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crawl, "POLL_SECONDS", 100.0)
    source = sites.site(web, "a.test", 1)

    with clock.wall_below(100):
        (tally,) = crawl.crawl(here, [source], RUN)

    assert tally.state == "done"
