"""Lists that a source or an index names no more: what is asked for afterwards."""

from __future__ import annotations

from dataclasses import replace

from tests import sites
from tests.papers import HOST, Paper, conditional
from tests.sites import Answer

SPACE = "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'"


def index(*days: int) -> Answer:
    named = "".join(f"<sitemap><loc>{HOST}/day{n}.xml</loc></sitemap>" for n in days)
    return conditional(f"<sitemapindex {SPACE}>{named}</sitemapindex>".encode(), kind="application/xml")


def day(n: int) -> Answer:
    body = f"<urlset {SPACE}><url><loc>{HOST}/news/{n}</loc></url></urlset>"
    return conditional(body.encode(), kind="application/xml")


def lists(asked: list[str]) -> list[str]:
    return [path for path in asked if not path.startswith("/news")]


def test_a_sitemap_that_its_index_names_no_more_is_left_alone_until_it_is_named_again(paper: Paper) -> None:
    paper.source = replace(paper.source, feeds=(), sitemaps=(f"{HOST}/index.xml",))
    paper.prints(1, 2, 3)
    paper.web.pages |= {f"{HOST}/day{n}.xml": day(n) for n in (1, 2, 3)}
    paper.web.pages[f"{HOST}/index.xml"] = index(1, 2)
    paper.comes_out()
    paper.web.pages[f"{HOST}/index.xml"] = index(3, 2)
    paper.comes_out(0.01)

    _, asked = paper.comes_out(0.01)
    paper.web.pages[f"{HOST}/index.xml"] = index(1, 2)
    _, later = paper.comes_out(0.01)

    assert lists(asked) == ["/day2.xml", "/day3.xml", "/index.xml"]
    assert "/day1.xml" in later


def test_lists_that_left_the_file_are_asked_for_no_more_and_read_anew_when_they_return(paper: Paper) -> None:
    whole = replace(paper.source, feeds=(f"{HOST}/feed", f"{HOST}/old"), sitemaps=(f"{HOST}/index.xml",))
    paper.prints(1, 2)
    paper.web.pages[f"{HOST}/old"] = sites.answer(500, b"broken")
    paper.web.pages[f"{HOST}/day1.xml"] = day(1)
    paper.web.pages[f"{HOST}/index.xml"] = index(1)
    few, paper.source = paper.source, whole
    paper.comes_out()

    paper.source = few
    tally, asked = paper.comes_out(0.01)
    paper.source = replace(whole, feeds=few.feeds)
    _, back = paper.comes_out(0.01)

    assert lists(asked) == ["/feed"]
    assert tally.message == "nothing new"
    assert lists(back) == ["/day1.xml", "/feed", "/index.xml"]
