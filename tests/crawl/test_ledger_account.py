"""The account of a run: a row, a record or a line that is gone is found by its URL, and nothing else is."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pytest
from typer.testing import CliRunner, Result

from demo.sites import write_sources
from pipelines.cli import app
from pipelines.codes import Side
from pipelines.crawl import stage as crawl
from pipelines.crawl import url_account
from pipelines.extract.stage import extract
from pipelines.load import stage as load
from pipelines.model import Source
from pipelines.settings import Settings
from pipelines.stores import articlefile, chain, postgres, warc, warc_records
from tests import commands, sites
from tests.papers import pass_time, story
from tests.sites import NEXT, RUN, Sites

FIRST, SECOND = "http://a.test/news/1", "http://a.test/news/2"


@pytest.fixture
def paper_a(here: Settings, web: Sites) -> Source:
    """A site of four addresses: two articles, a page that is none, and one that its patterns keep out."""
    source = sites.site(web, "a.test", 2, deny=("/live/",))
    for n in (1, 2):
        web.pages[f"http://a.test/news/{n}"] = sites.answer(
            200, story(n, "نص الخبر. " * 40), "text/html; charset=utf-8"
        )
    web.pages["http://a.test/news/3"] = sites.answer(200, b"<html><title>x</title><p>short</p></html>")
    named = [FIRST, SECOND, "http://a.test/news/3", "http://a.test/live/4"]
    web.pages["http://a.test/feed"] = sites.answer(200, sites.feed(*named), "application/rss+xml")
    write_sources([source], here.sources)
    return source


@pytest.fixture
def night(here: Settings, paper_a: Source) -> Source:
    """The same after a night."""
    crawl.crawl(here, [paper_a], RUN)
    extract(here, paper_a, RUN)
    tally = load.load(here, paper_a, RUN)
    assert (tally.state, tally.counts.get("unaccounted")) == ("done", None), tally.message
    return paper_a


def found(settings: Settings, conn: postgres.Connection, source: Source, run: str = RUN) -> list[tuple[Side, str]]:
    conn.rollback()
    return [(one.side, one.url) for one in url_account.differences(settings, conn, source, run)]


def delete(conn: postgres.Connection, *statements: str) -> None:
    with conn, conn.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def test_a_night_agrees_with_itself_and_so_does_the_one_after_it(
    here: Settings, conn: postgres.Connection, web: Sites, night: Source
) -> None:
    pass_time(conn, timedelta(days=1))
    web.pages["http://a.test/feed"] = sites.answer(
        200, sites.feed(SECOND, "http://a.test/news/5"), "application/rss+xml"
    )
    web.pages["http://a.test/news/5"] = sites.answer(404, b"gone")
    crawl.crawl(here, [night], NEXT)
    extract(here, night, NEXT)

    tally = load.load(here, night, NEXT)

    assert tally.state == "done", tally.message
    assert (found(here, conn, night), found(here, conn, night, NEXT)) == ([], [])


def test_a_deleted_row_of_a_url_is_named_by_the_list_that_named_it(
    here: Settings, conn: postgres.Connection, night: Source
) -> None:
    delete(conn, "delete from urls where url = 'http://a.test/live/4'")

    assert found(here, conn, night) == [(Side.LISTED, "http://a.test/live/4")]


def test_a_deleted_fetch_is_named_by_the_raw_store(here: Settings, conn: postgres.Connection, night: Source) -> None:
    of_it = "(select id from fetches where url = 'http://a.test/news/3')"
    delete(conn, f"delete from outcomes where fetch_id in {of_it}", f"delete from fetches where id in {of_it}")

    assert (Side.RECORD, "http://a.test/news/3") in found(here, conn, night)


def test_a_deleted_record_is_named_by_the_ledger(here: Settings, conn: postgres.Connection, night: Source) -> None:
    """The last one: those behind another one would stand elsewhere, and be named as well."""
    (path,) = (here.raw / "a" / RUN).glob(f"*{warc.CLOSED}")
    *_, (pointer, page, _) = warc.pages(path)
    request = [one for one in warc_records.check(path) if one.offset < pointer.warc_offset][-1]
    path.write_bytes(path.read_bytes()[: request.offset])

    assert found(here, conn, night) == [(Side.FETCH, page.url)]


def test_a_missing_raw_file_is_named_page_by_page_unless_the_chain_says_that_it_was_taken_away(
    here: Settings, conn: postgres.Connection, night: Source
) -> None:
    (path,) = (here.raw / "a" / RUN).glob(f"*{warc.CLOSED}")
    name, content = warc.name_of(path), path.read_bytes()
    path.unlink()

    lost = found(here, conn, night)
    path.write_bytes(content)
    chain.retire(here.raw, [name], "it is old")
    path.unlink()

    assert {side for side, _ in lost} == {Side.FETCH} and len(lost) == 4
    assert found(here, conn, night) == []


@pytest.mark.parametrize("url", [FIRST, "http://a.test/news/3"], ids=["an article", "a rejection"])
def test_a_deleted_line_of_an_article_file_is_named(
    here: Settings, conn: postgres.Connection, night: Source, url: str
) -> None:
    path = articlefile.path(here, "a", RUN)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if f'"{url}"' not in line))

    assert found(here, conn, night) == [(Side.LINE, url)]


def test_a_line_that_is_deleted_before_load_makes_the_load_red(
    here: Settings, conn: postgres.Connection, paper_a: Source
) -> None:
    crawl.crawl(here, [paper_a], RUN)
    extract(here, paper_a, RUN)
    path = articlefile.path(here, "a", RUN)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if f'"{FIRST}"' not in line))

    tally = load.load(here, paper_a, RUN)

    assert (tally.state, FIRST in tally.message) == ("failed", True)
    assert tally.counts["unaccounted"] >= 1 and "`nightdesk ledger a --run" in tally.message


@pytest.mark.parametrize(
    ("statements", "side"),
    [
        (["delete from outcomes where fetch_id = (select id from fetches where url = '{url}')"], Side.OUTCOME),
        (
            ["truncate revision_rows, changes, articles cascade"],
            Side.ARTICLE,
        ),
    ],
    ids=["an outcome", "articles"],
)
def test_what_load_decided_and_is_gone_is_named(
    here: Settings, conn: postgres.Connection, night: Source, statements: list[str], side: Side
) -> None:
    delete(conn, *(statement.format(url=FIRST) for statement in statements))

    assert (side, FIRST) in found(here, conn, night)


def test_a_file_whose_middle_cannot_be_read_costs_no_traceback(
    here: Settings, conn: postgres.Connection, night: Source
) -> None:
    (path,) = (here.raw / "a" / RUN).glob(f"*{warc.CLOSED}")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)

    assert {side for side, _ in found(here, conn, night)} <= {Side.FETCH, Side.RECORD}
    assert found(here, conn, night)


def test_the_ledger_is_told_to_people_and_programs(
    here: Settings, conn: postgres.Connection, night: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands.use(here, monkeypatch)

    def ledger(*words: str) -> Result:
        return CliRunner().invoke(app, ["ledger", *words])

    whole = ledger()
    table = ledger("a", "--csv")
    delete(conn, "delete from urls where url = 'http://a.test/live/4'")
    people, programs = ledger("a", "--run", RUN), ledger("--json")

    assert whole.exit_code == 0 and "agree on every URL of this run" in whole.stdout
    rows = list(csv.DictReader(io.StringIO(table.stdout)))
    assert {(row["url"], row["state"], row["code"]) for row in rows} >= {
        (FIRST, "stored", ""), ("http://a.test/live/4", "excluded", "deny"),
    }  # fmt: skip
    assert people.exit_code == 1 and "http://a.test/live/4: a list of the run names it" in people.stdout
    told = json.loads(programs.stdout)
    assert [one["side"] for one in told["differences"]] == ["listed"] and told["run"] == RUN
    assert {(row["state"], row["urls"]) for row in told["ends"]} >= {("stored", 2)}
