"""`sources sample` and `sources check` as a person uses them: draft, review, and be told when a page gives less."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from pipelines.extract.stage import extract
from pipelines.health import golden
from pipelines.load.stage import load
from pipelines.settings import Settings, export
from pipelines.sources.folders import load as read_source
from pipelines.stores import postgres
from tests import factories

RUN = "2026-11-22T0200"
SOURCE = """
title = "The Bridge"
url = "https://bridge.test/"
country = "GB"
language = "en"
timezone = "Europe/London"
feeds = ["https://bridge.test/feed"]
"""
HTML = (
    "<html><head><title>{0}</title><meta property='article:published_time' content='2026-11-21T10:00:00Z'></head><body>"
    "<article><h1>{0}</h1><p>The town opened the old bridge to walkers on Monday, after two years of repairs.</p>"
    "<p>It was opening number {1}, and the mayor said it would be the last for long.</p></article></body></html>"
)
Nightdesk = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def nightdesk(settings: Settings, conn: postgres.Connection) -> Nightdesk:
    """The command line beside a source with two loaded articles."""
    file = settings.sources / "bridge.toml"
    file.write_text(SOURCE, encoding="utf-8")
    pages = [
        factories.page("bridge", f"https://bridge.test/{n}", HTML.format(f"Bridge open for time {n}", n), run=RUN)
        for n in range(2)
    ]
    factories.fetched_pages(settings, conn, pages)
    extract(settings, read_source(file), RUN)
    assert load(settings, read_source(file), RUN).counts["new"] == 2
    env = {k: v for k, v in os.environ.items() if not k.startswith("NIGHTDESK_")} | export(settings)

    def run(*words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-c", "from pipelines.cli import main; main()", *words],
            cwd=settings.sources.parent, env={**env, "COLUMNS": "200"}, capture_output=True, text=True, timeout=100,
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        return done

    return run


def test_a_sample_is_drafted_reviewed_and_held_to(nightdesk: Nightdesk, settings: Settings) -> None:
    file = golden.path(settings.sources, "bridge")

    drafted = nightdesk("sources", "sample", "bridge").stdout
    waiting = nightdesk("sources", "check").stdout
    file.write_text(file.read_text(encoding="utf-8").replace("reviewed = false", "reviewed = true"), encoding="utf-8")
    kept = nightdesk("sources", "check", "bridge", "--offline").stdout
    file.write_text(file.read_text(encoding="utf-8").replace("Bridge open", "Bridge shut"), encoding="utf-8")
    broken = nightdesk("sources", "check", "bridge", "--offline", code=1)

    assert "sources/golden/bridge.toml" in drafted
    assert "1 golden page(s) are not reviewed yet" in waiting
    assert "bridge: 1 golden page(s) give what they should." in kept
    assert "title is “Bridge open for time " in broken.stderr
    assert "1 of 1 golden page(s) no longer give" in broken.stderr


def test_without_a_name_each_sample_is_another_article_until_none_is_left(
    nightdesk: Nightdesk, settings: Settings
) -> None:
    for _ in range(2):
        nightdesk("sources", "sample", "bridge")

    said = nightdesk("sources", "sample", "bridge", code=1).stderr

    assert len({g.url for g in golden.load(golden.path(settings.sources, "bridge"))}) == 2
    assert "are golden already" in said


def test_a_sample_is_named_by_its_address_or_number(nightdesk: Nightdesk, settings: Settings) -> None:
    nightdesk("sources", "sample", "bridge", "https://bridge.test/0")

    again = nightdesk("sources", "sample", "bridge", "https://bridge.test/0", code=1).stderr
    nobody = nightdesk("sources", "sample", "bridge", "99999", code=1).stderr

    assert "is in sources/golden/bridge.toml already" in again
    assert "There is no article 99999 of bridge" in nobody


def test_a_page_is_tried_with_what_is_known_of_its_source(nightdesk: Nightdesk, settings: Settings) -> None:
    page = settings.data / "page.html"
    page.write_text(HTML.format("Bridge open for time 7", 7), encoding="utf-8")

    said = nightdesk("try", str(page), "--source", "bridge", "--url", "https://bridge.test/7").stdout

    assert "ms of CPU, no template" in said
    assert "2026-11-21 10:00+00:00, to the " in said
    assert "from meta" in said


def test_what_somebody_saw_to_be_wrong_is_kept_beside_the_draft(nightdesk: Nightdesk, settings: Settings) -> None:
    nightdesk("sources", "sample", "bridge", "--note", "The second paragraph\nis missing.")

    (kept,) = golden.load(golden.path(settings.sources, "bridge"))

    assert (kept.note, kept.reviewed) == ("The second paragraph is missing.", False)
    assert "give what they should" not in nightdesk("sources", "check", "--offline").stdout
