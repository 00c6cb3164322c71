"""Crawling the same sites night after night: what is asked for again, by the site's own log, and what comes of it.

Time passes by moving everything the database knows into the past.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipelines.crawl import ledger
from tests import sites
from tests.databases import rows
from tests.papers import HOST, Paper, conditional, feed, sitemap, story

MAIL = "mailto:desk@a.test"


def test_articles_are_looked_at_again_after_a_day_three_and_seven_and_else_one_request_is_all(paper: Paper) -> None:
    paper.prints(3, 2, 1)
    everything = ["/feed", "/news/1", "/news/2", "/news/3"]

    nights = [paper.comes_out(days)[1] for days in (0, 1, 1, 1, 3, 1, 1)]

    asked = [[path for path in night if path != "/robots.txt"] for night in nights]
    assert asked == [everything, everything, ["/feed"], everything, ["/feed"], everything, ["/feed"]]
    assert max(night.count("/robots.txt") for night in nights) == 1
    assert rows(paper.conn, "select count(*) from revisions") == [(3,)]


def test_a_night_with_nothing_new_asks_for_the_lists_alone_and_says_nothing_new(paper: Paper) -> None:
    paper.prints(2, 1)
    paper.source = replace(paper.source, sitemaps=(f"{HOST}/sitemap.xml",), sections=(f"{HOST}/news/",))
    paper.web.pages[f"{HOST}/sitemap.xml"] = conditional(sitemap({}), kind="application/xml")
    paper.web.pages[f"{HOST}/news/"] = conditional(b"<html><body><a href='/news/1'>1</a></body></html>")
    paper.comes_out()
    paper.comes_out()

    tally, asked = paper.comes_out(0.9)

    assert asked == ["/feed", "/news/", "/sitemap.xml"]
    assert (tally.state, tally.message) == ("done", "nothing new")
    assert [headers.get("If-None-Match", "") != "" for _, _, headers in paper.web.hits[-3:]] == [True] * 3


def test_an_edit_is_a_revision_at_the_next_planned_look_and_only_there(paper: Paper) -> None:
    paper.prints(2, 1)
    paper.comes_out()
    paper.prints(2, 1, n1="وأعلنت البلدية صباح اليوم أن الجسر سيبقى مغلقاً أسبوعاً كاملاً حتى ينتهي إصلاحه.")

    paper.comes_out()

    assert rows(paper.conn, "select kind, quiet from changes where revision > 1") == [("revised", "")]
    assert rows(paper.conn, "select url, revision from articles order by url") == [
        (f"{HOST}/news/1", 2),
        (f"{HOST}/news/2", 1),
    ]


def test_what_came_while_nobody_listened_for_a_week_is_found(paper: Paper) -> None:
    paper.prints(2, 1)
    paper.comes_out()
    paper.prints(9, 8, 7, 6, 5, 4, 3, 2)

    tally, _ = paper.comes_out(7)

    assert tally.counts["new"] == 7
    assert rows(paper.conn, "select count(*) from articles") == [(9,)]


def test_an_article_that_first_answers_503_and_comes_25_hours_later_is_news(paper: Paper) -> None:
    paper.prints(1)
    paper.comes_out()
    undated = re.sub(rb"<pubDate>.*?</pubDate>", b"", feed(2, 1))
    paper.web.pages[f"{HOST}/feed"] = conditional(undated, kind="application/rss+xml")
    paper.web.pages[f"{HOST}/news/2"] = sites.answer(503, b"busy")
    paper.comes_out()
    before = rows(paper.conn, "select count(*) from articles")
    # Two hours old when the feed named it.
    published = f'<meta property="article:published_time" content="{datetime.now(UTC) - timedelta(hours=27):%FT%TZ}">'
    paper.web.pages[f"{HOST}/news/2"] = conditional(story(2).replace(b"</head>", f"{published}</head>".encode()))

    paper.comes_out(25 / 24)

    assert before == [(1,)]
    assert rows(
        paper.conn,
        "select a.url, a.published_at < now() - interval '26 hours', c.quiet from changes c"
        " join articles a on a.id = c.article_id where c.quiet <> 'first run'",
    ) == [(f"{HOST}/news/2", True, "")]


def test_an_article_missing_from_its_feed_is_looked_at_at_once_and_removed_when_it_is_gone(paper: Paper) -> None:
    paper.prints(5, 4, 3, 2, 1)
    paper.comes_out()
    paper.comes_out(8)
    paper.web.pages[f"{HOST}/news/3"] = sites.answer(410, b"gone")
    paper.lists(5, 4, 2, 1)

    _, asked = paper.comes_out(0.5)

    assert [path for path in asked if path.startswith("/news")] == ["/news/3"]
    assert rows(
        paper.conn, "select url, kind from changes join articles a on a.id = article_id where kind <> 'new'"
    ) == [(f"{HOST}/news/3", "removed")]


def test_an_article_that_left_a_full_feed_at_its_end_is_not_looked_at(paper: Paper) -> None:
    paper.prints(5, 4, 3, 2, 1)
    paper.comes_out()
    paper.comes_out(8)
    paper.lists(5, 4, 3)

    _, asked = paper.comes_out(0.5)

    assert [path for path in asked if path.startswith("/news")] == []


def test_a_page_not_found_is_a_removal_only_when_a_second_look_finds_the_same(paper: Paper) -> None:
    paper.prints(2, 1)
    paper.comes_out()
    paper.web.pages[f"{HOST}/news/1"] = sites.answer(404, b"lost")
    paper.comes_out()
    after_one = rows(paper.conn, "select kind from changes where kind = 'removed'")

    _, asked = paper.comes_out(0.5)

    assert after_one == [] and "/news/1" in asked
    assert rows(paper.conn, "select kind from changes where kind = 'removed'") == [("removed",)]


def test_a_page_that_comes_back_before_the_second_look_was_never_removed(paper: Paper) -> None:
    paper.prints(1)
    paper.comes_out()
    paper.web.pages[f"{HOST}/news/1"] = sites.answer(404, b"lost")
    paper.comes_out()
    paper.prints(1)

    paper.comes_out()

    assert rows(paper.conn, "select kind from changes") == [("new",)]
    assert rows(paper.conn, "select state from urls where kind = 'article'") == [("unchanged",)]


def test_a_page_its_sitemap_calls_modified_is_looked_at_before_its_time(paper: Paper) -> None:
    paper.prints(2, 1)
    paper.source = replace(paper.source, sitemaps=(f"{HOST}/sitemap.xml",))
    paper.comes_out()
    paper.comes_out(8)
    paper.prints(2, 1, n2="وأضافت البلدية ظهراً أن المدارس القريبة من الجسر القديم ستفتح أبوابها غداً كالمعتاد.")
    paper.web.pages[f"{HOST}/sitemap.xml"] = conditional(sitemap({2: datetime.now(UTC) + timedelta(hours=1)}))

    _, asked = paper.comes_out(0.1)

    assert [path for path in asked if path.startswith("/news")] == ["/news/2"]
    assert rows(paper.conn, "select lastmod_true, lastmod_false from urls where kind = 'sitemap'") == [(1, 0)]
    assert rows(paper.conn, "select revision from articles order by url") == [(1,), (2,)]


def test_a_sitemap_whose_dates_move_without_the_pages_loses_its_word(paper: Paper) -> None:
    paper.prints(*range(8, 0, -1))
    paper.source = replace(paper.source, sitemaps=(f"{HOST}/sitemap.xml",))
    paper.comes_out()
    paper.comes_out(8)

    nights = []
    for n in range(1, 4):
        said = datetime.now(UTC) + timedelta(hours=n)
        paper.web.pages[f"{HOST}/sitemap.xml"] = conditional(sitemap(dict.fromkeys(range(1, 9), said)))
        nights.append(paper.comes_out(0.01))

    asked = [[path for path in paths if path.startswith("/news")] for _, paths in nights]
    assert [len(paths) for paths in asked] == [3, 0, 0]
    assert f"{HOST}/sitemap.xml calls pages modified that are not" in nights[-1][0].message


def test_a_feed_that_changes_under_the_same_etag_is_found_out_within_a_week(paper: Paper) -> None:
    paper.prints(1)
    paper.web.pages[f"{HOST}/feed"] = conditional(feed(1), '"never"')
    paper.comes_out()
    paper.web.pages[f"{HOST}/news/2"] = conditional(story(2))
    paper.web.pages[f"{HOST}/feed"] = conditional(feed(2, 1), '"never"')

    nights = [paper.comes_out(days)[0].counts["new"] for days in (1, 5, 1)]
    paper.web.pages[f"{HOST}/news/3"] = conditional(story(3))
    paper.web.pages[f"{HOST}/feed"] = conditional(feed(3, 2, 1), '"never"')
    after = paper.comes_out()[0].counts["new"]

    assert nights == [0, 0, 1]
    assert after == 1


def test_one_article_under_five_addresses_is_fetched_once_and_has_four_aliases(paper: Paper) -> None:
    own = f"{HOST}/news/flood-in-the-old-town-48151"
    others = [f"{own}/amp", "http://m.a.test/news/flood-in-the-old-town-48151", f"{own}?print=1", f"{own}/"]
    paper.source = replace(paper.source, sections=(f"{HOST}/more",), allow=(r"/news/",))
    listed = "".join(f'<a href="{url}">…</a>' for url in others if url.startswith(HOST))
    paper.web.pages[f"{HOST}/feed"] = sites.answer(200, sites.feed(others[0], others[1], f"{own}?utm_source=feed"))
    paper.web.pages[f"{HOST}/more"] = sites.answer(200, f"<html><body>{listed}</body></html>".encode())
    paper.web.pages |= {url: sites.answer(200, story(1, canonical=own)) for url in (own, *others)}
    paper.web.pages[f"{own}?utm_source=feed"] = sites.answer(200, story(1, canonical=own))

    nights = [paper.comes_out()[1] for _ in range(2)]

    asked = [path for night in nights for path in night if "flood" in path]
    assert len(asked) == 2 and len(set(asked)) == 1
    assert rows(paper.conn, "select count(*) from articles") == [(1,)]
    assert rows(paper.conn, "select count(*) from urls where alias_of is not null and state = 'duplicate'") == [(4,)]


def test_a_redirect_gives_the_page_to_the_address_it_led_to(paper: Paper) -> None:
    old, own = f"{HOST}/go?id=77123", f"{HOST}/news/77123-flood"
    paper.source = replace(paper.source, sitemaps=(f"{HOST}/sitemap.xml",))
    paper.web.pages |= {
        f"{HOST}/feed": sites.answer(200, sites.feed(old)),
        old: sites.answer(302, b"", Location=own),
        own: conditional(story(7)),
        f"{HOST}/sitemap.xml": sites.answer(200, f"<urlset><url><loc>{own}</loc></url></urlset>".encode()),
    }
    paper.comes_out()

    _, asked = paper.comes_out()

    assert [path for path in asked if path.startswith("/go")] == []
    assert rows(paper.conn, "select url, state, reason from urls where kind = 'article' order by id") == [
        (old, "duplicate", "alias: redirected"),
        (own, "unchanged", "status 304"),
    ]
    told = [row["reason"] for row in ledger.history_of_url(paper.conn, old) if row["what"] == "now: alias"]
    assert told == [f"alias of {own}, alias: redirected"]


def test_pages_that_all_lead_to_one_greeting_are_no_aliases_of_it(paper: Paper) -> None:
    stories = [f"{HOST}/news/{n}00012" for n in range(1, 6)]
    paper.web.pages[f"{HOST}/feed"] = sites.answer(200, sites.feed(*stories))
    paper.web.pages |= {url: sites.answer(302, b"", Location=f"{HOST}/welcome") for url in stories}
    paper.web.pages[f"{HOST}/welcome"] = sites.answer(200, story(3))

    paper.comes_out()

    (aliases,) = rows(paper.conn, "select count(*) from urls where alias_of is not null and reason like 'alias%'")
    assert aliases[0] <= 2


def test_a_canonical_url_named_by_every_page_loses_no_article(paper: Paper) -> None:
    paper.prints(4, 3, 2, 1)
    for n in range(1, 5):
        paper.web.pages[f"{HOST}/news/{n}"] = conditional(story(n, canonical=f"{HOST}/news/the-one-page-of-all"))

    paper.comes_out()

    assert rows(paper.conn, "select count(*) from articles") == [(4,)]
    assert rows(paper.conn, "select count(*) from urls where alias_of is not null") == [(0,)]


def test_sections_are_followed_for_as_long_as_they_bring_something_new(paper: Paper) -> None:
    paper.source = replace(paper.source, feeds=(), sections=(f"{HOST}/news/",), allow=(r"/news/\d+$",))
    pages = {1: (6, 5), 2: (4, 3), 3: (2, 1), 4: (2, 1), 5: (2, 1)}
    for page, numbers in pages.items():
        links = "".join(f'<a href="/news/{n}">فيضان {n}</a>' for n in numbers)
        further = f'<a rel="next" href="/news/?page={page + 1}">التالي</a>'
        where = f"{HOST}/news/" + ("" if page == 1 else f"?page={page}")
        paper.web.pages[where] = conditional(f"<html><body>{links}{further}</body></html>".encode())
    paper.web.pages |= {f"{HOST}/news/{n}": conditional(story(n)) for n in range(1, 8)}

    first = [path for path in paper.comes_out()[1] if "?" in path or path == "/news/"]
    second = [path for path in paper.comes_out()[1] if "?" in path or path == "/news/"]

    assert first == ["/news/", "/news/?page=2", "/news/?page=3", "/news/?page=4"]
    assert second == ["/news/"]
    assert rows(paper.conn, "select count(*) from articles") == [(6,)]


def test_a_dead_feed_is_a_note_while_another_works(paper: Paper) -> None:
    paper.prints(1)
    paper.source = replace(paper.source, feeds=(f"{HOST}/old-feed", f"{HOST}/feed"))

    tally, _ = paper.comes_out()

    assert tally.state == "done" and tally.counts["new"] == 1
    assert tally.message == f"trouble with 1: {HOST}/old-feed status 404"


@pytest.mark.parametrize(
    ("lists", "body", "kind"),
    [
        ({"feeds": (f"{HOST}/mails", f"{HOST}/feed")}, sites.feed(MAIL), "application/rss+xml"),
        (
            {"sitemaps": (f"{HOST}/mails",)},
            f"<urlset><url><loc>{MAIL}</loc></url></urlset>".encode(),
            "application/xml",
        ),
    ],
    ids=["feed", "sitemap"],
)
def test_a_list_whose_addresses_are_none_that_a_crawl_can_ask_for_is_told(
    paper: Paper, lists: dict[str, Any], body: bytes, kind: str
) -> None:
    paper.prints(1)
    paper.web.pages[f"{HOST}/mails"] = sites.answer(200, body, kind)
    paper.source = replace(paper.source, **lists)

    tally, _ = paper.comes_out()

    assert tally.message == f"trouble with 1: {HOST}/mails names no address that can be asked for"


def test_what_the_page_budget_leaves_is_told_and_had_the_next_night(paper: Paper) -> None:
    paper.prints(5, 4, 3, 2, 1)
    paper.source = replace(paper.source, max_pages=3)

    first, second = (paper.comes_out(0.01)[0] for _ in range(2))

    assert first.message == "its 3 pages a run are used up, 2 URLs are left for the next crawl"
    assert second.counts["fetched"] == 2
