"""Section pages: which links are articles, told by the page itself, and which is its next page."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pipelines.codes import Kind
from pipelines.listings.formats import read_links, section

AT = "http://a.test/news"
MENU = (
    '<header><nav class="main-menu"><ul><li><a href="/">Home</a><li><a href="/politics">Politics</a>'
    '<li><a href="/sport">Sport</a><li><a href="/culture">Culture</a></ul></nav></header>'
)
FOOTER = (
    '<footer><a href="/about-this-paper">About the people who make this newspaper</a>'
    '<a href="/privacy-policy">Privacy policy and terms of use of this site</a></footer>'
)
HEADLINES = (
    "The old bridge was opened again after two years", "Farmers wait for rain as the river falls",
    "A school in the hills teaches the stars", "City council votes for a second tram line",
    "Fishermen return to the lake after the ban", "Night trains come back to the mountain towns",
)  # fmt: skip
ARABIC = (
    "افتتاح الجسر القديم بعد عامين من أعمال الترميم", "المزارعون ينتظرون المطر مع انخفاض منسوب النهر",
    "مدرسة في الجبال تعلم الأطفال أسماء النجوم", "مجلس المدينة يوافق على خط ثان للترام",
)  # fmt: skip
CHINESE = (
    "古桥修复两年后重新开放通行",
    "河水下降农民等待今年的雨季",
    "山区学校教孩子认识夜空星座",
    "市议会同意修建第二条电车线",
)


def articles(body: str, url: str = AT, allow: Sequence[str] = ()) -> list[str]:
    found = read_links(body.encode(), url, allow=allow)
    return [entry.url.removeprefix("http://a.test") for kind, entry in found if kind == Kind.ARTICLE]


def following(body: str, url: str = AT) -> str:
    found = [entry.url for kind, entry in read_links(body.encode(), url) if kind == Kind.SECTION]
    assert len(found) <= 1
    return found[0].removeprefix("http://a.test") if found else ""


def page(links: Sequence[tuple[str, str]], more: str = "") -> str:
    cards = "".join(f'<div class="card"><h2><a href="{path}">{words}</a></h2></div>' for path, words in links)
    return f"<html><body>{MENU}<main>{cards}</main>{more}{FOOTER}</body></html>"


@pytest.mark.parametrize(
    ("paths", "titles"),
    [
        ([f"/{slug}" for slug in ("bridge", "river", "stars", "tram")], HEADLINES),
        ([f"/news/{slug}" for slug in ("old-bridge", "dry-river", "the-stars", "tram")], HEADLINES),
        ([f"/story.php?id={n}" for n in (7, 8, 9, 10)], ARABIC),
        ([f"/{section}/{n}.html" for section, n in (("a", 3), ("b", 4), ("a", 5), ("b", 6))], CHINESE),
        ([f"/ar/{words}" for words in ("الجسر", "النهر", "النجوم", "الترام")], ARABIC),
        ([f"/articles/{code}" for code in ("c4gq2n8exyzo", "cx2k9lmq7rdo", "c8vw1p3nqzto", "c5yd7r0kaxqo")], HEADLINES),
        ([f"/2026/11/22/{n}" for n in "abcd"], HEADLINES),
        ([f"/detail_{n}.htm" for n in (11, 12, 13, 14)], CHINESE),
    ],
)
def test_links_that_read_like_headlines_and_have_one_shape_are_articles(
    paths: list[str], titles: tuple[str, ...]
) -> None:
    rows = list(zip(paths, titles, strict=False))

    assert articles(page(rows)) == paths


def test_what_a_headline_says_travels_with_its_address() -> None:
    card = (
        '<a href="/2026/11/22/bridge"><img alt="a bridge"></a><div><a href="/2026/11/22/bridge"><h3>Bridge opens</h3>'
        '<p>After two years of work.</p><span>3 hours ago</span></a></div><a href="/2026/11/22/bridge">Read more</a>'
    )

    ((_, entry),) = read_links(card.encode(), AT)

    assert entry.title == "Bridge opens"


def test_words_that_many_links_share_are_no_headline() -> None:
    body = "".join(f'<p><a href="/2026/11/22/{n}">Read the whole story here now</a></p>' for n in range(5))

    found = read_links(body.encode(), AT)

    assert [entry.title for _, entry in found] == [""] * 5


def test_tags_people_and_sections_are_told_from_articles_by_their_words() -> None:
    rows = [(f"/news/{n}-some-long-slug-of-it", words) for n, words in enumerate(HEADLINES)]
    others = "".join(
        f'<p><a href="/{kind}/{n}234">{word}</a></p>'
        for kind in ("topics", "people", "places")
        for n, word in enumerate(("Iraq", "Water", "Layla Hassan", "Trams"))
    )

    assert articles(page(rows, others)) == [path for path, _ in rows]


def test_beside_headlines_a_word_or_two_are_a_label() -> None:
    rows = [(f"/news/{n}-some-long-slug-of-it", words) for n, words in enumerate(HEADLINES)]
    others = '<p><a href="/service/code-of-conduct-a6184241.html">Our rules</a></p><p><a href="/x/12345"><img></a></p>'

    assert articles(page(rows, others)) == [path for path, _ in rows] + ["/x/12345"]
    assert articles('<a href="/service/code-of-conduct-a6184241.html">Our rules</a>') != []


@pytest.mark.parametrize(
    "path",
    ["/tag/the-old-bridge-of-the-city", "/author/layla-hassan-of-the-desk", "/category/12345", "/page/2",
     "/login?next=12345",
     "/2026", "/2026/11", "/2026/11/22/", "/calendar/2026-11-22", "/news/photo-12345.jpg", "/news?sort=12345",
     "/search?q=12345678",
     "mailto:desk12345@a.test", "javascript:open(12345)", "data:text/html,12345678", "tel:+9641234567", "#story-12345",
     "http://b.test/2026/11/22/bridge", "ftp://a.test/12345", "/news?page=12345",
     "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/12345",
     "/وسم/الجسر-القديم-في-المدينة", "/wp-login.php?redirect_to=12345", "/news/12345?replytocom=5", "/print/12345"],
)  # fmt: skip
def test_what_no_site_calls_an_article_is_none(path: str) -> None:
    assert articles(f'<p><a href="{path}">The words of some headline here</a></p>') == []


def test_hosts_of_the_same_site_count_where_they_read_like_headlines() -> None:
    body = (
        '<a href="http://sport.a.test/2026/11/22/x">The club wins the cup again</a>'
        '<a href="http://shop.a.test/item/12345">Mug</a><a href="//www.a.test/2026/11/22/y">x</a>'
    )

    found = [entry.url for _, entry in read_links(body.encode(), AT)]

    assert found == ["http://sport.a.test/2026/11/22/x", "http://www.a.test/2026/11/22/y"]


def test_menus_give_only_what_reads_like_a_headline() -> None:
    menu = '<nav><a href="/s/12345">Sport</a><a href="/2026/11/22/x">The old bridge was opened again</a></nav>'

    assert articles(menu + '<p><a href="/about/us">We</a></p>') == ["/2026/11/22/x"]


def test_a_page_whose_frame_is_called_a_menu_still_has_articles() -> None:
    body = (
        f'<body class="menu-open"><div class="page menu-push">{page(list(zip("abcd", HEADLINES, strict=False)))}</div>'
    )

    assert len(articles(body)) == 4


def test_a_page_of_two_headlines_has_two_articles() -> None:
    rows = [("/bridge", HEADLINES[0]), ("/river", HEADLINES[1])]

    assert articles(page(rows)) == ["/bridge", "/river"]


def test_the_base_of_a_page_is_the_base_of_its_links() -> None:
    assert articles('<base href="/de/"><a href="2026/11/22/x">x</a>') == ["/de/2026/11/22/x"]
    assert articles('<base href="javascript:x"><a href="/2026/11/22/x">x</a>') == ["/2026/11/22/x"]


def test_maps_and_broken_lines_in_addresses_are_read() -> None:
    assert articles('<map><area href="/2026/11/22/x" alt="Bridge"></map><a href=" /2026/11/\n22/y ">y</a>') == [
        "/2026/11/22/x", "/2026/11/22/y",
    ]  # fmt: skip


def test_amp_and_mobile_addresses_are_left_as_they_are() -> None:
    body = '<a href="/amp/2026/11/22/x?amp=1">x</a><a href="//m.a.test/2026/11/22/x">The bridge opened again today</a>'

    assert articles(body) == ["/amp/2026/11/22/x?amp=1", "http://m.a.test/2026/11/22/x"]


def test_an_old_arabic_page_without_a_charset_is_read() -> None:
    body = "".join(f'<p><a href="/story/{n}">{words}</a></p>' for n, words in enumerate(ARABIC)).encode("cp1256")

    assert [entry.title for _, entry in read_links(body, AT)] == list(ARABIC)


def test_allow_alone_says_what_an_article_is() -> None:
    body = page(
        [("/story/a", "x"), ("/2026/11/22/x", HEADLINES[0]), ("/story/b.jpg", "y")],
        '<nav><a href="/story/c">z</a></nav>',
    )

    assert articles(body, allow=["/story/"]) == ["/story/a", "/story/c"]


def test_allow_may_tell_articles_apart_by_their_query() -> None:
    assert articles('<a href="/news?id=5">a</a><a href="/news?id=x">b</a>', allow=[r"\?id=\d+$"]) == ["/news?id=5"]


@pytest.mark.parametrize(
    ("url", "links", "expected"),
    [
        ("/news", '<a href="/news/page/2">2</a><a href="/news/page/3">3</a><a href="/news/page/9">Last</a>',
         "/news/page/2"),
        ("/news/page/2/", '<a href="/news/">1</a><a href="/news/page/3/">3</a>', "/news/page/3/"),
        ("/news/page/9", '<a href="/news/page/8">8</a>', ""),
        ("/news", '<a href="?page=2">Next</a>', "/news?page=2"),
        ("/news", '<a href="?PAGEN_1=2">Следующая</a>', "/news?PAGEN_1=2"),
        ("/news?halaman=2", '<a href="?halaman=3">Berikutnya</a>', "/news?halaman=3"),
        ("/news?page=2&x=1", '<a href="/news?page=1&x=1">1</a><a href="/news?x=1&page=3">3</a>', "/news?x=1&page=3"),
        ("/news?page=2&x=1", '<a href="/news?page=3&x=2">3</a>', ""),
        # Counted from nought: what is shown as 2 is number 1.
        ("/news", '<a href="?page=1">2</a><a href="?page=2">3</a>', "/news?page=1"),
        ("/news", '<link rel="next" href="/news?start=20">', "/news?start=20"),
        ("/news", '<a rel="next" href="/news/page/2">older</a>', "/news/page/2"),
        ("/", '<link rel="next" href="/page/2/">', "/page/2/"),
        ("/", '<link rel="next" href="/2026/11/22/bridge">', ""),
        ("/news", '<link rel="next" href="http://b.test/news/page/2">', ""),
        ("/china/", '<a href="/china/index_2.html">下一页</a>', "/china/index_2.html"),
        ("/china/index_2.html", '<a href="index_3.html">3</a><a href="index.html">1</a>', "/china/index_3.html"),
        ("/news", '<a href="/news/2">2</a>', "/news/2"),
        ("/news", '<a href="/news/٢">٢</a>', "/news/٢"),
        # Numbers of sections and of articles are no page numbers.
        ("/section/3/", '<a href="/section/4/">Sport</a><a href="/section/5/">World</a>', ""),
        ("/section/3/", '<a href="/section/4/">Sport</a><a href="/section/3/2/">2</a>', "/section/3/2/"),
        ("/news", '<a href="/sport/page/2">2</a>', ""),
        ("/قسم/اخبار", '<a href="/قسم/اخبار/صفحة/2">2</a>', "/قسم/اخبار/صفحة/2"),
        ("/news/12345", '<a href="/news/12346">next</a>', ""),
        ("/news", '<a href="/news">1</a><a href="/news/">1</a>', ""),
        # Offsets count articles; the days of a calendar count nothing.
        ("/news?x=1", '<a href="?x=1&debut=6">2</a><a href="?x=1&debut=12">3</a>', "/news?x=1&debut=6"),
        ("/news?debut=6", '<a href="?debut=0">1</a><a href="?debut=12">3</a><a href="?debut=18">4</a>',
         "/news?debut=12"),
        ("/news", '<a href="?day=1">1</a><a href="?day=3">3</a><a href="?day=4">4</a>', ""),
        ("/news", '<a href="?id=77512">2</a>', ""),
    ],
)  # fmt: skip
def test_the_next_page_is_the_page_itself_with_a_number_one_higher(url: str, links: str, expected: str) -> None:
    assert following(f"<html><head></head><body>{links}</body></html>", "http://a.test" + url) == expected


def test_the_next_page_stands_last_and_is_no_article() -> None:
    body = page([("/2026/11/22/x", HEADLINES[0])], '<a href="/news/page/2">2</a>')

    found = read_links(body.encode(), AT)

    assert [kind for kind, _ in found] == [Kind.ARTICLE, Kind.SECTION]
    assert "http://a.test/news/page/2" in read_links(body.encode(), AT, allow=["."])[-1][1].url


def test_text_is_no_section_page() -> None:
    with pytest.raises(ValueError, match="no HTML page"):
        read_links(b"nothing to see", AT)


TRAPS = {
    "a calendar": lambda n: f'<a href="/calendar/{n + 10_000}/day">{n}</a>',
    "the articles' own part": lambda n: f'<a href="/story/{n:x}x">{n}</a>',
    "a query": lambda n: f'<a href="/list?day={n}">{n}</a>',
    "long words": lambda n: f'<a href="/trap/{n + 10_000}/more">more of this all day long {n}</a>',
    "a button": lambda n: f'<a href="/t/{n + 10_000}">more</a>',
}


@pytest.mark.parametrize("trap", TRAPS)
@pytest.mark.parametrize("heading", ["h3", "p"])
def test_thousands_of_links_that_lead_nowhere_hide_no_article(trap: str, heading: str) -> None:
    paths = [f"/story/{word}" for word in ("bridge", "farmers", "stars", "tram", "ban", "trains")]
    cards = "".join(f'<{heading}><a href="{p}">{w}</a></{heading}>' for p, w in zip(paths, HEADLINES, strict=True))
    body = "<main>" + "".join(TRAPS[trap](n) for n in range(4000)) + cards + "</main>"

    found = articles(body)

    assert set(paths) <= set(found)


def test_what_allow_lets_in_is_found_behind_any_number_of_other_links_and_in_front_of_them() -> None:
    register = "".join(f'<a href="/register/{n}">{n}</a>' for n in range(12_000))
    first, last = '<a href="/news/1">one</a>', '<a href="/news/2">two</a>'

    found, left_out = section(f"<main>{first}{register}{last}</main>".encode(), AT, allow=[r"/news/\d"])

    assert [entry.url for _, entry in found] == ["http://a.test/news/1", "http://a.test/news/2"]
    assert left_out == 0


def test_how_many_links_of_a_page_were_left_out_is_known() -> None:
    kinds = "".join(
        f'<a href="/{n % 7}x/{n + 10_000}/story">The old bridge was opened again {n}</a>' for n in range(3000)
    )

    found, left_out = section(f"<main>{kinds}</main>".encode(), AT)

    assert len(found) == 1000
    assert left_out == 2000


def test_a_link_that_is_longer_than_an_address_may_be_is_named_too() -> None:
    long = "/2026/11/22/" + "-".join(["a-bridge"] * 250)

    named = articles(
        page(
            [(f"/2026/11/22/{number}-{words[:9]}", words) for number, words in enumerate(HEADLINES)]
            + [(long, "The bridge has a very long address today")]
        )
    )

    assert long in named
