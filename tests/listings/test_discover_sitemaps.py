"""Sitemaps: plain ones, Google's news, text, indexes, and what is broken or lies about itself."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

import pytest

from pipelines.codes import Kind
from pipelines.listings.formats import read_list
from pipelines.model import Entry, Page
from pipelines.stores import warc

AT = "http://a.test/sitemap.xml"
NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def urlset(*inside: str, more: str = "") -> str:
    return f"<urlset {NS} {more}>" + "".join(f"<url>{one}</url>" for one in inside) + "</urlset>"


def index(*rows: tuple[str, str]) -> bytes:
    parts = (f"<sitemap><loc>{loc}</loc>{f'<lastmod>{at}</lastmod>' if at else ''}</sitemap>" for loc, at in rows)
    return f"<sitemapindex {NS}>{''.join(parts)}</sitemapindex>".encode()


def urls(body: bytes | str, url: str = AT) -> list[str]:
    return [entry.url for _, entry in read_list(body.encode() if isinstance(body, str) else body, url)]


def names(body: bytes) -> list[str]:
    return [url.removeprefix("http://a.test/").removesuffix(".xml") for url in urls(body)]


def page(body: bytes, *headers: tuple[str, str]) -> Page:
    return Page(
        source="a",
        run="r",
        url="http://a.test/s.xml.gz",
        final_url="http://a.test/s.xml.gz",
        fetched_at=datetime(2026, 11, 22, tzinfo=UTC),
        status=200,
        headers=headers,
        body=body,
        digest="",
    )


def test_a_compressed_sitemap_is_opened_by_its_bytes_not_by_its_name() -> None:
    body = gzip.compress(urlset("<loc>http://a.test/1</loc>").encode())

    assert urls(body, "http://a.test/sitemap") == urls(body, "http://a.test/s.xml.gz") == ["http://a.test/1"]


def test_a_gz_file_sent_as_octets_is_opened_from_what_was_stored_of_it() -> None:
    raw = gzip.compress(urlset("<loc>http://a.test/1</loc>").encode())
    twice = gzip.compress(raw)

    plain = warc.decode_body(page(raw, ("Content-Type", "application/octet-stream")))
    encoded = warc.decode_body(page(twice, ("Content-Type", "application/x-gzip"), ("Content-Encoding", "gzip")))

    assert urls(plain) == urls(encoded) == ["http://a.test/1"]


def test_a_sitemap_called_gz_may_be_plain() -> None:
    assert urls(urlset("<loc>http://a.test/1</loc>"), "http://a.test/s.xml.gz") == ["http://a.test/1"]


def test_news_says_title_date_language_and_keywords() -> None:
    said = (
        "<loc>http://a.test/1</loc><v:video><v:title>no</v:title><v:publication_date>2020-01-01T00:00:00Z"
        "</v:publication_date></v:video><n:news><n:publication><n:name>A</n:name><n:language>fr</n:language>"
        "</n:publication><n:title>L&#233;t&eacute;</n:title><n:publication_date>2026-11-22T10:00:00+01:00"
        "</n:publication_date><n:keywords>a, b,</n:keywords></n:news>"
    )
    body = urlset(said, more='xmlns:n="http://www.google.com/schemas/sitemap-news/0.9" xmlns:v="v"')

    ((kind, entry),) = read_list(body.encode(), AT)

    assert kind == Kind.ARTICLE
    assert entry == Entry(
        url="http://a.test/1",
        title="Lété",
        published_at=datetime(2026, 11, 22, 9, tzinfo=UTC),
        language="fr",
        tags=("a", "b"),
    )


def test_an_address_is_read_as_it_was_meant() -> None:
    body = urlset(
        "<loc>\n http://a.test/1?a=1&b=2\n</loc>", "<loc><![CDATA[http://a.test/2?a&b]]></loc>", "<loc>/3</loc>"
    )

    assert urls(body) == ["http://a.test/1?a=1&b=2", "http://a.test/2?a&b", "http://a.test/3"]


def test_an_entry_without_an_address_is_skipped() -> None:
    assert urls(urlset("<lastmod>2026-11-22</lastmod>", "<loc> </loc>", "<loc>/1</loc>")) == ["http://a.test/1"]


def test_prefixed_and_undeclared_elements_are_read() -> None:
    prefixed = f"<s:urlset {NS.replace('xmlns', 'xmlns:s')}><s:url><s:loc>/1</s:loc></s:url></s:urlset>"
    undeclared = urlset("<loc>/1</loc><news:news><news:title>t</news:title></news:news>")

    assert urls(prefixed) == ["http://a.test/1"]
    assert [entry.title for _, entry in read_list(undeclared.encode(), AT)] == ["t"]


def test_what_is_broken_in_one_entry_costs_no_other() -> None:
    body = urlset("<loc>/1</loc>", "<loc>/2</loc><b>", "<loc>/3</loc>")

    assert {"http://a.test/1", "http://a.test/3"} <= set(urls(body))


def test_a_sitemap_cut_anywhere_gives_only_whole_addresses() -> None:
    addresses = [f"http://a.test/news/{n}" for n in range(3)]
    body = urlset(*(f"<loc>{address}</loc><lastmod>2026-11-22</lastmod>" for address in addresses)).encode()

    for end in range(len(body)):
        try:
            found = urls(body[:end])
        except ValueError as error:
            assert "whole entry" in str(error) or "empty" in str(error) or "neither" in str(error)
        else:
            assert found == addresses[: len(found)]


def test_a_text_sitemap_has_an_address_a_line() -> None:
    body = "\ufeffhttp://a.test/1\r\n\r\nhttp://a.test/خبر\r\n"

    assert urls(body) == ["http://a.test/1", "http://a.test/خبر"]
    assert urls("http://a.test/1", "http://a.test/sitemap.txt") == ["http://a.test/1"]


@pytest.mark.parametrize("body", ["http://a.test/1\nsorry\n", "http error", "http://a.test/1"])
def test_text_that_is_no_list_of_addresses_is_no_sitemap(body: str) -> None:
    with pytest.raises(ValueError, match="neither"):
        read_list(body.encode(), AT)


def test_a_month_is_enough_to_put_sitemaps_in_order_but_no_date_of_an_article() -> None:
    ordered = names(index(("/a.xml", "2026-09"), ("/b.xml", "2026-11"), ("/c.xml", "2026-10-05")))
    ((_, entry),) = read_list(urlset("<loc>/1</loc><lastmod>2026-11</lastmod>").encode(), AT)

    assert ordered == ["b", "c", "a"]
    assert entry.modified_at is None


def test_news_come_first_and_tags_authors_and_pictures_last() -> None:
    rows = [("/post_tag-sitemap.xml", "2026-11-22"), ("/author-sitemap.xml", ""), ("/image-sitemap-1.xml", ""),
            ("/post-sitemap.xml", "2026-11-20"), ("/news-sitemap.xml", "")]  # fmt: skip

    assert names(index(*rows)) == [
        "news-sitemap",
        "post-sitemap",
        "post_tag-sitemap",
        "author-sitemap",
        "image-sitemap-1",
    ]


def test_sitemaps_without_dates_are_asked_by_the_date_in_their_names() -> None:
    rows = [(f"/sitemap-{year}-{month:02}.xml", "") for year in range(2015, 2027) for month in range(1, 12)]

    found = names(index(*rows))

    assert found[:2] == ["sitemap-2026-11", "sitemap-2026-10"]
    assert len(found) == 20


def test_of_numbered_sitemaps_without_dates_both_ends_are_asked() -> None:
    found = names(index(*((f"/posts-{n}.xml", "") for n in range(1, 61))))

    assert found[:4] == ["posts-60", "posts-1", "posts-59", "posts-2"]


def test_a_date_that_no_calendar_has_is_no_date_in_a_name() -> None:
    assert names(index(("/a-20261131.xml", ""), ("/b-20260101.xml", ""))) == ["b-20260101", "a-20261131"]


@pytest.mark.parametrize(
    "body",
    [b"<urlset><url><lastmod>2026-11-01</lastmod></url></urlset>", b"<urlset><page><address>http://a.test/1</address></page></urlset>"],
)  # fmt: skip
def test_a_sitemap_whose_entries_have_no_address_is_told(body: bytes) -> None:
    with pytest.raises(ValueError, match="of which no entry has an address"):
        read_list(body, "http://a.test/sitemap.xml")


@pytest.mark.parametrize(
    "body",
    [
        "<URLSET><URL><LOC>http://a.test/1?B=C</LOC><LASTMOD>2026-11-01</LASTMOD></URL></URLSET>",
        "<m:UrlSet xmlns:m='http://www.sitemaps.org/schemas/sitemap/0.9'><m:Url><m:Loc>http://a.test/1?B=C</m:Loc></m:Url></m:UrlSet>",
        "<m:urlset><m:url><m:loc>http://a.test/1?B=C</m:loc></m:url></m:urlset>",
    ],
)
def test_a_sitemap_in_capitals_or_with_a_prefix_is_read(body: str) -> None:
    assert urls(body) == ["http://a.test/1?B=C"]


def test_an_empty_sitemap_names_nothing() -> None:
    assert read_list(b"<urlset></urlset>", "http://a.test/sitemap.xml") == []


def test_sitemaps_in_a_list_of_pages_are_read_as_sitemaps() -> None:
    body = (
        f"<urlset {NS}><sitemap><loc>http://a.test/2.xml</loc></sitemap><url><loc>http://a.test/1</loc></url></urlset>"
    )

    found = read_list(body.encode(), "http://a.test/sitemap.xml")

    assert [(kind.value, entry.url) for kind, entry in found] == [
        ("article", "http://a.test/1"),
        ("sitemap", "http://a.test/2.xml"),
    ]
