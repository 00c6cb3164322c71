"""What leaves a feed: with an old entry pinned on top, and just after it was looked at."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.papers import HOST, Paper, conditional, feed


def pinned(*numbers: int) -> bytes:
    old = datetime.now(UTC) - timedelta(days=20)
    item = (
        f"<item><title>50</title><link>{HOST}/news/50</link><pubDate>{old:%a, %d %b %Y %H:%M:%S} +0000</pubDate></item>"
    )
    return feed(*numbers).replace(b"<channel>", b"<channel>" + item.encode())


def test_an_entry_pinned_for_weeks_does_not_make_everything_else_look_removed(paper: Paper) -> None:
    paper.prints(50, *range(90, 80, -1))
    paper.web.pages[f"{HOST}/feed"] = conditional(pinned(*range(90, 80, -1)), kind="application/rss+xml")
    paper.comes_out()
    paper.comes_out(8)
    paper.prints(*range(96, 80, -1))
    paper.web.pages[f"{HOST}/feed"] = conditional(pinned(*range(96, 86, -1)), kind="application/rss+xml")

    _, asked = paper.comes_out(0.5)

    assert [path for path in asked if path.startswith("/news")] == [f"/news/{n}" for n in range(91, 97)]


def test_an_article_that_left_its_list_is_not_asked_for_twice_in_a_run(paper: Paper) -> None:
    paper.prints(*range(9, 0, -1))
    paper.comes_out()
    paper.lists(9, 7, 6, 5, 4, 3, 2, 1)

    _, asked = paper.comes_out(0.05)

    assert len(asked) == len(set(asked)), asked
