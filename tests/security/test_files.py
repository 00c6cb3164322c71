"""What Nightdesk writes into its data folder is for its own user alone, however careless its umask is."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines import private
from pipelines.alert import stage as alert
from pipelines.crawl import stage as crawl
from pipelines.extract.stage import extract
from pipelines.load import stage as load
from pipelines.settings import Settings
from pipelines.stores import raw_retention
from tests.folders import open_to_others
from tests.sites import RUN, Sites, site


@pytest.fixture
def careless() -> Iterator[None]:
    """A umask that takes nothing from anybody."""
    before = os.umask(0)
    yield
    os.umask(before)


def test_a_whole_night_leaves_nothing_that_others_can_read(careless: None, here: Settings, web: Sites) -> None:
    source = site(web, "open.test", 3)
    here.data.rmdir()

    crawl.crawl(here, [source], RUN)
    extract(here, source, RUN, processes=2)
    load.load(here, source, RUN)
    alert.match(here, RUN)

    assert len([path for path in here.data.rglob("*") if path.is_file()]) >= 2
    assert open_to_others(here.data) == []


def test_what_an_earlier_version_left_open_is_closed(careless: None, settings: Settings) -> None:
    article = settings.articles / "sana" / "2026-11-22T0200.jsonl"
    page = settings.raw / "sana" / "2026-11-22T0200" / "a.warc.gz"
    for path in (article, page):
        path.parent.mkdir(parents=True)
        path.write_text("x")
    settings.data.chmod(0o755)

    raw_retention.retire(settings, datetime.now(UTC))

    assert open_to_others(settings.data) == []
    assert article.read_text() == page.read_text() == "x"


def test_what_lies_in_the_data_folder_and_is_not_ours_is_left_as_it_is(careless: None, settings: Settings) -> None:
    theirs = settings.data / "theirs"
    theirs.mkdir(mode=0o755)
    settings.raw.mkdir()
    (settings.raw / "elsewhere").symlink_to(theirs)

    raw_retention.tighten(settings)

    assert stat.S_IMODE(theirs.stat().st_mode) == 0o755


@pytest.mark.parametrize("link", ["raw/sana", "raw/sana/2026-01-01T0200"])
def test_what_a_link_in_the_raw_folder_leads_to_is_deleted_by_nobody(
    settings: Settings, tmp_path: Path, link: str
) -> None:
    theirs = tmp_path / "theirs" / "2026-01-01T0200" / "letters.txt"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("theirs")
    at = settings.data / link
    at.parent.mkdir(parents=True)
    at.symlink_to(theirs.parents[1] if link == "raw/sana" else theirs.parent)

    done = raw_retention.retire(settings, datetime(2026, 11, 22, tzinfo=UTC))

    assert (done.deleted, done.files) == ((), 0)
    assert theirs.read_text() == "theirs"


def test_a_folder_above_the_data_folder_is_made_as_the_umask_says(careless: None, tmp_path: Path) -> None:
    private.data_folder(tmp_path / "above" / "data")

    assert stat.S_IMODE((tmp_path / "above").stat().st_mode) == 0o777
    assert stat.S_IMODE((tmp_path / "above" / "data").stat().st_mode) == 0o700


# What writes elsewhere than into the data folder, or has a reason of its own.
ELSEWHERE = {
    "pipelines/private.py": "what the others use",
    "pipelines/stores/embedded_postgres.py": "the folder of a socket, and of a database, that is the server user's",
    "pipelines/stores/postgres_programs.py": "programs that another user runs",
    "pipelines/stores/postgres_keeper.py": "the server's log, below a umask of 077",
    "pipelines/sources/folders.py": "source files are for people to read and mend",
    "pipelines/health/golden.py": "as source files",
    "pipelines/cli/init.py": "the sources folder",
    "pipelines/archive/coverage_card.py": "an export, into the folder that somebody names",
    "pipelines/archive/export.py": "the same",
    "pipelines/archive/export_formats.py": "the same",
    "pipelines/archive/evidence.py": "a folder that only its maker enters, then the file that somebody names",
    "pipelines/cli/watchfeed.py": "a feed, into the file that somebody names",
    "pipelines/cli/watchfiles.py": "watches, into the file that somebody names",
    "pipelines/cli/sourcesets.py": "copies of source files, into the folder that somebody names",
    "demo/installations.py": "nightdesk.env, made with mode 0600 the line before",
}
WRITES = re.compile(r"\.mkdir\(|\.write_(?:text|bytes)\(|\.open\(\"[waxr]b?\+?[b+]?\"|(?<!\.)\bopen\([^)]*\"[wax]")


def test_nobody_writes_into_the_data_folder_by_another_way() -> None:
    root = Path(__file__).parents[2]
    found = {
        f"{path.relative_to(root).as_posix()}: {line.strip()}"
        for folder in ("pipelines", "spiders", "demo")
        for path in (root / folder).rglob("*.py")
        if path.relative_to(root).as_posix() not in ELSEWHERE
        for line in path.read_text(encoding="utf-8").splitlines()
        if WRITES.search(line) and 'open("r' not in line
    }

    assert found == set()
