"""Saved pages are served byte for byte at their own addresses, with a feed, a sitemap and a source per host."""

import gzip
import json
import signal
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote, urlsplit

import feedparser
import pytest
from lxml import etree

from demo import replay, server
from demo.replay import Replay, ReplayedPage
from pipelines.sources import sourcefile

ARABIC = "https://www.example.com/story/2020/8/24/وزير-الرى/4943459"
GERMAN = "https://Blog.stössenseer.example/seen?b=2&a=1%20x&leer="


def get(running: Replay, url: str) -> tuple[int, str, bytes]:
    connection = HTTPConnection(running.address, timeout=10)
    connection.request("GET", url)
    response = connection.getresponse()
    found = response.status, response.getheader("Content-Type", ""), response.read()
    connection.close()
    return found


def saved(folder: Path, *addresses: str) -> list[ReplayedPage]:
    """Pages saved with a body that names their number, every second one zipped."""
    found = []
    for number, url in enumerate(addresses):
        body = f"<html><meta charset=iso-8859-1><p>page {number} é</p></html>".encode()
        path = folder / (f"p{number}.html.gz" if number % 2 else f"p{number}.html")
        path.write_bytes(gzip.compress(body) if number % 2 else body)
        found.append(ReplayedPage(url=url, path=path))
    return found


@pytest.mark.parametrize(
    "url", [ARABIC, GERMAN, "http://a.example/x.php?id=1;2&q=%C3%A9#top", "http://a.example:8080/a//b"]
)
def test_an_address_round_trips(tmp_path: Path, url: str) -> None:
    placed = replay.place(saved(tmp_path, url))

    with replay.open_replay(placed, tmp_path / "state") as running:
        host = urlsplit(placed[0].url).netloc
        listed = feedparser.parse(get(running, f"http://{host}{replay.FEED}")[2]).entries[0].link
        answers = [get(running, address) for address in (placed[0].url, listed)]

    assert listed == placed[0].url
    assert listed.isascii()
    assert {(status, kind) for status, kind, _ in answers} == {(200, "text/html; charset=utf-8")}
    assert "page 0 é".encode() in answers[0][2]


def test_a_path_and_its_encoded_spelling_are_one(tmp_path: Path) -> None:
    placed = replay.place(saved(tmp_path, "http://a.example/%d9%88%D8%B2/x,y"))

    with replay.open_replay(placed, tmp_path / "state") as running:
        statuses = [get(running, f"http://a.example/{quote('وز')}/{tail}")[0] for tail in ("x,y", "x%2Cy", "x")]

    assert statuses == [200, 200, 404]


def test_pages_that_share_an_address_or_are_a_home_page_get_their_own(tmp_path: Path) -> None:
    pages = saved(
        tmp_path, "http://a.example/", "http://a.example/n?x=1", "http://a.example/n?x=1", "http://b.example/n"
    )

    addresses = [each.url for each in replay.place(pages)]

    assert addresses == [f"http://a.example/nightdesk-replay/pages/p{n}.html" for n in range(3)] + [
        "http://b.example/n"
    ]


def test_a_host_has_feed_sitemap_and_robots_and_no_dates(tmp_path: Path) -> None:
    placed = replay.place(saved(tmp_path, *(f"https://a.example/n/{n}?p={n}&q=2" for n in range(5))))

    with replay.open_replay(placed, tmp_path / "state", cap=3) as running:
        feed = feedparser.parse(get(running, f"http://a.example{replay.FEED}")[2])
        sitemap = etree.fromstring(get(running, f"http://a.example{replay.SITEMAP}")[2])
        robots = get(running, "http://a.example/robots.txt")
        elsewhere = get(running, f"http://b.example{replay.FEED}")

    assert [entry.link for entry in feed.entries] == [each.url for each in placed[:3]]
    assert not any("published" in entry for entry in feed.entries)
    assert len(sitemap) == 3
    assert robots[0] == 200
    assert elsewhere[0] == 404
    assert {line["host"] for line in server.accesses(tmp_path / "state")} == {"a.example", "b.example"}


def test_sources_are_named_by_their_hosts_and_keep_the_form(tmp_path: Path) -> None:
    pages = saved(tmp_path, "https://www.a-b.example/1", "http://www.a.b.example/2", GERMAN)

    sources = replay.replay_sources(replay.place(pages))

    assert [source.name for source in sources] == [
        "www_a_b_example",
        "www_a_b_example_2",
        "blog_xn_stssenseer_fcb_example",
    ]
    for source in sources:
        assert sourcefile.parse(sourcefile.render(source), source.name, source.name) == source


def test_a_corpus_folder_is_read_within_its_limits(tmp_path: Path) -> None:
    (tmp_path / "html").mkdir()
    rows = [
        (f"c/{host}{n}", f"https://{host}.example/{n}")
        for host, n in [("a", 1), ("b", 1), ("b", 2), ("c", 1), ("c", 2), ("c", 3)]
    ]
    for name, _ in [*rows, ("c/none", "")]:
        (tmp_path / "html" / f"{name[2:]}.html.gz").write_bytes(gzip.compress(b"<p>x"))
    lines = [json.dumps({"id": name, "url": url, "lang": "el"}) for name, url in [*rows, ("c/none", "")]]
    (tmp_path / "gold.jsonl").write_text("\n".join(lines))

    found = replay.from_corpus(tmp_path, min_pages=2, pages=2)
    one_host = replay.from_corpus(tmp_path, hosts=1)

    assert [page.id for page in found] == ["c/c1", "c/c2", "c/b1", "c/b2"]
    assert [page.id for page in one_host] == ["c/c1", "c/c2", "c/c3"]
    assert {source.language for source in replay.replay_sources(replay.place(found))} == {"el"}


def test_the_command_line_serves_an_index_and_writes_its_sources(tmp_path: Path) -> None:
    pages = saved(tmp_path, ARABIC, "http://b.example/n")
    index = tmp_path / "index.jsonl"
    index.write_text("\n".join(json.dumps({"url": page.url, "path": page.path.name}) for page in pages))
    folders = ["--folder", tmp_path / "state", "--sources", tmp_path / "sources"]

    process = subprocess.Popen(
        [sys.executable, "-m", "demo", "replay", "--pages", index, *folders], stdout=subprocess.PIPE, text=True
    )
    line = json.loads(process.stdout.readline())
    status = get(Replay(address=line["address"], host_map="", placed=()), "http://b.example/n")[0]
    process.send_signal(signal.SIGINT)

    assert process.wait(10) == 0
    assert status == 200
    assert line["host_map"] == f"b.example={line['address']},www.example.com={line['address']}"
    assert sorted(path.name for path in (tmp_path / "sources").iterdir()) == ["b_example.toml", "www_example_com.toml"]
    rows = [json.loads(row) for row in (tmp_path / "state" / replay.INDEX).open()]
    assert {row["original"] for row in rows} == {page.url for page in pages}
