"""Feeds as sites really write them: forms, charsets, broken markup, and what they say of an article."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

import pytest

from pipelines.dates.list_dates import Local
from pipelines.listings.entry_fields import join_listed
from pipelines.listings.formats import read_list
from pipelines.model import Entry

AT = "http://a.test/rss/feed.xml"
NAMESPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:atom="http://www.w3.org/2005/Atom" '
    'xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0" '
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
)


def rss(*items: str, head: str = '<?xml version="1.0"?>', channel: str = "") -> str:
    inside = "".join(f"<item>{item}</item>" for item in items)
    return f'{head}<rss version="2.0" {NAMESPACES}><channel>{channel}{inside}</channel></rss>'


def atom(entry: str, more: str = "") -> str:
    return f'<feed xmlns="http://www.w3.org/2005/Atom" {more}><entry>{entry}</entry></feed>'


def entries(body: bytes | str, url: str = AT, charset: str = "") -> list[Entry]:
    return [entry for _, entry in read_list(body.encode() if isinstance(body, str) else body, url, charset=charset)]


def only(body: bytes | str, url: str = AT, charset: str = "") -> Entry:
    (entry,) = entries(body, url, charset)
    return entry


def urls(body: bytes | str, url: str = AT) -> list[str]:
    return [entry.url for entry in entries(body, url)]


@pytest.mark.parametrize(
    ("item", "url"),
    [
        ("<link>http://a.test/1</link><guid>http://a.test/?p=1</guid>", "http://a.test/1"),
        ("<link>\n  http://a.test/1?a=1&amp;b=2\n</link>", "http://a.test/1?a=1&b=2"),
        ("<link><![CDATA[http://a.test/1?a=1&b=2]]></link>", "http://a.test/1?a=1&b=2"),
        ("<guid>http://a.test/1</guid>", "http://a.test/1"),
        ('<guid isPermaLink="true">http://a.test/1</guid><link/>', "http://a.test/1"),
        ('<atom:link rel="self" href="/self"/><atom:link href="http://a.test/1"/>', "http://a.test/1"),
        (
            "<link>http://fb.test/~r/1</link><feedburner:origLink>http://a.test/1</feedburner:origLink>",
            "http://a.test/1",
        ),
        ('<enclosure url="http://a.test/1.mp3"/><link>http://a.test/1</link>', "http://a.test/1"),
        ('<media:content url="x"><media:title>t</media:title></media:content><link>/1</link>', "http://a.test/1"),
        ("<link/>http://a.test/1<guid isPermaLink='false'>1</guid>", "http://a.test/1"),
        ('<content src="http://a.test/1.mp3"/><guid>http://a.test/1</guid>', "http://a.test/1"),
        ('<content type="text/html" src="http://a.test/player"/><guid>http://a.test/1</guid>', "http://a.test/1"),
    ],
)
def test_the_address_of_an_rss_item_is_its_page(item: str, url: str) -> None:
    assert only(rss(item)).url == url


@pytest.mark.parametrize(
    "item", ["<title>x</title>", '<guid isPermaLink="false">http://a.test/1</guid>', "<guid>tag:a.test:1</guid>"]
)
def test_an_item_that_names_no_page_is_skipped(item: str) -> None:
    assert entries(rss(item)) == []


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ('<link rel="enclosure" href="/a.mp3"/><link rel="alternate" type="text/html" href="/1"/>', "http://a.test/1"),
        (
            '<link type="application/json" href="/j"/><link type="text/html; charset=utf-8" href="/1"/>',
            "http://a.test/1",
        ),
        ('<link rel="self" href="/s"/><link rel="replies" href="/r"/><id>http://a.test/1</id>', "http://a.test/1"),
        ('<link rel="self" href="/s"/><id>tag:a.test,2026:1</id>', ""),
        ('<link rel="http://www.iana.org/assignments/relation/alternate" href="/1"/>', "http://a.test/1"),
        ('<content type="text/html" src="/1"/><id>tag:a.test,2026:1</id>', "http://a.test/1"),
        ('<content type="audio/mpeg" src="/1"/><id>tag:a.test,2026:1</id>', ""),
        ('<content src="/1.mp4"/><id>http://a.test/1</id>', "http://a.test/1"),
        ('<content src="/1.mp4"/><id>tag:a.test,2026:1</id>', ""),
    ],
)
def test_the_address_of_an_atom_entry_is_its_alternate(entry: str, url: str) -> None:
    assert urls(atom(entry)) == ([url] if url else [])


def test_relative_links_follow_xml_base() -> None:
    body = atom('<link xml:base="11/" href="1"/>', 'xml:base="http://b.test/2026/"')

    assert only(body).url == "http://b.test/2026/11/1"


def test_relative_links_of_a_feed_kept_elsewhere_follow_the_channel() -> None:
    body = rss("<link>news/1</link>", channel="<link>http://a.test/</link>")

    assert only(body, "http://feeds.test/a/rss.xml").url == "http://a.test/news/1"


def test_pictures_and_podcasts_do_not_say_the_title_of_an_article() -> None:
    item = (
        "<media:title>Picture</media:title><itunes:title>Pod</itunes:title><title>Bridge opened</title><link>/1</link>"
    )

    assert only(rss(item)).title == "Bridge opened"


def test_the_summary_is_the_content_where_there_is_no_description() -> None:
    item = "<link>/1</link><content:encoded><![CDATA[<p>One.</p><p>Two &amp; three.</p>]]></content:encoded>"

    assert only(rss(item)).summary == "One. Two & three."


@pytest.mark.parametrize(
    ("item", "authors"),
    [
        ("<dc:creator>Layla</dc:creator><dc:creator> Omar </dc:creator>", ("Layla", "Omar")),
        ("<author>desk@a.test (Layla Hassan)</author>", ("Layla Hassan",)),
        ("<author>desk@a.test</author>", ()),
        ("<author>Layla</author>", ("Layla",)),
        ("<dc:creator><![CDATA[Layla &amp; Omar]]></dc:creator>", ("Layla & Omar",)),
    ],
)
def test_authors_are_names_not_mail_addresses(item: str, authors: tuple[str, ...]) -> None:
    assert only(rss(f"<link>/1</link>{item}")).authors == authors


def test_an_atom_author_is_the_name_alone() -> None:
    entry = '<link href="/1"/><author><name>Layla</name><email>l@a.test</email><uri>http://a.test/l</uri></author>'

    assert only(atom(entry)).authors == ("Layla",)


def test_rss_1_says_dates_and_people_in_dublin_core() -> None:
    body = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><dc:language>fr</dc:language></channel>'
        '<item rdf:about="http://a.test/1"><title>T</title><dc:date>2026-11-22T10:00:00+01:00</dc:date>'
        "<dc:creator>L</dc:creator><dc:subject>s</dc:subject></item></rdf:RDF>"
    )

    assert only(body) == Entry(
        url="http://a.test/1",
        title="T",
        authors=("L",),
        published_at=datetime(2026, 11, 22, 9, tzinfo=UTC),
        language="fr",
        tags=("s",),
    )


@pytest.mark.parametrize(
    "head",
    ["", '<?xml version="1.0"?>',
     '<?xml version="1.0" encoding="utf-8"?>', '<?xml version="1.0" encoding="windows-1252"?>',
     '<?xml version="1.0" encoding="nonsense"?>', '<?xml version="1.0" encoding="windows-1256"?>'],
)  # fmt: skip
def test_an_old_arabic_feed_is_read_whatever_it_calls_itself(head: str) -> None:
    title = "افتتاح الجسر القديم في المدينة بعد عامين من أعمال الترميم"
    body = rss(f"<title>{title}</title><link>/1</link>", head=head).encode("cp1256")

    assert only(body).title == title


@pytest.mark.parametrize("label", ["windows-1256", "iso-8859-1", "us-ascii", "utf-16"])
def test_what_is_utf_8_is_read_as_utf_8_whatever_it_calls_itself(label: str) -> None:
    body = rss("<title>افتتاح الجسر</title><link>/1</link>", head=f'<?xml version="1.0" encoding="{label}"?>').encode()

    assert only(body).title == "افتتاح الجسر"


def test_the_header_says_the_charset_where_the_feed_does_not() -> None:
    body = rss("<title>Żółw</title><link>/1</link>").encode("iso8859-2")

    assert only(body, charset="iso-8859-2").title == "Żółw"


@pytest.mark.parametrize("charset", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"])
def test_wide_charsets_and_byte_order_marks_are_read(charset: str) -> None:
    body = rss("<title>الجسر</title><link>/1</link>", head="").encode(charset)

    assert only(body).title == "الجسر"


def test_a_stray_byte_costs_one_letter() -> None:
    body = rss("<title>افتتاح الجسر القديم</title><link>/1</link>").encode().replace("القديم".encode(), b"\xff", 1)

    assert only(body).title == "افتتاح الجسر \ufffd"


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Salt & pepper", "Salt & pepper"), ("Salt &amp; pepper", "Salt & pepper"), ("a &rarr; b &copy", "a → b ©"),
        ("R&D; costs", "R&D; costs"), ("<![CDATA[Salt & pepper]]>", "Salt & pepper"), ("no\x0bthing", "nothing"),
        ("no&#0;thing &#x1f;", "nothing"), ("&#55357; half", "half"), ("&lt;b&gt;bold&lt;/b&gt; word", "bold word"),
        ("2 &lt; 3 words", "2 < 3 words"), ("&amp;quot;said&amp;quot;", '"said"'), ("<b>bold</b> word", "bold word"),
    ],
)  # fmt: skip
def test_titles_read_as_they_were_meant(title: str, said: str) -> None:
    # A bare ampersand elsewhere makes every other one be looked at.
    assert only(rss(f"<title>{title}</title><link>/1</link><x>& &nbsp;</x>")).title == said


def test_an_address_in_cdata_keeps_its_ampersands_when_others_are_mended() -> None:
    body = rss("<link><![CDATA[http://a.test/?a=1&b=2]]></link><title>Salt & pepper</title>")

    assert only(body).url == "http://a.test/?a=1&b=2"


def test_prefixes_that_nobody_declared_do_no_harm() -> None:
    body = "<rss><channel><item><link>/1</link><dc:creator>L</dc:creator><x:y z:a='1'/></item></channel></rss>"

    assert (only(body).url, only(body).authors) == ("http://a.test/1", ("L",))


def test_what_is_broken_in_one_item_costs_no_other() -> None:
    body = rss(
        "<title>a</title><link>/1</link>", "<title><i>b</title><link>/2</link>", "<title>c</title><link>/3</link>"
    )

    assert [(entry.url, entry.title) for entry in entries(body)] == [
        ("http://a.test/1", "a"), ("http://a.test/2", "b"), ("http://a.test/3", "c"),
    ]  # fmt: skip


def test_an_item_that_nobody_closed_ends_where_the_next_begins() -> None:
    body = rss("<link>/1</link>", "<link>/2</link>", "<link>/3</link>").replace("</item>", "", 1)

    assert urls(body) == ["http://a.test/1", "http://a.test/2", "http://a.test/3"]


def test_a_broken_feed_still_says_its_language_and_its_site() -> None:
    body = rss("<link>1</link>", channel="<title><b>x</title><link>http://b.test/n/</link><language>ar</language>")

    assert (only(body).url, only(body).language) == ("http://b.test/n/1", "ar")


def test_a_feed_cut_anywhere_gives_only_whole_addresses() -> None:
    addresses = [f"http://a.test/news/{n}" for n in range(3)]
    body = rss(*(f"<title>t</title><link>{address}</link>" for address in addresses)).encode()

    for end in range(len(body)):
        try:
            found = urls(body[:end])
        except ValueError as error:
            assert "whole entry" in str(error) or "empty" in str(error) or "neither" in str(error)
        else:
            assert found == addresses[: len(found)]


def test_a_warning_printed_before_a_feed_does_no_harm() -> None:
    body = "<br />\n<b>Warning</b>: something in line 3<br />\n" + rss("<link>/1</link>")

    assert urls(body) == ["http://a.test/1"]


def test_a_comment_or_a_stylesheet_before_a_feed_does_no_harm() -> None:
    body = rss("<link>/1</link>", head='<?xml version="1.0"?><?xml-stylesheet href="/x.xsl"?><!-- made by hand -->')

    assert urls(body) == ["http://a.test/1"]


@pytest.mark.parametrize(
    "body",
    ['<?xml version="1.0"?><!DOCTYPE html><html><body>x', "<!-- x --><HTML lang='en'>", "<!doctype HTML>\n<p>x"],
)
def test_an_html_page_is_told_from_a_feed(body: str) -> None:
    with pytest.raises(ValueError, match="HTML page"):
        read_list(body.encode(), AT)


def test_a_file_that_is_gzip_itself_is_opened_even_twice() -> None:
    body = gzip.compress(gzip.compress(rss("<link>/1</link>").encode()))

    assert urls(body) == ["http://a.test/1"]


def test_the_first_date_that_can_be_read_counts() -> None:
    item = "<link>/1</link><pubDate>today</pubDate><pubDate>Sun, 22 Nov 2026 10:00:00 GMT</pubDate>"

    assert only(rss(item)).published_at == datetime(2026, 11, 22, 10, tzinfo=UTC)


def test_a_json_feed_says_what_it_knows() -> None:
    body = (
        '{"version": "https://jsonfeed.org/version/1", "language": "fa", "items": [{"id": "http://a.test/1", '
        '"title": "a &amp; b", "content_html": "<p>Text.</p>", "author": {"name": "L"}, "tags": ["x", 5], '
        '"date_published": "2026-11-22T10:00:00Z"}, {"id": "5"}, 7, {"url": 5}]}'
    )

    assert only(body) == Entry(
        url="http://a.test/1",
        title="a & b",
        summary="Text.",
        authors=("L",),
        published_at=datetime(2026, 11, 22, 10, tzinfo=UTC),
        language="fa",
        tags=("x",),
    )


def test_a_feed_whose_entries_all_lack_an_address_is_not_nothing_new() -> None:
    items = b"<item><title>a</title><guid isPermaLink='false'>tag:1</guid></item><item><title>b</title></item><item/>"
    with pytest.raises(ValueError, match="no entry has an address"):
        read_list(b"<rss version='2.0'><channel>" + items + b"</channel></rss>", "http://a.test/feed")


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("www.a.test/1", "http://www.a.test/1"),
        ("a.test/1", "http://a.test/1"),
        ("http:/a.test/1", "http://a.test/1"),
        ("http//a.test/1", "http://a.test/1"),
        ("https://https://a.test/1", "https://a.test/1"),
        ("http://a.test/?p=1&amp;amp;l=2", "http://a.test/?p=1&l=2"),
        ("http://a.test/?p=1&amp;#038;l=2", "http://a.test/?p=1&l=2"),
        ("http://b.test/http://a.test/1", "http://b.test/http://a.test/1"),
        ("news/1", "http://a.test/rss/news/1"),
        ("http:/1.html", "http://a.test/1.html"),
        ("http/1.html", "http://a.test/rss/http/1.html"),
        ("https://https://a.test?p=1", "https://a.test?p=1"),
    ],
)
def test_an_address_is_read_that_a_program_of_feeds_wrote_wrong(link: str, url: str) -> None:
    assert only(rss(f"<link>{link}</link>")).url == url


def test_a_folder_with_the_name_of_a_host_without_a_dot_is_a_folder() -> None:
    assert join_listed("http://news/feed", "news/1") == "http://news/news/1"


@pytest.mark.parametrize(
    "body",
    [
        '<Channel xmlns="http://purl.org/net/rss1.1#" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<title>A</title><link>http://a.test/</link><items rdf:parseType="Collection"><item rdf:about="http://a.test/1">'
        "<title>Bridge</title><link>http://a.test/1</link></item></items></Channel>",
        "<channel><title>A</title><item><title>Bridge</title><link>http://a.test/1</link></item></channel>",
        '<CHANNEL HREF="http://a.test/"><ITEM HREF="http://a.test/1"><TITLE>Bridge</TITLE></ITEM></CHANNEL>',
    ],
)
def test_a_feed_whose_root_is_its_channel_is_read(body: str) -> None:
    entry = only(body)

    assert (entry.url, entry.title) == ("http://a.test/1", "Bridge")


@pytest.mark.parametrize(
    "space",
    [
        "http://my.netscape.com/rdf/simple/0.9/", "http://channel.netscape.com/rdf/simple/0.9/",
        "http://my.netscape.com/publish/formats/rss-0.91.dtd", "http://blogs.law.harvard.edu/tech/rss",
        "http://purl.org/rss/1.0/", "http://backend.userland.com/rss092",
    ],
)  # fmt: skip
def test_the_oldest_forms_of_rss_are_read(space: str) -> None:
    items = "".join(f"<item><title>Story {n}</title><link>http://a.test/{n}</link></item>" for n in (1, 2))
    head = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    body = f'{head} xmlns="{space}"><channel><title>A</title></channel>{items}</rdf:RDF>'

    found = [entry for _, entry in read_list(body.encode(), "http://a.test/feed.rdf")]

    assert [(entry.url, entry.title) for entry in found] == [
        ("http://a.test/1", "Story 1"),
        ("http://a.test/2", "Story 2"),
    ]


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("cp1254", "Eski yaya köprüsü yeniden ulaşıma açıldı, ışıklar değişti"),
        ("cp1250", "Żółw wyszedł na brzeg, a chłopiec znalazł małą ścieżkę do całego pałacu"),
        ("iso-8859-2", "Źródło: chłopiec znalazł małą ścieżkę, pałac został otwarty, książę wrócił"),
        ("cp1252", "Brúin var opnuð í gær, það þýðir að vegurinn ýfir ána er opinn"),
        ("cp1252", "Le pont a été rouvert à l’été, 3 m³ d’eau et 20 m³ de sable"),
        ("cp1252", "¿Cuándo abrirá el puente? El año próximo, según el alcalde, costará 5 m²"),
    ],
)
def test_a_feed_of_one_byte_a_letter_that_is_called_western_is_read_in_its_own_charset(charset: str, text: str) -> None:
    body = rss(f"<title>{text}</title><link>/1</link>", head="").encode(charset)

    found = only(b'<?xml version="1.0" encoding="iso-8859-1"?>' + body)

    assert found.title == text


@pytest.mark.parametrize("dash", ["——", "— —", "………"])
def test_dashes_alone_do_not_make_an_english_feed_an_asian_one(dash: str) -> None:
    texts = [f"The bridge is open again {dash} after {n} months of repairs" for n in range(30)]
    items = (f"<title>{text}</title><link>/{n}</link>" for n, text in enumerate(texts))
    body = b'<?xml version="1.0" encoding="windows-1252"?>' + rss(*items, head="").encode("cp1252")

    assert [entry.title for entry in entries(body)] == texts


def test_a_language_that_is_no_western_one_says_in_which_charset_a_feed_is_that_is_called_western() -> None:
    text = "Pěší most byl po osmi měsících znovu otevřen, řekl starosta"
    body = rss(f"<title>{text}</title><link>/1</link>", head="").encode("cp1250")

    ((_, found),) = read_list(body, AT, charset="iso-8859-1", local=Local("cs", "Europe/Prague"))

    assert found.title == text


def test_what_a_feed_calls_an_entry_whatever_its_address_is_is_kept() -> None:
    items = (
        '<link>/1</link><guid isPermaLink="false">http://a.test/?p=4711</guid>',
        "<link>http://a.test/2</link><guid>http://a.test/2</guid>",
        "<guid>http://a.test/3</guid>",
    )
    own = atom('<link href="/4"/><id>tag:a.test,2026:4</id>')

    assert [entry.guid for entry in entries(rss(*items))] == ["http://a.test/?p=4711", "", ""]
    assert only(own).guid == "tag:a.test,2026:4"
    assert only(b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "77", "url": "/5"}]}').guid == "77"
    assert only(b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": 77, "url": "/5"}]}').guid == "77"


@pytest.mark.parametrize(
    "number", ["1e999", "-1e999", "NaN", "Infinity", "0.1234567890123456789", "12345678901234567890.0"]
)
def test_a_number_that_loses_digits_is_no_identifier(number: str) -> None:
    feed = f'{{"version": "https://jsonfeed.org/version/1.1", "items": [{{"id": {number}, "url": "/5"}}]}}'

    assert only(feed.encode()).guid == ""


@pytest.mark.parametrize(
    "body",
    [
        '<RSS VERSION="2.0"><CHANNEL><ITEM><TITLE>Bridge</TITLE><LINK>http://a.test/News/1?B=C</LINK>'
        "<PUBDATE>Sat, 28 Nov 2026 10:00:00 GMT</PUBDATE></ITEM></CHANNEL></RSS>",
        '<FEED XMLNS="http://www.w3.org/2005/Atom"><ENTRY><TITLE>Bridge</TITLE><LINK HREF="http://a.test/News/1?B=C"/>'
        "<PUBLISHED>2026-11-28T10:00:00Z</PUBLISHED></ENTRY></FEED>",
        '<x:rss xmlns:x="urn:x"><x:channel><x:item><x:title>Bridge</x:title><x:link>http://a.test/News/1?B=C</x:link>'
        "<x:pubDate>Sat, 28 Nov 2026 10:00:00 GMT</x:pubDate></x:item></x:channel></x:rss>",
        "<RSS><CHANNEL><ITEM><TITLE>Bridge</TITLE><LINK>http://a.test/News/1?B=C</LINK>"
        "<PUBDATE>Sat, 28 Nov 2026 10:00:00 GMT</PUBDATE><DESCRIPTION>a <b</DESCRIPTION></ITEM></CHANNEL></RSS>",
    ],
    ids=["rss", "atom", "prefix", "broken"],
)
def test_a_feed_in_capitals_or_with_a_prefix_is_read(body: str) -> None:
    found = only(body)

    assert (found.url, found.title) == ("http://a.test/News/1?B=C", "Bridge")
    assert found.published_at == datetime(2026, 11, 28, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "body",
    [
        "<rss><channel><title>A</title><post><link>http://a.test/1</link></post></channel></rss>",
        "<rss><channel><news><item><link>http://a.test/1</link></item></news></channel></rss>",
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title><post><link href="/1"/></post></feed>',
    ],
)
def test_a_feed_of_which_no_entry_is_understood_is_no_empty_feed(body: str) -> None:
    with pytest.raises(ValueError, match="no entry is found"):
        entries(body)


@pytest.mark.parametrize("name", ["lastbuilddate", "pubdate", "webmaster", "MANAGINGEDITOR", "source", "SkipDays"])
def test_a_feed_that_says_of_itself_only_this_is_empty_however_it_is_written(name: str) -> None:
    assert entries(f"<rss><channel><title>A</title><{name}>x</{name}></channel></rss>") == []


def test_a_feed_that_says_nothing_but_its_own_name_is_empty() -> None:
    said = "<title>A</title><link>http://a.test/</link><ttl>5</ttl><image><url>/i.png</url></image>"

    assert entries(f'<rss xmlns:x="urn:x"><channel>{said}<x:owner>A</x:owner></channel></rss>') == []
    assert entries(atom("").replace("<entry></entry>", "")) == []


@pytest.mark.parametrize("label", ["iso-8859-1", "utf-8"])
@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("euc-kr", "정부는 오늘 새로운 경제 정책을 발표했다고 밝혔다"),
        ("cp1256", "أعلنت الحكومة اليوم عن سياسة اقتصادية جديدة للبلاد"),
        ("gb18030", "政府今天宣布了新的经济政策并将于明年实施"),
        ("shift_jis", "政府は本日、新しい経済政策を発表しました"),
        ("koi8-r", "Правительство сегодня объявило о новой экономической политике"),
    ],
)
def test_a_feed_with_another_charset_than_it_says_is_read_though_most_of_it_is_addresses(
    charset: str, text: str, label: str
) -> None:
    address = "http://a.test/politics/international/2026/11/28/the-long-slug-of-an-article-in-letters-of-english.html"
    body = rss(f"<title>{text}</title><link>{address}</link><guid>{address}?p=1</guid>", head="").encode(charset)

    found = only(f'<?xml version="1.0" encoding="{label}"?>'.encode() + body)

    assert found.title == text
