"""Nights that the command line runs alone: their operators hear of the same as Airflow's do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from demo.inbox import messages, open_inbox
from pipelines import cli
from pipelines.notify import outbox
from pipelines.settings import Settings, export
from pipelines.stores import postgres
from tests.factories import follow
from tests.factories import night as crawled
from tests.sites import Sites, site, source

Nightdesk = Callable[..., Result]


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """What the operators received."""
    return tmp_path / "inbox.jsonl"


@pytest.fixture
def nightdesk(here: Settings, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Nightdesk]:
    """The command line with operators who have a channel."""
    with open_inbox(inbox) as address:
        env = export(here) | {"NIGHTDESK_OPERATORS": "desk", "NIGHTDESK_CHANNEL_DESK": f"webhook+{address}"}
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        yield lambda *words: CliRunner().invoke(cli.app, words)


def subjects(inbox: Path) -> list[str]:
    return [message["message"]["subject"] for message in messages(inbox)]


def test_a_night_in_which_every_source_failed_is_told_with_the_reasons(
    nightdesk: Nightdesk, here: Settings, inbox: Path
) -> None:
    follow(here, source("alpha.test"), source("beta.test"))

    done = nightdesk("run", "--run", "2026-11-22T0200")

    assert done.exit_code == 1
    assert subjects(inbox) == ["The night 2026-11-22T0200 failed"]
    (message,) = messages(inbox)
    assert "crawl failed for 2 of 2 sources: alpha: " in message["message"]["text"]
    assert "404" in message["message"]["text"]


def test_the_same_night_again_is_not_told_again(nightdesk: Nightdesk, here: Settings, inbox: Path) -> None:
    follow(here, source("alpha.test"))

    for _ in range(2):
        nightdesk("run", "--run", "2026-11-22T0200")

    assert len(subjects(inbox)) == 1


def test_one_failed_source_of_many_is_no_failed_night(
    nightdesk: Nightdesk, here: Settings, web: Sites, inbox: Path
) -> None:
    follow(here, source("alpha.test"), site(web, "beta.test", 1), site(web, "gamma.test", 1))

    assert nightdesk("run").exit_code == 1

    assert subjects(inbox) == []


def test_a_source_that_went_quiet_is_told_by_the_night_itself(
    nightdesk: Nightdesk, here: Settings, web: Sites, inbox: Path
) -> None:
    with postgres.connection(here) as conn:
        crawled(conn, datetime.now(UTC) - timedelta(days=10), new=True)
        # What it published then is not due: nothing fails in the night that is quiet.
        with conn, conn.cursor() as cursor:
            cursor.execute("update urls set next_at = null")
    follow(here, site(web, "sana.test", 0))

    nightdesk("run")

    assert "sana has gone silent" in subjects(inbox)


def test_what_ends_a_night_before_its_time_is_told(
    nightdesk: Nightdesk, here: Settings, web: Sites, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow(here, site(web, "alpha.test", 1))
    here.articles.mkdir(parents=True)
    (here.articles / "alpha").write_text("a file where a folder should be")

    done = nightdesk("run", "--run", "2026-11-22T0200")

    assert done.exit_code == 1
    assert subjects(inbox) == ["The night 2026-11-22T0200 failed"]


def test_whoever_starts_a_night_hears_that_nobody_else_does(
    nightdesk: Nightdesk, here: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow(here, source("alpha.test"))
    monkeypatch.setenv("NIGHTDESK_OPERATORS", "")

    done = nightdesk("run")

    assert "NIGHTDESK_OPERATORS names no channel" in done.stderr


def test_upkeep_sends_what_waits_deletes_what_is_old_and_tells_of_silence(
    nightdesk: Nightdesk, here: Settings, inbox: Path
) -> None:
    follow(here, source("sana.test"))
    with postgres.connection(here) as conn:
        crawled(conn, datetime.now(UTC) - timedelta(days=10), new=True)
        crawled(conn, datetime.now(UTC), new=False)
        with conn:
            outbox.put_message(conn, "desk", "waits", "It waits", "since yesterday")
    old = here.raw / "sana" / "2025-11-22T0200" / "a.warc.gz"
    old.parent.mkdir(parents=True)
    old.write_bytes(b"x")

    done = nightdesk("upkeep")

    assert done.exit_code == 0, done.output
    assert sorted(subjects(inbox)) == ["It waits", "sana has gone silent"]
    assert not old.exists() and "Raw files deleted: 1 of 1 runs. Messages sent: 2." in done.output
