"""A file of evidence: the bytes that a site sent, by an independent reader, with all that stands around them."""

from __future__ import annotations

import gzip
import hashlib
import json
import zipfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from pipelines.archive import wacz
from pipelines.cli import app
from pipelines.crawl import stage as crawl
from pipelines.extract.stage import extract
from pipelines.load import stage as load
from pipelines.load import text_retention
from pipelines.settings import Settings
from pipelines.stores import chain, postgres, warc
from tests import commands, sites
from tests.databases import rows
from tests.papers import pass_time, story
from tests.sites import NEXT, RUN, Sites

ADDRESS = "http://a.test/news/1"


@pytest.fixture
def desk(here: Settings, web: Sites, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Two nights of a site whose first article was changed between them."""
    source = sites.site(web, "a.test", 2)
    for run, text in ((RUN, "كتب المحرر الخبر الأول"), (NEXT, "عدّل المحرر الخبر الأول")):
        web.pages[ADDRESS] = sites.answer(200, story(1, f"{text} في صباح اليوم. " * 12), "text/html; charset=utf-8")
        crawl.crawl(here, [source], run)
        extract(here, source, run)
        load.load(here, source, run)
        pass_time(conn, timedelta(days=1))
    commands.use(here, monkeypatch)
    return here


def made(out: Path, *words: str, code: int = 0) -> Result:
    done = CliRunner().invoke(app, ["evidence", *words, "--out", str(out)])
    assert done.exit_code == code, done.output
    return done


def index(file: zipfile.ZipFile) -> list[tuple[str, dict[str, Any]]]:
    lines = gzip.decompress(file.read("indexes/index.cdx.gz")).decode().splitlines()
    return [(line.split(" ", 2)[0], json.loads(line.split(" ", 2)[2])) for line in lines]


def body_at(file: zipfile.ZipFile, told: dict[str, Any]) -> bytes:
    """What stands at an offset of the index, by zipfile and gzip alone: the body of the answer."""
    content = file.read(f"archive/{told['filename']}")
    record = gzip.decompress(content[int(told["offset"]) :][: int(told["length"])])
    return record.partition(b"\r\n\r\n")[2].partition(b"\r\n\r\n")[2].removesuffix(b"\r\n\r\n")


def lines(file: zipfile.ZipFile, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read(name).decode().splitlines()]


def number(conn: postgres.Connection) -> str:
    ((found,),) = rows(conn, f"select id from articles where url = '{ADDRESS}'")
    return str(found)


def test_an_independent_reader_has_the_pages_bytes_of_every_revision_by_the_index(
    desk: Settings, conn: postgres.Connection, web: Sites, tmp_path: Path
) -> None:
    made(tmp_path / "one.wacz", number(conn))

    with zipfile.ZipFile(tmp_path / "one.wacz") as file:
        bodies = {told["digest"]: body_at(file, told) for _, told in index(file) if told["url"] == ADDRESS}
    digests = [row[0] for row in rows(conn, "select page_digest from revisions order by revision")]
    assert len(digests) == 2 and set(bodies) == {f"sha256:{digest}" for digest in digests}
    assert all(f"sha256:{hashlib.sha256(body).hexdigest()}" == digest for digest, body in bodies.items())
    assert any("عدّل المحرر".encode() in body for body in bodies.values())


def test_what_readers_and_validators_overlook_is_right(
    desk: Settings, conn: postgres.Connection, tmp_path: Path
) -> None:
    made(tmp_path / "one.wacz", number(conn))

    with zipfile.ZipFile(tmp_path / "one.wacz") as file:
        how = {one.filename: one.compress_type for one in file.infolist()}
        package = json.loads(file.read("datapackage.json"))
        digest = json.loads(file.read("datapackage-digest.json"))
        hashes = {name: f"sha256:{hashlib.sha256(file.read(name)).hexdigest()}" for name in how}
        pages, told = lines(file, "pages/pages.jsonl"), index(file)
        blocks = file.read("indexes/index.idx").decode().splitlines()
        packed = file.read("indexes/index.cdx.gz")
    assert how["archive/data.warc.gz"] == how["indexes/index.cdx.gz"] == zipfile.ZIP_STORED
    assert {one["path"]: one["hash"] for one in package["resources"]} == {
        name: value for name, value in hashes.items() if not name.startswith("datapackage")
    }
    assert digest == {"path": "datapackage.json", "hash": hashes["datapackage.json"]}
    assert package["wacz_version"] == "1.1.1"
    assert pages[0]["format"] == "json-pages-1.0" and [page["url"] for page in pages[1:]] == [ADDRESS] * 2
    assert "عدّل المحرر" in pages[1]["text"]
    assert [key for key, _ in told] == sorted(key for key, _ in told)
    assert json.loads(blocks[0].split(" ", 2)[2])["filename"] == "index.cdx.gz"
    where = json.loads(blocks[1].split(" ", 2)[2])
    assert gzip.decompress(packed[where["offset"] :][: where["length"]]).startswith(b"test,a)/")


def test_the_lists_that_named_it_and_the_chain_of_its_raw_files_are_in_it(
    desk: Settings, conn: postgres.Connection, tmp_path: Path
) -> None:
    made(tmp_path / "one.wacz", number(conn))

    with zipfile.ZipFile(tmp_path / "one.wacz") as file:
        told = lines(file, "nightdesk/articles.jsonl")
        links = lines(file, "nightdesk/chain.jsonl")
        urls = [told["url"] for _, told in index(file)]
        (tmp_path / "data.warc.gz").write_bytes(file.read("archive/data.warc.gz"))
    assert urls.count("http://a.test/feed") == 1
    assert [one["list"] for one in told if "list" in one] == ["http://a.test/feed"]
    revisions = [one for one in told if "article" in one]
    assert [one["revision"] for one in revisions] == [1, 2] and all(one["record"] for one in revisions)
    assert all(one["text_sha256"] == hashlib.sha256(one["text"].encode()).hexdigest() for one in revisions)
    assert {link["sha256"] for link in links} == {chain.digest_of(path) for path in desk.raw.rglob(f"*{warc.CLOSED}")}
    assert {page.url for _, page, _ in warc.pages(tmp_path / "data.warc.gz")} == {ADDRESS, "http://a.test/feed"}


def test_a_wording_whose_words_retention_took_has_no_digest_of_its_text_in_a_file_of_evidence(
    desk: Settings, conn: postgres.Connection, tmp_path: Path
) -> None:
    ((newest,),) = rows(conn, "select max(fetched_at) from revisions")
    text_retention.retire(desk.model_copy(update={"keep_text_days": 1}), newest + timedelta(days=2))

    made(tmp_path / "one.wacz", number(conn))

    with zipfile.ZipFile(tmp_path / "one.wacz") as file:
        told = {one["revision"]: one for one in lines(file, "nightdesk/articles.jsonl") if "article" in one}
    assert (told[1]["text"], told[1]["text_sha256"], bool(told[1]["text_retired_at"])) == ("", "", True)
    assert (told[2]["text_sha256"], told[2]["text_retired_at"]) == (
        hashlib.sha256(told[2]["text"].encode()).hexdigest(),
        None,
    )
    assert told[1]["record"] and told[1]["normal_form_sha256"] != told[2]["normal_form_sha256"]


def test_a_query_makes_one_file_of_many_articles(desk: Settings, conn: postgres.Connection, tmp_path: Path) -> None:
    made(tmp_path / "all.wacz", "--query", "source:a")

    with zipfile.ZipFile(tmp_path / "all.wacz") as file:
        told = lines(file, "nightdesk/articles.jsonl")
    assert {one["article"] for one in told if "article" in one} == {
        row[0] for row in rows(conn, "select id from articles")
    }


def test_what_is_no_longer_in_the_raw_store_is_named_and_nothing_at_all_is_refused(
    desk: Settings, conn: postgres.Connection, tmp_path: Path
) -> None:
    (first,) = (desk.raw / "a" / RUN).iterdir()
    first.unlink()
    some = made(tmp_path / "some.wacz", number(conn))
    for path in desk.raw.rglob(f"*{warc.CLOSED}"):
        path.unlink()

    none = CliRunner().invoke(app, ["evidence", number(conn), "--out", str(tmp_path / "none.wacz")])

    assert f"Missing: a/{RUN}/{first.name} is not in the raw store" in some.output
    assert "is in the raw store any more" in str(none.exception) and not (tmp_path / "none.wacz").exists()


def test_words_that_retention_deleted_are_named_as_missing_with_the_setting(
    desk: Settings, conn: postgres.Connection, tmp_path: Path
) -> None:
    asked = number(conn)
    with conn, conn.cursor() as cursor:
        cursor.execute(
            "update revision_rows set description = '', text = '', text_retired_at = '2026-11-29 12:00Z' "
            "where article_id = %s and revision = 1",
            (asked,),
        )

    said = " ".join(made(tmp_path / "evidence.wacz", asked).output.split())

    assert said.count("no longer kept") == 1
    assert (
        f"Missing: The description and the text of revision 1 of article {asked} are no longer kept: retention deleted "
        "them on 2026-11-29 (NIGHTDESK_KEEP_TEXT_DAYS, or keep_text of the source)." in said
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["99999"], "There is no article 99999"),
        ([], "Name articles by their numbers, or give --query"),
        (["--query", "lighthouse"], "Nothing in the archive answers"),
    ],
)
def test_what_is_not_there_is_told(desk: Settings, tmp_path: Path, words: Sequence[str], said: str) -> None:
    done = CliRunner().invoke(app, ["evidence", *words, "--out", str(tmp_path / "no.wacz")])

    assert said in str(done.exception) and list(tmp_path.glob("*.wacz")) == []


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.Example.org/News/1?b=2&a=1", "org,example)/news/1?a=1&b=2"),
        ("http://a.test", "test,a)/"),
        ("http://a.test:8080/x", "test,a:8080)/x"),
    ],
)
def test_an_address_is_sorted_as_web_archives_do(url: str, key: str) -> None:
    assert wacz.sort_key(url) == key
