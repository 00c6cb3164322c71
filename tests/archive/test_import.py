"""Import: WARC files of others, through our stores and stages; nobody is told, nothing is doubled."""

from __future__ import annotations

import base64
import hashlib
import json
import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from pipelines.alert import stage as alert
from pipelines.alert import watches
from pipelines.archive import page_import
from pipelines.errors import NightdeskError
from pipelines.extract.stage import extract
from pipelines.load.stage import load
from pipelines.settings import Settings
from pipelines.stores import foreign_warc, postgres
from tests import clock, commands, jisr, warcs
from tests.databases import rows
from tests.warcs import record, saved, story

Nightdesk = Callable[..., Result]


@pytest.fixture
def nightdesk(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Nightdesk:
    """`nightdesk` on an installation that follows `jisr`."""
    commands.use(settings, monkeypatch)
    (settings.sources / "jisr.toml").write_text(
        'title = "الجسر"\nurl = "https://jisr.test/"\ncountry = "SY"\nlanguage = "ar"\ntimezone = "UTC"\n'
        'feeds = ["https://jisr.test/feed"]\n',
        encoding="utf-8",
    )
    return commands.run


ARTICLES = "select source, url, revision from articles order by url"


def test_the_pages_of_a_file_are_stored_marked_and_told_to_nobody_and_every_check_holds(
    nightdesk: Nightdesk, settings: Settings, conn: postgres.Connection, tmp_path: Path
) -> None:
    with conn:
        watches.add(conn, watches.make("bridge", ["الجسر"]))
    moved = record("https://jisr.test/old", b"HTTP/1.1 301 Moved\r\nLocation: /news/1\r\n\r\n")
    asked = record("https://jisr.test/news/1", b"GET / HTTP/1.1\r\n\r\n", kind="request")
    file = saved(tmp_path / "crawl.warc.gz", [story(1), asked, story(2), moved, story(3, "other.test")])

    said = json.loads(nightdesk("import", file, "--json").stdout)
    again = json.loads(nightdesk("import", file, "--json").stdout)

    assert (said["pages"], said["others"], said["sources"]) == (3, 1, {"jisr": 2, "imported": 1})
    assert (again["pages"], again["known"], again["sources"]) == (3, 3, {})
    assert rows(conn, ARTICLES) == [
        ("jisr", "https://jisr.test/news/1", 1),
        ("jisr", "https://jisr.test/news/2", 1),
        ("imported", "https://other.test/news/3", 1),
    ]
    assert rows(conn, "select distinct quiet from changes") == [("imported",)]
    (run,) = {run for (run,) in rows(conn, "select run from past_runs where ended_at is not null")}
    alert.match(settings, run)
    assert rows(conn, "select distinct quiet from alerts") == [("imported",)]
    assert rows(conn, "select count(*) from urls where next_at is not null") == [(0,)]
    ledger = json.loads(nightdesk("ledger", "--run", run, "--json").stdout)
    assert (ledger["differences"], ledger["not_compared"]) == ([], [])
    verified = json.loads(nightdesk("verify", "--records", "--json").stdout)
    assert (verified["damage"], verified["files"]) == ([], 2)
    number = rows(conn, "select id from articles where source = 'imported'")[0][0]
    assert nightdesk("evidence", number, "--out", tmp_path / "e.wacz").exit_code == 0


def test_what_is_left_in_its_place_is_read_there_and_missed_when_it_changes(
    nightdesk: Nightdesk, conn: postgres.Connection, settings: Settings, tmp_path: Path
) -> None:
    file = saved(tmp_path / "crawl.warc.gz", [story(1), story(2)])

    said = nightdesk("import", "--in-place", file)

    assert said.exit_code == 0, said.output
    assert [url for _, url, _ in rows(conn, ARTICLES)] == ["https://jisr.test/news/1", "https://jisr.test/news/2"]
    assert not list(settings.raw.rglob("*.warc.gz"))
    assert nightdesk("verify").exit_code == 0
    number = rows(conn, "select min(id) from articles")[0][0]
    assert nightdesk("evidence", number, "--out", tmp_path / "e.wacz").exit_code == 0
    assert nightdesk("extract", "--again", "jisr").stdout.startswith("2 pages read again")
    run = rows(conn, "select run from past_runs")[0][0]
    saved(file, [story(1), story(4)])
    assert "https://jisr.test/news/2" in nightdesk("ledger", "--run", run).stdout
    assert [one["url"] for one in json.loads(nightdesk("verify", "--json").stdout)["damage"]] == [
        "https://jisr.test/news/2"
    ]
    plain = saved(tmp_path / "plain.warc", [story(5)])
    with pytest.raises(Exception, match="cannot stay in its place"):
        nightdesk("import", "--in-place", plain)


def test_what_the_archive_has_seen_later_stays_and_the_first_night_after_an_import_is_a_first_one(
    nightdesk: Nightdesk, settings: Settings, conn: postgres.Connection, tmp_path: Path
) -> None:
    nightdesk("import", saved(tmp_path / "a.warc.gz", [story(1), story(7)]))
    jisr.crawled(settings, conn, [jisr.story(8), jisr.story(9)], first=8)
    extract(settings, jisr.SOURCE, jisr.RUN)
    load(settings, jisr.SOURCE, jisr.RUN)

    late = json.loads(
        nightdesk("import", saved(tmp_path / "b.warc.gz", [story(7, date="2019-01-01T00:00:00Z")]), "--json").stdout
    )

    assert late["known"] == 1
    quiet = "select a.url, c.quiet from changes c join articles a on a.id = c.article_id order by a.url"
    assert rows(conn, quiet) == [
        ("https://jisr.test/news/1", "imported"),
        ("https://jisr.test/news/7", "imported"),
        ("https://jisr.test/news/8", "first run"),
        ("https://jisr.test/news/9", "first run"),
    ]


def test_records_with_the_digest_of_their_block_are_read(tmp_path: Path) -> None:
    block = warcs.HTML + jisr.story(1).encode()
    digest = base64.b32encode(hashlib.sha1(block, usedforsecurity=False).digest()).decode()
    one = record("https://jisr.test/news/1", block, more=f"WARC-Block-Digest: sha1:{digest}\r\n")
    told: list[str] = []

    pages = list(
        foreign_warc.pages(saved(tmp_path / "crawl.warc.gz", [one]), lambda at, why: told.append(why), lambda: None)
    )

    assert ([page.url for page in pages], told) == (["https://jisr.test/news/1"], [])


BLOCK = warcs.HTML + b"hi"
DIGESTS = {
    "small letters": "sha1:" + base64.b32encode(hashlib.sha1(BLOCK, usedforsecurity=False).digest()).decode().lower(),
    "hexadecimal": "sha256:" + hashlib.sha256(BLOCK).hexdigest(),
    "of a kind that nobody here knows": "blake3:abcd",
    "no digest at all": "zzz",
}


@pytest.mark.parametrize(
    "one",
    [
        *(record("http://a.test/", BLOCK, more=f"WARC-Block-Digest: {digest}\r\n") for digest in DIGESTS.values()),
        record("http://a.test/", BLOCK).replace(b"WARC-", b"warc-").replace(b"Content-Length", b"content-length"),
        record("<http://a.test/>", BLOCK.replace(b"HTTP/1.1 200 OK", b"HTTP/2 200")),
        record("http://a.test/", BLOCK.replace(b"\r\n", b"\n")),
        record("http://a.test/", BLOCK, date="2020-01-02"),
    ],
    ids=[*DIGESTS, "small names", "HTTP/2", "lines that end as they may not", "a day alone"],
)
def test_what_other_crawlers_write_differently_is_read_as_well(tmp_path: Path, one: bytes) -> None:
    told: list[str] = []

    pages = list(foreign_warc.pages(saved(tmp_path / "a.warc.gz", [one]), lambda at, why: told.append(why), bool))

    assert ([(page.url, page.body) for page in pages], told) == ([("http://a.test/", b"hi")], [])


def _with_line_feeds(one: bytes, *, behind: bytes = b"\n\n") -> bytes:
    """A record as a program writes it that ends the lines of its head with a line feed alone."""
    head, _, rest = one.partition(b"\r\n\r\n")
    return head.replace(b"\r\n", b"\n") + b"\n\n" + rest.removesuffix(b"\r\n\r\n") + behind


PAGE, BAD_LENGTH = record("http://a.test/", BLOCK), record("http://a.test/", BLOCK, length=700)
CHUNKED = warcs.HTML.replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n") + b"2\r\nhi\r\n0\r\n\r\n"
# How a record is written -> its bytes, and why it is not read; nothing if it is.
DIALECTS = {
    "line feeds": (_with_line_feeds(PAGE), ""),
    "line feeds in the head alone": (_with_line_feeds(PAGE, behind=b"\r\n\r\n"), ""),
    "line feeds, a wrong length": (_with_line_feeds(BAD_LENGTH), "shorter than its head says"),
    "WARC 0.18": (PAGE.replace(b"WARC/1.0", b"WARC/0.18"), ""),
    "WARC 1.1": (PAGE.replace(b"WARC/1.0", b"WARC/1.1"), ""),
    "WARC 0.9": (b"WARC/0.9 79 response http://a.test/ 20060101010101 urn:x text/html\r\n\r\nhi\r\n\r\n", "WARC 0.9"),
    "no length": (PAGE.replace(b"Content-Length", b"X-Length"), "no Content-Length"),
    "chunks left in": (record("http://a.test/", CHUNKED), ""),
    "one line behind it": (PAGE[:-2], ""),
    "nothing behind it": (PAGE[:-4], ""),
    "many lines behind it": (PAGE + b"\r\n" * 9, ""),
    "a line that goes on": (PAGE.replace(b"Target-URI: ", b"Target-URI:\r\n\t"), ""),
    "a mark before it": (b"\xef\xbb\xbf" + PAGE, "no head of a WARC record"),
    "zeros before it": (bytes(512) + b"\n", "no head of a WARC record"),
}


@pytest.mark.parametrize("name", ["members.warc.gz", "plain.warc", "whole.warc.gz"])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_dialect_is_read_or_named_and_costs_the_next_record_nothing(tmp_path: Path, name: str, dialect: str) -> None:
    one, why_not = DIALECTS[dialect]
    behind = record("http://b.test/", BLOCK)
    told: list[str] = []

    path = saved(tmp_path / name, [one, behind, _with_line_feeds(behind)])
    pages = [(page.url, page.body) for page in foreign_warc.pages(path, lambda at, why: told.append(why), bool)]

    assert pages == [("http://a.test/", b"hi")] * (not why_not) + [("http://b.test/", b"hi")] * 2
    assert [why_not in why for why in told] == [True] * bool(why_not)


def test_in_a_folder_what_zstd_packed_is_named_and_the_others_are_read(nightdesk: Nightdesk, tmp_path: Path) -> None:
    saved(tmp_path / "a.warc.gz", [story(1)])
    (tmp_path / "b.warc.zst").write_bytes(b"\x5d\x2a\x4d\x18" + bytes(40))

    said = json.loads(nightdesk("import", tmp_path, "--json").stdout)

    assert (said["pages"], said["bad"]) == (1, 1)
    assert said["told"] == [
        "b.warc.zst, byte 0: it is packed by zstd, which is not read: unpack it first, with `zstd -d`"
    ]


def test_the_answer_of_a_name_server_is_no_page_and_no_damage(tmp_path: Path) -> None:
    dns = record("dns:a.test", b"20200102030405\na.test. 300 IN A 192.0.2.1\n").replace(
        b"application/http; msgtype=response", b"text/dns"
    )
    told: list[object] = []

    pages = list(
        foreign_warc.pages(
            saved(tmp_path / "a.warc.gz", [dns]), lambda at, why: told.append(why), lambda: told.append(None)
        )
    )

    assert (pages, told) == ([], [None])


@pytest.mark.parametrize("name", ["crawl.warc.gz", "plain.warc", "whole.warc.gz"])
def test_a_bad_record_costs_itself_alone(tmp_path: Path, name: str) -> None:
    page = warcs.HTML + b"hi"
    hostile = {
        "head of its answer": record("http://a.test/", b"HTTP/1.1 200 OK\r\nX: " + b"y" * 99_999 + b"\r\n\r\nhi"),
        "longer than its head says": record("http://a.test/", page, length=5),
        "WARC-Date": record("http://a.test/", page, date="2999-01-01T00:00:00Z"),
        "no WARC-Date": record("http://a.test/", page, date="never"),
        "WARC-Block-Digest": record("http://a.test/", page, more=f"WARC-Block-Digest: sha1:{'A' * 32}\r\n"),
        "cut it off": record("http://a.test/", page, more="WARC-Truncated: length\r\n"),
        "unpacks to too much": record("http://a.test/", bytes(300_000_000)) if name == "crawl.warc.gz" else story(0),
        "larger than a page": record("http://a.test/", bytes(foreign_warc.MOST_RECORD_BYTES)),
    }
    records = [one for n, bad in enumerate(hostile.values(), 1) for one in (bad, story(n))]
    told: list[str] = []

    pages = list(foreign_warc.pages(saved(tmp_path / name, records), lambda at, why: told.append(why), lambda: None))

    wanted = {f"https://jisr.test/news/{n}" for n in range(1, len(hostile) + 1)}
    assert wanted <= {page.url for page in pages}
    for reason in hostile.keys() - ({"unpacks to too much"} if name != "crawl.warc.gz" else set()):
        assert any(reason in why for why in told), (reason, told)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *((name, "response") for name in ("crawl.warc.gz", "plain.warc", "whole.warc.gz")),
        # Of a file that is one gzip member, what is no page is unpacked once and not kept.
        *((name, "request") for name in ("crawl.warc.gz", "plain.warc")),
    ],
)
def test_a_record_that_claims_the_rest_of_the_file_takes_no_other_with_it(tmp_path: Path, name: str, kind: str) -> None:
    claims = [record("http://a.test/", warcs.HTML + b"hi", kind=kind, length=length) for length in (10**9, 700)]
    records = [record("", b"", kind="warcinfo"), claims[0], story(1), claims[1], story(2), story(3)]
    told: list[str] = []

    pages = list(foreign_warc.pages(saved(tmp_path / name, records), lambda at, why: told.append(why), lambda: None))

    assert [page.url[-1] for page in pages] == ["1", "2", "3"]
    assert len(told) == 2


def test_a_file_of_heads_that_claim_megabytes_costs_no_more_than_reading_it(tmp_path: Path) -> None:
    head = record("http://a.test/", b"", length=5_000_000)
    for name in ("plain.warc", "whole.warc.gz"):
        path = saved(tmp_path / name, [head] * 30_000 + [story(1)])

        with clock.cpu_below(10, name):
            list(foreign_warc.pages(path, lambda at, why: None, lambda: None))


@pytest.mark.parametrize("said", ["Transfer-Encoding: chunked", "Content-Encoding: gzip"])
def test_a_body_that_its_crawler_unpacked_already_is_taken_as_it_stands(
    nightdesk: Nightdesk, conn: postgres.Connection, tmp_path: Path, said: str
) -> None:
    block = warcs.HTML.replace(b"\r\n\r\n", f"\r\n{said}\r\n\r\n".encode()) + jisr.story(1).encode()

    nightdesk("import", saved(tmp_path / "some.warc.gz", [record("https://jisr.test/news/1", block)]))

    assert rows(conn, ARTICLES) == [("jisr", "https://jisr.test/news/1", 1)]


def test_a_damaged_file_gives_every_page_that_is_whole(tmp_path: Path) -> None:
    path = saved(tmp_path / "crawl.warc.gz", [story(n) for n in range(8)])
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(bytes(content[:-20]))
    told: list[tuple[int, str]] = []

    pages = list(foreign_warc.pages(path, lambda at, why: told.append((at, why)), lambda: None))

    assert (len(pages), len(told)) == (6, 2)


@pytest.mark.parametrize("name", ["a.wacz", "a.warc.zst", "a.txt"])
def test_what_is_neither_a_list_nor_a_warc_file_is_told_so_and_not_shown(
    nightdesk: Nightdesk, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_bytes(b"PK\x03\x04\0\x1b]0;owned\x07\xb5\n" * 9)

    with pytest.raises(NightdeskError, match=r"is no list of addresses.*Unpack first") as refused:
        nightdesk("import", tmp_path / name)

    assert "owned" not in str(refused.value) and "PK" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/admin",
        "http://10.1.2.3/",
        "http://[::1]/",
        "http://2130706433/",
        "http://localhost/",
        "ftp://a.test/",
    ],
)
def test_a_page_of_no_public_host_is_left_out(
    settings: Settings, conn: postgres.Connection, tmp_path: Path, url: str
) -> None:
    file = saved(tmp_path / "a.warc.gz", [record(url, warcs.HTML + jisr.story(1).encode())])

    report = page_import.bring_in(settings, [file], [])

    assert (report.bad, report.sources) == (1, {})
    assert rows(conn, "select count(*) from urls") == [(0,)]


def test_killed_at_any_moment_the_same_again_leaves_what_one_import_leaves(
    settings: Settings, conn: postgres.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_import, "PAGES_A_RUN", 4)
    pages = [story(n, "jisr.test" if n % 2 else "other.test") for n in range(16)]
    file = saved(tmp_path / "a.warc.gz", pages)
    moments = random.Random(14)
    fork = multiprocessing.get_context("fork")

    for _ in range(5):
        child = fork.Process(target=page_import.bring_in, args=(settings, [file], [jisr.SOURCE]))
        child.start()
        child.join(moments.uniform(0.02, 1.2))
        if child.pid and child.is_alive():
            os.kill(child.pid, signal.SIGKILL)
        child.join()
    deadline = time.monotonic() + 20
    while True:
        try:
            report = page_import.bring_in(settings, [file], [jisr.SOURCE])
            break
        except (NightdeskError, postgres.Error):
            # For a moment the server keeps what a killed child held.
            assert time.monotonic() < deadline
            time.sleep(0.1)

    assert report.failed == []
    assert len(rows(conn, ARTICLES)) == 16
    assert rows(conn, "select count(*) from revisions") == [(16,)]
    assert rows(conn, "select count(*) from past_runs where ended_at is null") == [(0,)]
    assert rows(conn, "select distinct state from urls") == [("stored",)]
    assert rows(conn, "select count(distinct url_id) as urls, count(*) from fetches where warc_file is not null") == [
        (16, 16)
    ]
    assert not (settings.data / page_import.FOLDER).exists()
