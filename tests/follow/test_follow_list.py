"""OPML: many sites followed from the list of a reader, and the followed ones as such a list."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from demo import newsroom
from demo.newsroom import Newsroom
from demo.sites import DemoSite
from pipelines.cli import app
from pipelines.errors import SourceError
from pipelines.follow import many_sites, opml
from pipelines.follow.many_sites import Became
from pipelines.follow.opml import ListedSite
from pipelines.model import Source
from pipelines.settings import Settings, export
from pipelines.sources import sourcefile
from tests import clock, commands
from tests.sites import Sites, answer

FED = DemoSite(
    name="sabah", title="صباح الشمال", language="ar", country="JO", timezone="Asia/Amman", family="boxed", articles=12,
)  # fmt: skip
MAPPED = DemoSite(
    name="ufuk", title="Ufuk Gazetesi", language="tr", country="TR", timezone="Europe/Istanbul", family="wordpress",
    articles=14,
)  # fmt: skip


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    with newsroom.open_newsroom(tmp_path_factory.mktemp("newsroom"), sites=(FED, MAPPED)) as opened:
        yield opened


def at(tmp_path: Path, host_map: str) -> Settings:
    current = Settings(
        data=tmp_path / "data",
        sources=tmp_path / "sources",
        database_url="postgresql://nobody@127.0.0.1:1/none",
        contact="mailto:tests@newsroom.test",
        host_map=host_map,
    )
    current.sources.mkdir(parents=True)
    return current


def listed(tmp_path: Path, body: str | bytes) -> list[ListedSite]:
    path = tmp_path / "feeds.opml"
    path.write_bytes(body if isinstance(body, bytes) else body.encode())
    return opml.read(path)


def test_feeds_are_read_from_folders_whatever_the_case_and_each_host_once(tmp_path: Path) -> None:
    found = listed(
        tmp_path,
        """<?xml version="1.0"?><opml version="1.0"><head/><body>
        <outline text="News"><outline text="A &amp; B" TITLE="A &amp; B" xmlURL="https://a.test/feed" htmlUrl="https://a.test/"/>
        <outline text="A sport" xmlUrl="https://www.a.test/sport"/></outline>
        <outline text="Burner" xmlUrl="https://feeds.burner.test/b" htmlUrl="https://b.test/news"/>
        <outline text="Scheme" xmlUrl="feed://c.test/rss"/><outline text="Both" xmlUrl="feed:https://d.test/rss"/>
        <outline type="link" text="Site" url="https://e.test/"/>
        <outline text="Login" xmlUrl="https://me:s3cret-9@f.test/feed"/>
        <outline text="Odd" xmlUrl="javascript:alert(1)"/>
        </body></opml>""",
    )

    assert [one.url for one in found] == [
        "https://a.test/feed", "https://b.test/news", "http://c.test/rss", "https://d.test/rss", "https://e.test/",
        "https://f.test/feed", "javascript:alert(1)",
    ]  # fmt: skip
    assert (found[0].title, found[0].others) == ("A & B", ("https://www.a.test/sport",))
    assert "s3cret-9" not in str(found) and "name a secret as `auth`" in found[5].problem
    assert found[6].problem == "it is no address of a site"


def test_a_list_with_bare_ampersands_is_read_and_so_is_one_in_another_encoding(tmp_path: Path) -> None:
    bare = '<opml><body><outline text="x &eacute; y" xmlUrl="https://a.test/?a=1&b=2"/></body></opml>'
    wide = (
        '<?xml version="1.0" encoding="UTF-16"?><opml><body><outline text="أ" xmlUrl="https://a.test/"/></body></opml>'
    )

    assert [(one.url, one.title) for one in listed(tmp_path, bare)] == [("https://a.test/?a=1&b=2", "x é y")]
    assert [one.title for one in listed(tmp_path, wide.encode("utf-16"))] == ["أ"]


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ('\n <?xml version="1.0"?><opml><outline text="Bridge" xmlUrl="https://a.test/"/></opml>', "Bridge"),
        ('<opml><body><outline text="a < b\x0b" xmlUrl="https://a.test/"/></body></opml>', "a < b"),
        ('<o:opml xmlns:o="u:o"><o:outline text="Bridge" xmlUrl="https://a.test/"/></o:opml>', "Bridge"),
        ('<opml><body><outline text="Brücke" xmlUrl="https://a.test/"/></body></opml>'.encode("latin-1"), "Brücke"),
        (
            '<?xml version="1.0" encoding="gb2312"?><opml><outline text="\u65b0\u95fb" xmlUrl="https://a.test/"/></opml>'
            .encode("gb2312"),
            "\u65b0\u95fb",
        ),
        ('<opml><body><outline text="A&amp;amp;T" xmlUrl="https://a.test/"/></body></opml>', "A&T"),
    ],
)  # fmt: skip
def test_a_list_that_is_no_xml_as_it_stands_is_read_where_it_can_be_mended(
    tmp_path: Path, body: str | bytes, title: str
) -> None:
    assert [(one.url, one.title) for one in listed(tmp_path, body)] == [("https://a.test/", title)]


def test_what_looks_like_a_name_of_html_in_an_address_stays_as_it_is(tmp_path: Path) -> None:
    rest = "section=news&copy=2&lang=ar"
    escaped = f'<opml><outline xmlUrl="https://a.test/?x=1&amp;{rest.replace("&", "&amp;")}"/></opml>'
    bare = f'<opml><outline xmlUrl="https://a.test/?x=1&{rest}"/></opml>'
    twice = f'<opml><outline xmlUrl="https://a.test/?x=1&amp;amp;{rest.replace("&", "&amp;amp;")}"/></opml>'

    assert {one.url for body in (escaped, bare, twice) for one in listed(tmp_path, body)} == {
        f"https://a.test/?x=1&{rest}"
    }


BOMB = '<!DOCTYPE o [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (BOMB + ']><opml><body><outline text="&j;" xmlUrl="https://a.test/"/></body></opml>', "it declares entities"),
        (
            '<!DOCTYPE o [<!ENTITY x SYSTEM "file:///etc/passwd">]><opml><outline xmlUrl="https://a.test/&x;"/></opml>',
            "it declares entities",
        ),
        (
            (BOMB + ']><opml><body><outline text="&j;" xmlUrl="https://a.test/"/></body></opml>').encode("utf-16"),
            "it declares entities",
        ),
        ("<opml>" + "<outline>" * 10_000, "it is nested more than 50 deep"),
        ("<opml>" + '<outline xmlUrl="https://a.test/"/>' * 5001, "it names more than 5000 feeds"),
        (b"<opml>" + b" " * (5 * 1024 * 1024), "is larger than 5 MB"),
        ("<opml><body></body></opml>", "names no feed and no site"),
        ("<html><p>hello", "is no OPML"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "is no OPML"),
        ("", "is no OPML"),
        ('<?xml version="1.0" encoding="no-such"?><opml/>', "names no feed and no site"),
    ],
)
def test_a_hostile_list_is_one_sentence_and_costs_nothing(tmp_path: Path, body: str | bytes, says: str) -> None:
    with clock.cpu_below(2), pytest.raises(SourceError, match=says) as refused:
        listed(tmp_path, body)

    assert "feeds.opml: " in str(refused.value)


def test_what_is_exported_is_read_again_as_the_same_sites(tmp_path: Path) -> None:
    plain = {"country": "SY", "language": "ar", "timezone": "UTC"}
    sources = [
        Source(
            name="a",
            title='سانا "&" <b>',
            url="https://a.test/",
            feeds=("https://a.test/1", "https://a.test/2"),
            **plain,
        ),
        Source(name="b", title="B", url="https://b.test/", sitemaps=("https://b.test/map.xml",), **plain),
        Source(name="c", title="C", url="https://c.test/", feeds=("https://feeds.other.test/c",), **plain),
    ]

    found = listed(tmp_path, opml.write(sources))

    assert [(one.url, one.title, one.others) for one in found] == [
        ("https://a.test/1", 'سانا "&" <b>', ("https://a.test/2",)),
        ("https://b.test/", "B", ()),
        ("https://c.test/", "C", ()),
    ]


def test_a_list_is_followed_and_what_needs_a_person_is_collected_at_the_end(
    room: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    current = at(tmp_path, room.host_map)
    commands.use(current, monkeypatch)
    path = tmp_path / "feeds.opml"
    path.write_text(
        f'<opml><body><outline text="One" xmlUrl="{MAPPED.url}feed/"/><outline text="Two" xmlUrl="{FED.url}feed/"/>'
        '<outline text="Gone" xmlUrl="http://nowhere.newsroom.test/feed"/></body></opml>',
        encoding="utf-8",
    )
    arguments = ["follow", str(path), "--yes", "--delay", "0.1"]

    first = CliRunner().invoke(app, arguments)
    again = CliRunner().invoke(app, [*arguments, "--json"])

    assert first.exit_code == 1, first.output
    became = {one["url"]: one["became"] for one in json.loads(again.stdout)}
    assert became[f"{MAPPED.url}feed/"] == "followed"
    assert set(became.values()) <= {"followed", "needs an answer", "cannot be followed"} and len(became) == 3
    assert became["http://nowhere.newsroom.test/feed"] == "cannot be followed"
    (written,) = [sourcefile.load(one) for one in current.sources.glob("ufuk*.toml")]
    assert written.timezone == "Europe/Istanbul"
    assert "[3/3]" in first.output and "These cannot be followed as they are" in first.output


def test_an_interrupted_list_goes_on_where_it_was_and_asks_nobody_twice(tmp_path: Path, web: Sites) -> None:
    current = at(tmp_path, f"*.test={web.address}")
    hosts = [f"{letter}.test" for letter in "abcdef"]
    opened = threading.Event()
    for host in hosts[4:]:
        web.pages[f"http://{host}/feed"] = lambda handler: (opened.wait(60), answer(404, b"")(handler))[1]
    path = tmp_path / "feeds.opml"
    outlines = "".join(f'<outline xmlUrl="http://{host}/feed"/>' for host in hosts)
    path.write_text(f"<opml><body>{outlines}</body></opml>", encoding="utf-8")
    command = [str(Path(sys.executable).with_name("nightdesk")), "follow", str(path), "--yes", "--delay", "0.1"]
    env = {**os.environ, **export(current)}

    with subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True) as child:
        assert child.stderr
        for line in child.stderr:
            if line.startswith("[4/6]"):
                break
        web.wait_for(1, "e.test")
        child.send_signal(signal.SIGINT)
        began = time.monotonic()
        rest = child.stderr.read()
        child.wait(60)
        ended = time.monotonic()
    opened.set()
    asked = {host: len(web.asked(host)) for host in hosts}
    second = subprocess.run([*command, "--json"], env=env, capture_output=True, text=True, timeout=120)

    assert child.returncode != 0 and clock.fits(ended - began, 60, time.monotonic), rest
    found = json.loads(second.stdout)
    assert [one["url"] for one in found] == [f"http://{host}/feed" for host in hosts]
    assert {one["became"] for one in found} == {"cannot be followed"}
    assert {host: len(web.asked(host)) for host in hosts[:4]} == {host: asked[host] for host in hosts[:4]}
    assert all(len(web.asked(host)) > asked[host] for host in hosts[4:])


def test_what_a_kill_cut_off_is_looked_at_again_and_the_rest_is_not(tmp_path: Path, web: Sites) -> None:
    current = at(tmp_path, f"*.test={web.address}")
    sites = [ListedSite(url=f"http://{host}.test/") for host in "ab"]
    many_sites.each(current, sites, write=True, delay=0.1)
    (notes,) = (current.data / many_sites.FOLDER).iterdir()
    text = notes.read_text(encoding="utf-8")
    notes.write_text(text[:-20], encoding="utf-8")
    torn = json.loads(text.splitlines()[0])["url"]
    asked = len(web.asked(torn))

    found = many_sites.each(current, sites, write=True, delay=0.1)

    assert [one.became for one in found] == [Became.FAILED] * 2
    assert len(web.asked(torn)) == asked and len(notes.read_text(encoding="utf-8").splitlines()) == 3


def test_a_list_is_not_followed_unasked_nor_is_a_missing_file_a_site(
    tmp_path: Path, web: Sites, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands.use(at(tmp_path, f"*.test={web.address}"), monkeypatch)
    (tmp_path / "feeds.opml").write_text('<opml><outline xmlUrl="http://a.test/"/></opml>', encoding="utf-8")

    for path, says in (("feeds.opml", "Nobody can be asked whether to follow"), ("none.opml", "cannot be read")):
        refused = CliRunner().invoke(app, ["follow", str(tmp_path / path), *(["--yes"] if path[0] == "n" else [])])

        assert refused.exit_code == 1 and says in str(refused.exception), refused.output
    assert web.hits == []


def test_sources_are_exported_by_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    current = at(tmp_path, "")
    commands.use(current, monkeypatch)
    CliRunner().invoke(app, ["follow", "sana", "enab-baladi"], catch_exceptions=False)

    done = CliRunner().invoke(app, ["sources", "export", "--opml"])
    said = CliRunner().invoke(app, ["sources", "export"])

    assert done.stdout.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">')
    assert {one.title for one in listed(tmp_path, done.stdout)} == {
        sourcefile.load(path).title for path in current.sources.glob("*.toml")
    }
    assert "Name the form to export them in" in str(said.exception)
