"""Feeds, sitemaps and section pages: bytes in, URLs out."""

import gzip
from datetime import UTC, datetime

import pytest

from pipelines.codes import Kind
from pipelines.listings.formats import mentions, moment, read_links, read_list
from pipelines.model import Entry

AT = "http://a.test/feed"
NEWS = (
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="i" '
    'xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>http://a.test/1</loc><lastmod>2026-11-22</lastmod>'
    "<image:image><image:loc>http://a.test/i.jpg</image:loc><image:title>no</image:title></image:image><n:news>"
    "<n:publication><n:name>A</n:name><n:language>ar</n:language></n:publication>"
    "<n:publication_date>2026-11-22T10:00:00+03:00</n:publication_date><n:title>خبر</n:title></n:news></url></urlset>"
).encode()


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ('<base href="http://a.test/x/"><a href="../news/2">x</a>', "http://a.test/news/2"),
        ("<a href=/news/2>x</a>", "http://a.test/news/2"),
        ('<script>{"u": "\\/news\\/2?a=1\\u0026b=2"}</script>', "http://a.test/news/2?a=1&b=2"),
        ("<p>As http://a.test/news/2. says</p>", "http://a.test/news/2"),
        ("&lt;a href=&quot;/news/2?a=1&amp;amp;b=2&quot;&gt;", "http://a.test/news/2?a=1&b=2"),
        ('<a href="/أخبار/2">', "http://a.test/أخبار/2"),
    ],
)
def test_an_address_is_mentioned_wherever_and_however_it_stands(said: str, address: str) -> None:
    assert address in mentions(f"<html>{said}</html>".encode("windows-1256"), AT, ["2"], charset="windows-1256")


def only(body: bytes | str) -> Entry:
    ((kind, entry),) = read_list(body.encode() if isinstance(body, str) else body, AT)
    assert kind == Kind.ARTICLE
    return entry


def rss(item: str, head: str = '<?xml version="1.0"?>') -> str:
    return f'{head}<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><item>{item}</item></channel></rss>'


def test_an_rss_item_says_what_it_knows() -> None:
    entry = only(
        rss(
            "<title>A &amp; <![CDATA[<b>B</b>]]></title><link>/1</link>"
            "<pubDate>Sun, 22 Nov 2026 10:00:00 +0300</pubDate><dc:creator>ليلى</dc:creator>"
            "<category>x</category><description>&lt;p&gt;Hi&lt;/p&gt;</description>"
        )
    )

    assert entry == Entry(
        url="http://a.test/1",
        title="A & B",
        summary="Hi",
        authors=("ليلى",),
        published_at=datetime(2026, 11, 22, 7, tzinfo=UTC),
        tags=("x",),
    )


def test_a_bare_ampersand_in_a_link_stays_in_the_address() -> None:
    assert only(rss("<link>http://a.test/?a=1&b=2</link>")).url == "http://a.test/?a=1&b=2"


def test_html_entities_and_a_byte_order_mark_do_no_harm() -> None:
    assert only("\ufeff  " + rss("<title>a&nbsp;b&rsquo;s</title><link>/1</link>")).title == "a b’s"


def test_a_feed_in_an_old_arabic_encoding_is_read_by_its_declaration() -> None:
    body = rss("<title>خبر</title><link>/1</link>", '<?xml version="1.0" encoding="windows-1256"?>').encode("cp1256")

    assert only(body).title == "خبر"


def test_a_feed_entry_without_a_link_is_skipped() -> None:
    assert read_list(rss("<title>x</title>").encode(), AT) == []


def test_a_feed_that_ends_early_gives_what_is_whole() -> None:
    body = rss("<link>http://a.test/1</link></item><item><link>http://a.test/2")[:-30]

    assert read_list(body.encode(), AT)[0][1].url == "http://a.test/1"


def test_rss_1_and_atom_and_json_feed_are_read() -> None:
    rdf = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
        "<channel/><item><link>/1</link></item></rdf:RDF>"
    )
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fa"><entry><link rel="edit" href="/e"/><link href="/1"/>'
        "<author><name>N</name></author><published>2026-11-21</published><updated>2026-11-22T10:00:00Z</updated></entry></feed>"
    )
    feed = '{"version": "https://jsonfeed.org/version/1.1", "items": [{"url": "/1", "title": "t"}, {"id": "2"}]}'

    assert only(rdf).url == only(feed).url == "http://a.test/1"
    assert only(atom) == Entry(
        url="http://a.test/1",
        authors=("N",),
        language="fa",
        published_at=datetime(2026, 11, 21, tzinfo=UTC),
        modified_at=datetime(2026, 11, 22, 10, tzinfo=UTC),
    )


def test_a_news_sitemap_keeps_title_and_date_and_ignores_its_images() -> None:
    assert only(gzip.compress(NEWS)) == Entry(
        url="http://a.test/1",
        title="خبر",
        language="ar",
        published_at=datetime(2026, 11, 22, 7, tzinfo=UTC),
        modified_at=datetime(2026, 11, 22, tzinfo=UTC),
    )


def test_a_sitemap_that_ends_early_gives_no_half_address() -> None:
    body = b"<urlset><url><loc>http://a.test/1</loc></url><url><loc>http://a.test/22"

    assert [entry.url for _, entry in read_list(body, AT)] == ["http://a.test/1"]


def test_an_index_names_its_newest_sitemaps() -> None:
    maps = "".join(
        f"<sitemap><loc>/{day}.xml</loc><lastmod>2026-11-{day:02}</lastmod></sitemap>" for day in range(1, 31)
    )

    found = read_list(f"<sitemapindex>{maps}</sitemapindex>".encode(), AT)

    assert {kind for kind, _ in found} == {Kind.SITEMAP}
    assert [entry.url for _, entry in found][:2] == ["http://a.test/30.xml", "http://a.test/29.xml"] and len(
        found
    ) == 20


def test_an_entity_bomb_and_an_outside_entity_stay_unexpanded() -> None:
    bomb = '<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'

    assert only(rss("<title>&b;&c;</title><link>/1</link>", bomb)).title == "&b;&c;"


@pytest.mark.parametrize(
    ("body", "reason"),
    [(b"<html><body>x", "HTML"), (b"", "empty"), (b"hello", "neither"), (b"/etc/passwd", "neither"),
     (b"[1]", "no JSON Feed"),
     (b"http://127.0.0.1/", "neither"), (b"{", "cannot be read"), (b"\x1f\x8bno", "gzip")],
)  # fmt: skip
def test_what_is_no_list_is_a_value_error_that_says_what_it_is(body: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_list(body, AT)


@pytest.mark.parametrize(
    ("text", "at"),
    [("2026-11-22T10:00:00+03:00", datetime(2026, 11, 22, 7, tzinfo=UTC)),
     ("2026-11", None), ("2026-11-22", datetime(2026, 11, 22, tzinfo=UTC)),
     ("Sun, 22 Nov 2026 10:00:00 GMT", datetime(2026, 11, 22, 10, tzinfo=UTC)),
     ("0001-01-01", None), ("soon", None), ("", None), ("99999-1-1", None)],
)  # fmt: skip
def test_dates_as_feeds_write_them_are_utc(text: str, at: datetime | None) -> None:
    assert moment(text) == at


def test_a_section_page_gives_the_links_that_look_like_articles() -> None:
    page = (
        '<a href="/2026/11/22/x">a</a><a href="/about">b</a><a href="//b.test/123456">c</a><a href="/p/1234.jpg">d</a>'
        '<a href="/الخبر-الأول-في-الصحيفة"> خبر <b>اليوم</b></a><a href="/2026/11/22/x#c">aa</a>'
    )

    found = [(entry.url, entry.title) for _, entry in read_links(page.encode(), "http://a.test/news")]

    assert found == [("http://a.test/2026/11/22/x", "aa"), ("http://a.test/الخبر-الأول-في-الصحيفة", "خبر اليوم")]


def test_allow_decides_what_a_section_gives() -> None:
    page = b'<a href="/story/a">a</a><a href="/2026/11/22/x">b</a>'

    assert [entry.url for _, entry in read_links(page, "http://a.test/", allow=["/story/"])] == [
        "http://a.test/story/a"
    ]
