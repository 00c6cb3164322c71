"""What the Tab key offers, as a shell asks for it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.alert import watches
from pipelines.model import Tally
from pipelines.settings import Settings, export
from pipelines.sources import folders
from pipelines.stores import postgres, runs

RUN = "2026-11-22T0200"
Tab = Callable[..., list[str]]


@pytest.fixture
def tab(settings: Settings) -> Tab:
    """What bash is offered after these words, the last of which is being typed."""

    def offered(*words: str, **env: str) -> list[str]:
        asked = {
            "_NIGHTDESK_COMPLETE": "complete_bash",
            "COMP_WORDS": " ".join(words),
            "COMP_CWORD": str(len(words) - 1),
        }
        done = subprocess.run(
            [Path(sys.executable).with_name("nightdesk")],
            env={**os.environ, **export(settings), **asked, **env},
            capture_output=True,
            text=True,
            timeout=100,
        )
        assert done.stderr == ""
        return done.stdout.split()

    return offered


def test_what_is_known_is_offered(tab: Tab, settings: Settings, conn: postgres.Connection) -> None:
    folders.follow(settings, "sana")
    with conn:
        watches.add(conn, watches.make("daesh", ["داعش"], channels=["desk"]))
    runs.begin(conn, RUN, "sana", "crawl")
    with conn:
        runs.end(conn, Tally(run=RUN, source="sana", stage="crawl", state="done"))

    assert tab("nightdesk", "run", "s") == ["sana"]
    assert "sana" not in tab("nightdesk", "follow", "sa") and "saba" in tab("nightdesk", "follow", "sa")
    assert tab("nightdesk", "watch", "remove", "") == ["daesh"]
    assert tab("nightdesk", "watch", "add", "x", "y", "--channel", "d") == ["desk"]
    assert tab("nightdesk", "status", "--run", "2026") == [RUN]
    assert tab("nightdesk", "watch", "add", "x", "y", "--kind", "re") == ["revised", "removed", "restored"]


def test_where_nothing_is_set_up_nothing_is_offered_started_or_made(tab: Tab, tmp_path: Path) -> None:
    nowhere = {"NIGHTDESK_DATABASE_URL": "", "NIGHTDESK_DATA": str(tmp_path / "none")}

    assert tab("nightdesk", "watch", "remove", "", **nowhere) == []
    assert not (tmp_path / "none").exists()
