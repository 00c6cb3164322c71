"""The raw file that a killed crawl left open, damaged by a disk: what is whole of it is kept, and a copy as it was."""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines import urls
from pipelines.crawl import stage as crawl
from pipelines.errors import StoreError
from pipelines.model import Pointer
from pipelines.settings import Settings
from pipelines.stores import postgres, warc
from tests import sites
from tests.faults.holds import spiders, until, value
from tests.sites import NEXT, Sites

PAGES = 12
ARTICLES = "select count(*) from fetches join urls on urls.id = url_id where kind = 'article' and outcome = 'fetched'"
PLACES = """
    select warc_offset, warc_length from fetches join urls on urls.id = url_id
    where kind = 'article' and outcome = 'fetched' order by warc_offset
"""


@pytest.fixture
def conn(settings: Settings) -> Iterator[postgres.Connection]:
    with postgres.connection(settings, application="test") as connection:
        yield connection


def left_open(here: Settings, web: Sites, conn: postgres.Connection) -> Path:
    """A crawl of twelve pages, all of them in the ledger, killed before it could close its raw file."""
    source = sites.site(web, "a.test", 3 * PAGES)
    with spiders(here, source) as child:
        until(lambda: value(conn, ARTICLES) >= PAGES)
        child.kill()
        child.wait()
    (file,) = here.raw.rglob(f"*{warc.OPEN}")
    return file


@pytest.mark.parametrize("how", ["one byte flipped", "300 zeros", "a record's beginning", "the file's own record"])
def test_a_damage_within_costs_the_page_it_is_in_and_a_copy_is_kept(
    here: Settings, web: Sites, conn: postgres.Connection, how: str
) -> None:
    file = left_open(here, web, conn)
    places = [(row[0], row[1]) for row in _rows(conn, PLACES)]
    was = bytearray(file.read_bytes())
    third = places[2][0]
    if how == "one byte flipped":
        was[third + places[2][1] // 2] ^= 0xFF
    elif how == "300 zeros":
        was[third : third + 300] = bytes(300)
    elif how == "a record's beginning":
        was[third : third + 4] = b"junk"
    else:
        was[:4] = b"junk"
    file.write_bytes(was)
    hurt = {at for at, size in places if not _whole(was[at : at + size])}

    (tally,) = crawl.crawl(here, [sites.source("a.test")], NEXT)

    closed = file.with_name(file.name.removesuffix(".open"))
    whole = [at for at, _ in places if _readable(here, closed, at)]
    assert tally.state == "done"
    assert whole == [at for at, _ in places if at not in hurt] and len(hurt) <= 3
    assert file.with_name(file.name + warc.DAMAGED).read_bytes() == was
    assert value(conn, "select count(distinct url_id) from fetches where outcome = 'fetched'") >= PAGES


def test_a_torn_tail_is_cut_and_no_copy_is_kept(here: Settings, web: Sites, conn: postgres.Connection) -> None:
    file = left_open(here, web, conn)
    with file.open("ab") as torn:
        torn.write(gzip.compress(os.urandom(5000))[:3000])

    crawl.crawl(here, [sites.source("a.test")], NEXT)

    assert list(here.raw.rglob(f"*{warc.DAMAGED}")) == []
    found = {urls.key(page.url) for path in here.raw.rglob(f"*{warc.CLOSED}") for _, page, _ in warc.pages(path)}
    assert len(found) >= PAGES


def test_nothing_that_the_ledger_knows_is_cut_off(here: Settings, web: Sites, conn: postgres.Connection) -> None:
    file = left_open(here, web, conn)
    (known,) = _rows(conn, "select max(warc_offset + warc_length) from fetches")[0]
    was = bytearray(file.read_bytes())
    was[known - 20 : known] = bytes(20)
    file.write_bytes(was)

    crawl.crawl(here, [sites.source("a.test")], NEXT)

    closed = file.with_name(file.name.removesuffix(".open"))
    assert closed.stat().st_size >= known
    assert file.with_name(file.name + warc.DAMAGED).read_bytes() == was


def _whole(member: bytes) -> bool:
    try:
        gzip.decompress(member)
    except (OSError, EOFError, zlib.error):
        return False
    return True


def _readable(here: Settings, closed: Path, at: int) -> bool:
    try:
        warc.read(here.raw, Pointer(warc_file=warc.name_of(closed), warc_offset=at, warc_length=0))
    except StoreError:
        return False
    return True


def _rows(conn: postgres.Connection, statement: str) -> list[tuple[int, ...]]:
    with conn, conn.cursor() as cursor:
        cursor.execute(statement)
        return [tuple(row.values()) for row in cursor.fetchall()]
