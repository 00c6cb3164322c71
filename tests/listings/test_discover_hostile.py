"""Lists built to break a parser, and lists broken by chance: each is read or refused in a sentence, and soon."""

from __future__ import annotations

import gzip
import json
import random
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import process_time
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
# Each is first made a quarter as long. What takes SECONDS as a whole with the square of its length takes a 16th of them
# as that part, and what takes them with its length a quarter.
PART = 4
SUSPECT = SECONDS / PART**2
# What takes longer than that, but no more than so many times longer than half of it, is no suspect: with the length it
# is two, with the square four.
GROWTH = 2.6
ITEM = "<item><title>t</title><link>http://a.test/{}</link><pubDate>Sun, 22 Nov 2026 10:00:00 +0300</pubDate></item>"
BOMB = "<!DOCTYPE r [<!ENTITY a 'aaaaaaaaaa'>" + "".join(
    f"<!ENTITY {c} '{f'&{b};' * 10}'>" for b, c in zip("abcdefgh", "bcdefghi", strict=True)
)


def rss(inside: str, head: str = "") -> bytes:
    return f"{head}<rss version='2.0'><channel>{inside}</channel></rss>".encode()


def items(count: int) -> str:
    return "".join(ITEM.format(number) for number in range(count))


LISTS: dict[str, Callable[[int], bytes]] = {
    "bare ampersands": lambda by: b"<rss>" + b"&" * (6_000_000 // by),
    "ampersands in a title": lambda by: rss(f"<item><link>/1</link><title>{'&' * (190_000 // by)}</title></item>"),
    "ampersands in a broken feed": lambda by: (
        b"<rss><item><link>/1</link><title>" + b"&" * (190_000 // by) + b"</item>"
    ),
    "references": lambda by: rss(
        f"<item><link>/1</link><title><![CDATA[{'&a;' * 490}]]></title></item>" * (6000 // by)
    ),
    "many entries": lambda by: rss(items(30_000 // by)),
    "many entries in a broken feed": lambda by: rss("<b>" + items(30_000 // by)),
    "many entries, cut": lambda by: rss(items(30_000 // by))[:-100],
    "many broken entries": lambda by: rss(items(30_000 // by).replace("</title>", "")),
    "many pages": lambda by: b"<urlset>" + b"<url><loc>http://a.test/1</loc></url>" * 100_000 + b"</urlset>",
    "many pages, broken": lambda by: (
        b"<urlset>" + b"<url><loc>http://a.test/1</loc></url>" * (49_000 // by) + b"<x></urlset>"
    ),
    "many sitemaps": lambda by: b"<sitemapindex>" + b"<sitemap><loc>/1</loc></sitemap>" * 100_000 + b"</sitemapindex>",
    "a bomb": lambda by: rss("<item><link>/1</link><title>&i;</title></item>", BOMB + "]>"),
    "a bomb in a broken feed": lambda by: rss("<item><link>/1</link><title>&i;</item>", BOMB + "]>"),
    "a bomb in a sitemap": lambda by: f"{BOMB}]><urlset><url><loc>/&i;</loc></url></urlset>".encode(),
    "one large entity": lambda by: rss(
        f"<item><link>/1</link><title>{'&a;' * (90_000 // by)}</title></item>",
        f"<!DOCTYPE r [<!ENTITY a '{'a' * (90_000 // by)}'>]>",
    ),
    "deep": lambda by: b"<rss>" + b"<a>" * (1_000_000 // by),
    "deep items": lambda by: (
        b"<rss><channel>" + b"<item>" * (400_000 // by) + b"</item>" * (400_000 // by) + b"</channel></rss>"
    ),
    "deep sitemaps": lambda by: b"<urlset>" + b"<url>" * (500_000 // by),
    "one long title": lambda by: rss(f"<item><link>/1</link><title>{'x' * (5_000_000 // by)}</title></item>"),
    "one title of brackets": lambda by: rss(
        f"<item><link>/1</link><title><![CDATA[{'<' * (5_000_000 // by)}]]></title></item>"
    ),
    "one long date": lambda by: rss(f"<item><link>/1</link><pubDate>{'1 ' * (4_000_000 // by)}</pubDate></item>"),
    "one address without a scheme": lambda by: rss(f"<item><link>www.{'a.' * (400_000 // by)}</link></item>"),
    "many tags": lambda by: rss(f"<item><link>/1</link>{'<category>x</category>' * (400_000 // by)}</item>"),
    "many links in an entry": lambda by: rss(f"<item>{'<link></link>' * (400_000 // by)}</item>"),
    "bases": lambda by: rss(f"<item xml:base='/{'a' * 50}/'><link>x</link></item>" * (40_000 // by)),
    "NULs": lambda by: b"\0" * (9_000_000 // by),
    "NULs in a title": lambda by: rss("<item><link>/1</link><title>" + "\0" * (5_000_000 // by) + "</title></item>"),
    "brackets": lambda by: b"<rss>" + b"<" * (9_000_000 // by),
    "open texts": lambda by: b"<rss>" + b"<![CDATA[" * (900_000 // by),
    "texts": lambda by: b"<rss>" + b"<![CDATA[]]>" * (500_000 // by),
    "comments": lambda by: b"<!--" * (2_000_000 // by) + b"<rss>",
    "attributes": lambda by: b"<rss " + b" ".join(b"a%d='1'" % n for n in range(400_000 // by)) + b"></rss>",
    "prefixes": lambda by: rss("".join(f"<p{n}:x/>" for n in range(300_000 // by))),
    "tags nobody closed": lambda by: b"<rss><channel>" + b"<item><title>" + b"<font>" * (9_000 // by) + b"</item>",
    "items nobody closed": lambda by: (
        b"<rss><channel>" + b"<item><title>x<link>http://a.test/1" * (30_000 // by) + b"</item>"
    ),
    "garbage": lambda by: b"<rss><item>" + random.Random(4).randbytes(3_000_000 // by) + b"</item>",
    "no charset": lambda by: (
        b"<?xml version='1.0' encoding='undefined'?>" + rss(items(9)) + b"\xff\xfe\xc7\xe1" * (900_000 // by)
    ),
    "wide letters": lambda by: rss(items(9000 // by)).decode().encode("utf-32"),
    "JSON in JSON": lambda by: b"[" * (5_000_000 // by),
    "JSON of a long number": lambda by: b'{"items":[' + b"1" * (5_000_000 // by) + b"]}",
    "JSON of many entries": lambda by: json.dumps({"items": [{"url": f"/{n}"} for n in range(80_000)]}).encode(),
    "lines": lambda by: b"http://a.test/1\n" * 500_000,
    "one line": lambda by: b"http://a.test/" + b"a" * (9_000_000 // by),
    "a gzip bomb": lambda by: gzip.compress(b"<rss>" + b" " * (30_000_000 // by)),
    "half a gzip": lambda by: gzip.compress(rss(items(9)))[:-20],
}
SECTIONS: dict[str, Callable[[int], bytes]] = {
    "one link": lambda by: b"<a href=/news/one-two-three-four>the words of a headline</a>" * (150_000 // by),
    "many links": lambda by: b"".join(
        b"<a href=/news/%d>some words of a headline</a>" % n for n in range(300_000 // by)
    ),
    "links in links": lambda by: b"<a href=/news/12345>" * (300_000 // by),
    "boxes in links": lambda by: b"<a href=/news/12345><div>" * (150_000 // by),
    "boxes": lambda by: b"<div>" * (300_000 // by) + b"<a href=/news/12345>x</a>",
    "menus": lambda by: b"<nav>" * 250 + b"<a href=/news/12345>some words of a headline</a>" * (90_000 // by),
    "brackets": lambda by: b"<" * (8_000_000 // by),
    "attributes": lambda by: b"<a " + b"a=1 " * (2_000_000 // by) + b">",
    "classes": lambda by: b'<div class="' + b"a " * (3_000_000 // by) + b'"><a href=/news/12345>x</a>',
    "one long link": lambda by: b"<a href='/" + b"a-" * (3_000_000 // by) + b"'>x</a>",
    "one long text": lambda by: b"<a href=/news/12345>" + b"x " * (4_000_000 // by),
    "one long base": lambda by: b"<base href='" + b"x" * (3_000_000 // by) + b"'><a href=y>z</a>",
    "parameters": lambda by: b"".join(b"<a href='/n?%s%d'>x</a>" % (b"abc=1&" * 300, n) for n in range(4000 // by)),
    "parts": lambda by: b"".join(b"<a href=/%s%d>x</a>" % (b"1/" * 900, n) for n in range(4000 // by)),
    "hyphens": lambda by: b"".join(b"<a href=/%s%d>x</a>" % (b"-" * 1900, n) for n in range(4000 // by)),
    "letters and digits": lambda by: b"".join(b"<a href=/%s%d>x</a>" % (b"a1" * 900, n) for n in range(4000 // by)),
    "pages": lambda by: b"".join(b"<a href=/list/page/%d>%d</a>" % (n, n) for n in range(200_000 // by)),
    "comments": lambda by: b"<!--" * (2_000_000 // by),
    "references": lambda by: b"<a href=/news/12345>" + b"&" * (4_000_000 // by),
    "NULs": lambda by: b"\0" * (8_000_000 // by),
    "garbage": lambda by: random.Random(4).randbytes(5_000_000 // by),
    "letters of no charset": lambda by: ("<a href=/news/12345>" + "خبر " * (900_000 // by)).encode("cp1256"),
}
# What is well in them, and read: all else may be refused.
WELL = {
    "many entries": 20_000,
    "many entries, cut": 20_000,
    "many entries in a broken feed": 20_000,
    "many pages": 50_000,
    "many pages, broken": 49_000,
    "one long title": 1,
    "deep items": 0,
    "bare ampersands": 0,
    "a gzip bomb": 0,
}


def tried(read: Callable[[bytes, str], list[KindAndEntry]], made: Callable[[int], bytes]) -> list[KindAndEntry]:
    """What was read of a part, or of the whole where the part does not show that the whole is read in time."""
    took, found = timed(read, made(PART))
    # The whole is two times twice as long.
    if took < SUSPECT or (took * GROWTH**2 < SECONDS and took < GROWTH * timed(read, made(2 * PART))[0]):
        return found
    return ended(read, made(1))


def timed(read: Callable[[bytes, str], list[KindAndEntry]], body: bytes) -> tuple[float, list[KindAndEntry]]:
    """The seconds of CPU that the reading took, and what was read."""
    began = process_time()
    found = ended(read, body)
    return process_time() - began, found


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
    found = ended(read_list, LISTS[kind](1)) if kind in WELL else tried(read_list, LISTS[kind])

    assert len(found) == WELL.get(kind, len(found)) <= 50_000
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
    found = tried(read_links, SECTIONS[kind])

    assert len(found) <= 1001


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
