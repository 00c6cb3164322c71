"""What a probing asks for next, and what the lists it saw are worth: pure, in literals."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from typing import Any

from pipelines.codes import Cause, Reason
from pipelines.follow import list_choice, list_worth, probe_plan, probing_records, recheck
from pipelines.follow.front_page import front
from pipelines.follow.probing_records import Anchor, FrontPage, Part, Probe, ProbeAnswer, ProbeRequest, Robots
from pipelines.follow.samples import Sample
from pipelines.model import Entry, Source
from spiders import probe

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
AT = "https://example.news"
SOURCE = Source(
    name="example", title="Example", url=f"{AT}/", country="SY", language="ar", timezone="Asia/Damascus",
    feeds=(f"{AT}/feed",), allow=(rf"^{AT}/news/\d+",),
)  # fmt: skip


def saw(path: str, part: Part = Part.FEED, **fields: Any) -> ProbeAnswer:
    known = {"want": ProbeRequest(url=AT + path, part=part, why="linked from the home page"), "at": NOW, "status": 200}
    return ProbeAnswer(**{**known, "form": "RSS" if part == Part.FEED else "", **fields})


def home(*anchors: Anchor, **fields: Any) -> ProbeAnswer:
    return saw("/", Part.HOME, front=FrontPage(anchors=anchors, words=200, **fields))


def entries(*numbers: int, age: float = 1.0) -> tuple[Entry, ...]:
    return tuple(
        Entry(url=f"{AT}/news/{n}", title="t", published_at=NOW - timedelta(hours=age * (place + 1)))
        for place, n in enumerate(numbers)
    )


def walk(
    left: int, *known: ProbeAnswer, robots: tuple[Robots, ...] = (), answers: dict[str, ProbeAnswer] | None = None
) -> list[str]:
    """The addresses asked for when everything not in answers is missing."""
    came = list(known)
    asked = []
    while want := probe_plan.next_want(f"{AT}/", came, robots, left):
        asked.append(want.url.removeprefix(AT))
        given = (answers or {}).get(asked[-1])
        problem = "" if want.part == Part.ARTICLE else "status 404"
        came.append(given or ProbeAnswer(want=want, at=NOW, status=404, problem=problem))
        left -= 1
    return asked


def test_the_home_page_is_tried_by_other_names_where_nobody_answers() -> None:
    answers = {"/": saw("/", Part.HOME, status=0, problem="DNS lookup failed", code=Cause.DNS)}

    asked = walk(20, answers=answers)

    assert asked == ["/", "http://example.news/", "https://www.example.news/", "http://www.example.news/"]


def test_a_home_page_that_answers_no_is_not_tried_by_other_names() -> None:
    assert walk(
        20, answers={"/": saw("/", Part.HOME, status=403, problem="status 403", code=Cause.REFUSED, blocked=True)}
    ) == ["/"]


def test_what_robots_txt_and_the_page_name_comes_before_what_is_usual() -> None:
    robots = Robots(place="example.news", status=200, sitemaps=(f"{AT}/s.xml", f"{AT}/google-news.xml"))

    asked = walk(40, home(feeds=((f"{AT}/all.rss", ""),)), robots=(robots,))

    assert asked[:4] == ["/google-news.xml", "/s.xml", "/all.rss", "/feed/"]


def test_nothing_is_guessed_where_a_feed_and_a_sitemap_answer_and_samples_come_last() -> None:
    feed = saw("/all.rss", found=entries(*range(100, 120)), total=20)
    site = saw("/s.xml", Part.SITEMAP, form="sitemap", found=entries(*range(100, 120)), total=20)

    asked = walk(40, home(Anchor(url=f"{AT}/sport", text="Sport", menu=True)), feed, site)

    assert asked == ["/sport", *[f"/news/{n}" for n in range(100, 112)]]


def test_requests_are_held_back_for_samples_where_robots_txt_leaves_time_for_few() -> None:
    feed = saw("/all.rss", found=entries(*range(100, 120)), total=20)
    menu = [Anchor(url=f"{AT}/{n}", text=n, menu=True) for n in ("sport", "arts", "world", "town")]

    asked = walk(10, home(*menu), feed)

    assert sum(path.startswith("/news/") for path in asked) >= 5


def test_of_an_index_the_sitemaps_of_articles_are_read_the_newest_first() -> None:
    maps = tuple(
        Entry(url=f"{AT}/{name}.xml", modified_at=NOW - timedelta(days=days))
        for name, days in (("category", 0), ("post-1", 90), ("post-2", 1), ("page", 2))
    )

    asked = walk(40, home(), saw("/i.xml", Part.SITEMAP, form="sitemap index", maps=maps))

    assert asked[:2] == ["/post-2.xml", "/post-1.xml"]


def test_menus_are_no_articles_and_links_that_read_like_titles_are() -> None:
    page = home(
        Anchor(url=f"{AT}/sport", text="Sport", menu=True),
        Anchor(url=f"{AT}/bridge-opens", text="The old bridge opens again today"),
        Anchor(url="https://elsewhere.test/x", text="A long title on another site entirely"),
    )

    known = list_worth.find_known([page])

    assert list(known.likely) == [f"{AT}/bridge-opens"]
    assert f"{AT}/sport" in known.others


def test_lists_are_chosen_for_what_they_add_and_stale_ones_are_left_out() -> None:
    whole = saw("/feed", found=entries(*range(30)), total=30)
    part = saw("/sport.rss", found=entries(*range(10)), total=10)
    other = saw("/arts.rss", found=entries(*range(50, 60)), total=10)
    stale = saw("/old.rss", found=entries(*range(70, 90), age=24 * 40), total=20)

    chosen = list_choice.choose([home(), part, whole, other, stale], (), NOW)

    assert [url.removeprefix(AT) for url, _ in chosen.feeds] == ["/feed", "/arts.rss"]
    assert chosen.feeds[0][1] == "linked from the home page: an RSS feed, 30 entries, the newest 1 h old"
    assert any("old.rss is left out: its newest entry is 40 days old" in line for line in chosen.left)


def test_sections_are_followed_beside_a_feed_only_where_it_leaves_articles_out() -> None:
    feed = saw("/feed", found=entries(*range(100, 110)), total=10)
    listed = [Anchor(url=f"{AT}/news/{n}", text="A title of some words") for n in range(100, 110)]
    unlisted = [Anchor(url=f"{AT}/news/{n}", text="A title of some words") for n in range(500, 510)]

    same = list_choice.choose([home(*listed), feed], SOURCE.allow, NOW)
    more = list_choice.choose([home(*listed, *unlisted), feed], SOURCE.allow, NOW)

    assert (same.sections, len(more.sections)) == ((), 1)
    assert "20 links to articles, 10 of them in no feed or sitemap" in more.sections[0][1]


def test_a_feed_of_a_few_entries_without_a_sitemap_leaves_out_no_section_that_adds_something() -> None:
    feed = saw("/feed", found=entries(*range(100, 105)), total=5)
    listed = [Anchor(url=f"{AT}/news/{n}", text="A title of some words") for n in range(100, 106)]

    chosen = list_choice.choose([home(*listed), feed], SOURCE.allow, NOW)

    assert len(chosen.sections) == 1


def test_the_volume_is_that_of_the_last_week_or_of_what_a_short_feed_spans() -> None:
    short = saw("/feed", found=entries(*range(25), age=1))
    long = saw("/feed", found=entries(*range(60), age=12))

    assert list_worth.per_day([short], NOW) == 24
    assert list_worth.per_day([long], NOW) == 13 / 7
    assert list_worth.per_day([saw("/feed", found=entries(1))], NOW) is None


def test_a_page_tells_its_feeds_its_menu_and_its_charset() -> None:
    body = """<html lang="ar"><head><meta charset="windows-1256"><title>الصحيفة</title>
    <link rel="alternate" type="application/rss+xml" href="/feed/"><link rel="alternate" type="application/rss+xml"
    href="/comments/feed/"><meta property="og:locale" content="ar_IQ"></head><body><nav><a href="/sport">رياضة</a></nav>
    <div id="app"></div><a href="/news/1#top">افتتاح الجسر القديم أمام المشاة</a><a href="rss.php">RSS</a>
    <a href="mailto:x@y.z">بريد</a><a href="javascript:void(0)">x</a></body></html>""".encode("windows-1256")

    shown = front(body, f"{AT}/")

    assert shown is not None
    assert (shown.title, shown.language, shown.locale) == ("الصحيفة", "ar", "ar_IQ")
    assert shown.charset == "windows-1256, by the page itself"
    assert [url for url, _ in shown.feeds] == [f"{AT}/feed/", f"{AT}/rss.php"]
    assert [(a.url.removeprefix(AT), a.menu) for a in shown.anchors] == [
        ("/sport", True), ("/news/1", False), ("/rss.php", False),
    ]  # fmt: skip
    assert front(b"", AT) is None


def test_feeds_are_found_by_the_schemes_of_readers_and_in_the_header() -> None:
    body = b"""<html><head><link rel="alternate" type="application/rss+xml" href="feed://example.news/rss-all.php">
    </head><body><a href="feed:https://example.news/sport.rss">RSS</a></body></html>"""
    links = (
        '</x/all.atom>; rel="alternate"; type="application/atom+xml"; title="All", </style.css>; rel=preload, '
        f'<{AT}/fr/>; rel=alternate; hreflang=fr, <javascript:1>; rel=alternate; type="application/rss+xml"'
    )

    shown = front(body, f"{AT}/", links=links)

    assert shown is not None
    assert shown.feeds == (
        (f"{AT}/x/all.atom", "All"),
        ("http://example.news/rss-all.php", ""),
        ("https://example.news/sport.rss", "RSS"),
    )


def test_a_title_with_control_characters_is_read_without_them() -> None:
    shown = front(b"<html><head><title>The \x1b[2J Larch\x7f Times</title></head><body>x</body></html>", f"{AT}/")

    assert shown is not None and shown.title == "The [2J Larch Times"
    assert probe._title(b"<rss><channel><title>The \x1b[2J Larch</title>") == "The [2J Larch"


def test_what_was_seen_survives_as_json() -> None:
    one = home(Anchor(url=f"{AT}/a", text="ا"), feeds=((f"{AT}/feed", "x"),))
    two = saw("/feed", found=entries(1, 2), offsets=((180, 2),))

    assert [probing_records.of_json(probing_records.as_json(each)) for each in (one, two)] == [one, two]


def test_a_source_that_holds_has_not_changed() -> None:
    feed = saw("/feed", found=entries(*range(10)), total=10)

    found = recheck.changes(SOURCE, Probe((home(), feed)), [Sample(url=f"{AT}/news/1")], NOW)

    assert found == []


def test_every_change_of_a_source_is_told() -> None:
    gone = saw("/feed", status=404, problem="status 404", code=Cause.NOT_FOUND)
    new = saw("/new.rss", found=entries(*range(10)), total=10)
    robots = Robots(place="example.news", status=200, delay=10)
    bad = [Sample(url=f"{AT}/news/{n}", verdict="paywall: subscribe", reason=Reason.PAYWALL) for n in range(3)]

    found = recheck.changes(SOURCE, Probe((home(), gone, new), (robots,)), bad, NOW)

    assert [(change.bad, change.text) for change in found] == [
        (True, f"the feed {AT}/feed is gone: status 404"),
        (True, "0 of 3 sample articles are good: 3 × paywall"),
        (False, f"a feed that the file lacks: {AT}/new.rss, linked from the home page, 10 new addresses"),
        (False, "robots.txt of example.news asks for 10 s between requests, the file says 1"),
    ]


def test_a_pattern_that_no_longer_fits_and_a_feed_that_fell_asleep_are_told() -> None:
    moved = tuple(Entry(url=f"{AT}/story/{n}", published_at=NOW - timedelta(days=45)) for n in range(10))

    found = recheck.changes(SOURCE, Probe((home(), saw("/feed", found=moved, total=10))), [], NOW)

    assert [change.text for change in found] == [
        f"the feed {AT}/feed has named nothing new for 45 days",
        f"`allow` no longer fits: 0 of 10 addresses in its lists match, not {AT}/story/0",
    ]


def test_pages_that_show_nothing_but_the_box_that_all_pages_have_are_no_sections() -> None:
    def page(path: str, *numbers: int) -> ProbeAnswer:
        anchors = tuple(Anchor(url=f"{AT}/news/{n}", text=f"A story of five words {n}") for n in (*numbers, 1, 2, 3, 4))
        return saw(path, Part.HOME if path == "/" else Part.SECTION, front=FrontPage(anchors=anchors, words=200))

    pages = [page("/", *range(5, 13)), page("/sport", 20), page("/town", 21), page("/rates"), page("/weather")]

    chosen = list_choice.choose(pages, (rf"^{AT}/news/\d+",), NOW)

    assert [url.removeprefix(AT) for url, _ in chosen.sections] == ["/", "/sport", "/town"]


def test_the_title_of_a_page_is_read_in_its_charset_where_nothing_names_it() -> None:
    title = "صحيفة المد البحري"
    text = "خبر من المدينة القديمة " * 20
    body = f"<html><head><title>{title}</title></head><body>{text}</body></html>".encode("cp1256")

    shown = front(body, AT)

    assert shown is not None
    assert (shown.title, shown.charset) == (title, "windows-1256, by its bytes, since nothing says so")


def test_the_clock_of_a_list_is_read_out_of_a_gzip_file() -> None:
    rows = b"<urlset><url><lastmod>2026-11-22T10:00:00+03:00</lastmod></url></urlset>"

    assert probe._offsets(gzip.compress(rows)) == probe._offsets(rows) == ((180, 1),)
