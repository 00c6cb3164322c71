"""A source file whose patterns are edited between two runs, while its feed stays as it is."""

from __future__ import annotations

from dataclasses import replace

from tests.databases import rows
from tests.papers import Paper


def test_what_the_patterns_let_in_now_is_fetched_though_no_list_changed(paper: Paper) -> None:
    paper.source = replace(paper.source, allow=("/story/",))
    paper.prints(1, 2)
    paper.comes_out(ends="failed")
    paper.source = replace(paper.source, allow=())

    _, asked = paper.comes_out()

    assert {"/news/1", "/news/2"} <= set(asked)


def test_what_waits_and_is_denied_now_is_not_fetched(paper: Paper) -> None:
    paper.source = replace(paper.source, max_pages=1)
    paper.prints(3, 2, 1)
    paper.comes_out()
    paper.source = replace(paper.source, max_pages=500, deny=("/news/1",))

    _, asked = paper.comes_out()

    assert "/news/1" not in asked and "/news/2" in asked
    assert rows(paper.conn, "select url, reason from urls where state = 'excluded'") == [
        ("http://a.test/news/1", "deny: /news/1")
    ]
