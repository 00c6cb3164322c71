"""Lists built to break a parser, and lists broken by chance: each is read or refused in a sentence, and soon."""

from __future__ import annotations

import gzip
import json
import random
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import FrameType

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from pipelines.codes import Kind
from pipelines.listings import xmltree
from pipelines.listings.formats import KindAndEntry, compare, moment, read_links, read_list
from pipelines.model import Entry
from tests import clock
from tests.examples import drawn

AT = "http://a.test/list"
SECONDS = 10
ITEM = "<item><title>t</title><link>http://a.test/{}</link><pubDate>Sun, 22 Nov 2026 10:00:00 +0300</pubDate></item>"
BOMB = "<!DOCTYPE r [<!ENTITY a 'aaaaaaaaaa'>" + "".join(
    f"<!ENTITY {c} '{f'&{b};' * 10}'>" for b, c in zip("abcdefgh", "bcdefghi", strict=True)
)


def rss(inside: str, head: str = "") -> bytes:
    return f"{head}<rss version='2.0'><channel>{inside}</channel></rss>".encode()


def items(count: int) -> str:
    return "".join(ITEM.format(number) for number in range(count))


LISTS: dict[str, Callable[[], bytes]] = {
    "bare ampersands": lambda: b"<rss>" + b"&" * 6_000_000,
    "ampersands in a title": lambda: rss(f"<item><link>/1</link><title>{'&' * 190_000}</title></item>"),
    "ampersands in a broken feed": lambda: b"<rss><item><link>/1</link><title>" + b"&" * 190_000 + b"</item>",
    "references": lambda: rss(f"<item><link>/1</link><title><![CDATA[{'&a;' * 490}]]></title></item>" * 6000),
    "many entries": lambda: rss(items(30_000)),
    "many entries in a broken feed": lambda: rss("<b>" + items(30_000)),
    "many entries, cut": lambda: rss(items(30_000))[:-100],
    "many broken entries": lambda: rss(items(30_000).replace("</title>", "")),
    "many pages": lambda: b"<urlset>" + b"<url><loc>http://a.test/1</loc></url>" * 100_000 + b"</urlset>",
    "many pages, broken": lambda: b"<urlset>" + b"<url><loc>http://a.test/1</loc></url>" * 49_000 + b"<x></urlset>",
    "many sitemaps": lambda: b"<sitemapindex>" + b"<sitemap><loc>/1</loc></sitemap>" * 100_000 + b"</sitemapindex>",
    "a bomb": lambda: rss("<item><link>/1</link><title>&i;</title></item>", BOMB + "]>"),
    "a bomb in a broken feed": lambda: rss("<item><link>/1</link><title>&i;</item>", BOMB + "]>"),
    "a bomb in a sitemap": lambda: f"{BOMB}]><urlset><url><loc>/&i;</loc></url></urlset>".encode(),
    "one large entity": lambda: rss(
        f"<item><link>/1</link><title>{'&a;' * 90_000}</title></item>", f"<!DOCTYPE r [<!ENTITY a '{'a' * 90_000}'>]>"
    ),
    "deep": lambda: b"<rss>" + b"<a>" * 1_000_000,
    "deep items": lambda: b"<rss><channel>" + b"<item>" * 400_000 + b"</item>" * 400_000 + b"</channel></rss>",
    "deep sitemaps": lambda: b"<urlset>" + b"<url>" * 500_000,
    "one long title": lambda: rss(f"<item><link>/1</link><title>{'x' * 5_000_000}</title></item>"),
    "one title of brackets": lambda: rss(f"<item><link>/1</link><title><![CDATA[{'<' * 5_000_000}]]></title></item>"),
    "one long date": lambda: rss(f"<item><link>/1</link><pubDate>{'1 ' * 4_000_000}</pubDate></item>"),
    "many tags": lambda: rss(f"<item><link>/1</link>{'<category>x</category>' * 400_000}</item>"),
    "many links in an entry": lambda: rss(f"<item>{'<link></link>' * 400_000}</item>"),
    "bases": lambda: rss(f"<item xml:base='/{'a' * 50}/'><link>x</link></item>" * 40_000),
    "NULs": lambda: b"\0" * 9_000_000,
    "NULs in a title": lambda: rss("<item><link>/1</link><title>" + "\0" * 5_000_000 + "</title></item>"),
    "brackets": lambda: b"<rss>" + b"<" * 9_000_000,
    "open texts": lambda: b"<rss>" + b"<![CDATA[" * 900_000,
    "texts": lambda: b"<rss>" + b"<![CDATA[]]>" * 500_000,
    "comments": lambda: b"<!--" * 2_000_000 + b"<rss>",
    "attributes": lambda: b"<rss " + b" ".join(b"a%d='1'" % n for n in range(400_000)) + b"></rss>",
    "prefixes": lambda: rss("".join(f"<p{n}:x/>" for n in range(300_000))),
    "tags nobody closed": lambda: b"<rss><channel>" + b"<item><title>" + b"<font>" * 9_000 + b"</item>",
    "items nobody closed": lambda: b"<rss><channel>" + b"<item><title>x<link>http://a.test/1" * 30_000 + b"</item>",
    "garbage": lambda: b"<rss><item>" + random.Random(4).randbytes(3_000_000) + b"</item>",
    "no charset": lambda: b"<?xml version='1.0' encoding='undefined'?>" + rss(items(9)) + b"\xff\xfe\xc7\xe1" * 900_000,
    "wide letters": lambda: rss(items(9000)).decode().encode("utf-32"),
    "JSON in JSON": lambda: b"[" * 5_000_000,
    "JSON of a long number": lambda: b'{"items":[' + b"1" * 5_000_000 + b"]}",
    "JSON of many entries": lambda: json.dumps({"items": [{"url": f"/{n}"} for n in range(80_000)]}).encode(),
    "lines": lambda: b"http://a.test/1\n" * 500_000,
    "one line": lambda: b"http://a.test/" + b"a" * 9_000_000,
    "a gzip bomb": lambda: gzip.compress(b"<rss>" + b" " * 30_000_000),
    "half a gzip": lambda: gzip.compress(rss(items(9)))[:-20],
}  # fmt: skip
SECTIONS: dict[str, Callable[[], bytes]] = {
    "one link": lambda: b"<a href=/news/one-two-three-four>the words of a headline</a>" * 150_000,
    "many links": lambda: b"".join(b"<a href=/news/%d>some words of a headline</a>" % n for n in range(300_000)),
    "links in links": lambda: b"<a href=/news/12345>" * 300_000,
    "boxes in links": lambda: b"<a href=/news/12345><div>" * 150_000,
    "boxes": lambda: b"<div>" * 300_000 + b"<a href=/news/12345>x</a>",
    "menus": lambda: b"<nav>" * 250 + b"<a href=/news/12345>some words of a headline</a>" * 90_000,
    "brackets": lambda: b"<" * 8_000_000,
    "attributes": lambda: b"<a " + b"a=1 " * 2_000_000 + b">",
    "classes": lambda: b'<div class="' + b"a " * 3_000_000 + b'"><a href=/news/12345>x</a>',
    "one long link": lambda: b"<a href='/" + b"a-" * 3_000_000 + b"'>x</a>",
    "one long text": lambda: b"<a href=/news/12345>" + b"x " * 4_000_000,
    "one long base": lambda: b"<base href='" + b"x" * 3_000_000 + b"'><a href=y>z</a>",
    "parameters": lambda: b"".join(b"<a href='/n?%s%d'>x</a>" % (b"abc=1&" * 300, n) for n in range(4000)),
    "parts": lambda: b"".join(b"<a href=/%s%d>x</a>" % (b"1/" * 900, n) for n in range(4000)),
    "hyphens": lambda: b"".join(b"<a href=/%s%d>x</a>" % (b"-" * 1900, n) for n in range(4000)),
    "letters and digits": lambda: b"".join(b"<a href=/%s%d>x</a>" % (b"a1" * 900, n) for n in range(4000)),
    "pages": lambda: b"".join(b"<a href=/list/page/%d>%d</a>" % (n, n) for n in range(200_000)),
    "comments": lambda: b"<!--" * 2_000_000,
    "references": lambda: b"<a href=/news/12345>" + b"&" * 4_000_000,
    "NULs": lambda: b"\0" * 8_000_000,
    "garbage": lambda: random.Random(4).randbytes(5_000_000),
    "letters of no charset": lambda: ("<a href=/news/12345>" + "خبر " * 900_000).encode("cp1256"),
}


def ended(read: Callable[[bytes, str], list[KindAndEntry]], body: bytes) -> list[KindAndEntry]:
    """What was read; nothing where it was refused in a sentence."""
    with clock.cpu_below(SECONDS):
        try:
            return read(body, AT)
        except ValueError as error:
            assert str(error).startswith(("it is ", "it ends ")), error
            return []


@pytest.mark.parametrize("kind", LISTS)
def test_a_list_built_to_be_slow_is_read_or_refused(kind: str) -> None:
    found = ended(read_list, LISTS[kind]())

    assert len(found) <= 50_000
    assert all(len(entry.title) <= 500 and len(entry.summary) <= 2000 and len(entry.tags) <= 50 for _, entry in found)


def test_the_elements_of_a_feed_without_entries_are_read_a_few_times_each() -> None:
    body = b"<rss>" + (b"<channel>" + b"<title/>" * 9 + b"</channel>") * 300 + b"</rss>"
    named = 0

    def count(frame: FrameType, event: str, _: object) -> None:
        nonlocal named
        named += event == "call" and frame.f_code is xmltree.name.__code__

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        assert read_list(body, AT) == []
    finally:
        sys.setprofile(before)

    assert 0 < named < 10 * body.count(b"/>")


@pytest.mark.parametrize("kind", SECTIONS)
def test_a_section_built_to_be_slow_is_read_or_refused(kind: str) -> None:
    found = ended(read_links, SECTIONS[kind]())

    assert len(found) <= 1001


@pytest.mark.parametrize(
    ("kind", "count"),
    [("many entries", 20_000), ("many entries, cut", 20_000), ("many entries in a broken feed", 20_000),
     ("many pages", 50_000), ("many pages, broken", 49_000),
     ("one long title", 1), ("deep items", 0), ("bare ampersands", 0)],
)  # fmt: skip
def test_what_is_well_in_a_large_list_is_read(kind: str, count: int) -> None:
    assert len(ended(read_list, LISTS[kind]())) == count


@pytest.mark.parametrize("outside", ["file:///etc/passwd", "http://127.0.0.1:1/x"])
def test_nothing_outside_is_read_into_a_list(outside: str) -> None:
    head = f"<!DOCTYPE r [<!ENTITY c SYSTEM '{outside}'><!ENTITY % d SYSTEM '{outside}'>%d;]>"
    bodies = [
        rss("<item><link>/1</link><title>a&c;</title></item>", head),
        rss("<item><link>/1</link><title>a&c;</item>", head),
        f"{head}<urlset><url><loc>/1&c;</loc></url></urlset>".encode(),
    ]

    for body in bodies:
        assert "root:" not in str(ended(read_list, body))


def test_two_lists_of_fifty_thousand_are_compared_soon() -> None:
    now = datetime(2026, 11, 22, 10, tzinfo=UTC)
    found = [Entry(url=f"http://a.test/{n}", published_at=now - timedelta(minutes=n)) for n in range(50_000)]

    with clock.cpu_below(SECONDS):
        assert compare(found, found) == ""


ARABIC = "<rss><channel><item><title>خبر</title><link>/1</link></item></channel></rss>"
ATOM = '<entry><link href="1"/><updated>2026-11-22</updated></entry></feed>'
PAGE = (
    '<nav><a href="/2026/11/22/x">خبر</a></nav><h2><a href="?id=12345">words</a></h2><a rel=next href="?page=2">2</a>'
)
SEEDS = [
    rss(ITEM.format(1) + "<item><title>a &amp; b</title><link>/2?a&b</link><dc:creator>x</dc:creator></item>"),
    f'<?xml version="1.0" encoding="windows-1256"?>{ARABIC}'.encode("cp1256"),
    f'<feed xmlns="http://www.w3.org/2005/Atom" xml:base="/x/">{ATOM}'.encode(),
    b"<urlset><url><loc>http://a.test/1</loc><lastmod>2026-11-22T10:00:00Z</lastmod></url></urlset>",
    b"<sitemapindex><sitemap><loc>http://a.test/1.xml</loc></sitemap></sitemapindex>",
    b'{"items": [{"url": "http://a.test/1", "title": "x", "authors": [{"name": "y"}], "tags": ["z"]}]}',
    b"http://a.test/1\nhttp://a.test/2\n",
    gzip.compress(rss(ITEM.format(1))),
    f'<base href="/">{PAGE}'.encode(),
]
PIECES = [
    b"<", b">", b"&", b"\0", b"\xff", b"<![CDATA[", b"]]>", b"<!--", b"</item>", b"<item>", b"&#x110000;", b"&nbsp;",
    b"http://[", b"http://a.test:99999/", b"]", b"'", b'"', b"\xed\xa0\x80", b"&#55357;", b"%", b"\\", b"9" * 30,
]  # fmt: skip
CHANGES = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 12), st.sampled_from(PIECES) | st.binary(max_size=6)), max_size=8
)


@drawn(400, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(SEEDS), CHANGES)
def test_a_list_changed_at_random_is_read_or_refused(seed: bytes, changes: list[tuple[float, int, bytes]]) -> None:
    body = seed
    for place, length, piece in changes:
        at = int(place * len(body))
        body = body[:at] + piece + body[at + length :]

    for read in (read_list, read_links):
        for kind, entry in ended(read, body):
            assert kind in set(Kind)
            assert entry.url


@drawn(300)
@given(st.text(max_size=90) | st.text("0123456789-/:+ TZ,GMTNovSu", max_size=40))
def test_no_text_breaks_the_reading_of_a_date(text: str) -> None:
    at = moment(text)

    assert at is None or 1990 <= at.year <= 2100
