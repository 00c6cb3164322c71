"""A fault of our own raw store or clock decides nothing about a page, is told, and its first success is news."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.stores import postgres as db
from pipelines.stores import warc
from tests.faults.conftest import NEW, NEXT, RUN, Night, Receiver, check_whole, finish
from tests.faults.holds import value

AT = "crawled"
DECIDED = "select count(*) from outcomes where run = %s and source = 'harbour'"
LOUD = "select count(*) from alerts where source = 'harbour' and quiet = ''"
WHY = """
    select string_agg(distinct reason, ' ') from urls
    where source = 'harbour' and state = 'fetched' and kind = 'article'
"""


def deleted(file: Path) -> None:
    file.unlink()


def flipped(file: Path) -> None:
    content = bytearray(file.read_bytes())
    for place in range(100, len(content), 100):
        content[place] ^= 0xFF
    file.write_bytes(content)


def cut(file: Path) -> None:
    os.truncate(file, 200)


def moved(file: Path) -> None:
    file.rename(file.with_name("harbour-old.warc.gz"))


def elsewhere(file: Path) -> None:
    """The store of another machine: other files of the same names."""
    (other,) = file.parents[2].glob(f"sabah/{RUN}/*{warc.CLOSED}")
    shutil.copyfile(other, file)


def a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize(
    ("damage", "again"),
    [(deleted, RUN), (deleted, NEXT), (flipped, NEXT), (cut, NEXT), (moved, NEXT), (elsewhere, NEXT), (a_folder, NEXT)],
)
def test_a_damaged_raw_file_decides_nothing_and_what_it_held_is_news_once_it_is_back(
    night: Night, conn: db.Connection, receiver: Receiver, damage: Callable[[Path], None], again: str
) -> None:
    (file,) = night.settings.raw.glob(f"harbour/{RUN}/*{warc.CLOSED}")
    kept = file.read_bytes()
    damage(file)
    told = night.settings.model_copy(update={"operators": "ops"})

    hurt, whole = finish(told, night.sources, RUN, receiver.channels, after="crawl")[:2]

    assert (hurt.state, whole.state) == ("failed", "done")
    assert str(file) in hurt.message
    assert value(conn, DECIDED, RUN) == 0
    assert str(file) in value(conn, WHY)
    assert str(file) in value(conn, "select body from deliveries where channel = 'ops'")
    with conn, conn.cursor() as cursor:
        cursor.execute("delete from deliveries where channel = 'ops'")
    shutil.rmtree(file.parent)
    file.parent.mkdir()
    file.write_bytes(kept)
    finish(night.settings, night.sources, again, receiver.channels, after="crawl")
    assert value(conn, LOUD) == NEW
    check_whole(night, receiver, RUN, again)
