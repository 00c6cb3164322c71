"""Lists of links inside a text: a table of contents is no part of it, and of a list of links no scraps are left."""

from __future__ import annotations

import pytest

from pipelines.extract.blocks import Block, blocks
from pipelines.extract.markup import parse
from pipelines.extract.text.contents import find_contents, find_scraps
from tests import clock

URL = "https://ferry.test/river/guide"
PROSE = "<p>The ferry was back on the river on Monday, two years after the flood that had sunk it at its mooring.</p>"
CHAPTERS = ("When the ferry leaves", "What it costs", "Who may board first")


def blocks_of(inside: str) -> list[Block]:
    tree = parse(f"<html><body><article>{PROSE}{inside}{PROSE}</article></body></html>")
    assert tree is not None
    return blocks(tree)


def list_of(address: str) -> str:
    return "<ul>" + "".join(f"<li><a href='{address}{n}'>{name}</a></li>" for n, name in enumerate(CHAPTERS)) + "</ul>"


@pytest.mark.parametrize("address", ["#part-", "/river/guide#part-", "https://ferry.test/river/guide#part-"])
def test_a_table_of_contents_is_cut_with_its_name(address: str) -> None:
    found = blocks_of(f"<h2>In this article</h2>{list_of(address)}")

    cut = find_contents(found, range(len(found)), URL)

    assert [found[number].text for number in sorted(cut)] == ["In this article", *CHAPTERS]


def test_a_link_without_a_query_leads_to_its_page_with_what_counts_readers() -> None:
    found = blocks_of(f"<h2>In this article</h2>{list_of('/river/guide#part-')}")

    assert find_contents(found, range(len(found)), f"{URL}?from=feed") == {1, 2, 3, 4}


@pytest.mark.parametrize("address", ["?page=2#part-", "/river/guide?page=2#part-"])
def test_a_table_of_contents_of_a_page_with_a_query_leads_to_the_same_query(address: str) -> None:
    found = blocks_of(f"<h2>In this article</h2>{list_of(address)}")

    assert find_contents(found, range(len(found)), f"{URL}?page=2") == {1, 2, 3, 4}
    assert find_contents(found, range(len(found)), f"{URL}?page=3") == {1}


PLACES = "".join(f"<h2 id=part-{n}>{name}</h2>{PROSE}" for n, name in enumerate(CHAPTERS))
SECTION = "<h3><a href='https://ferry.test/river/guide#s{0}'>{0}. The old town</a></h3><img src=a id=s{0}>"
VERSE = "<p><a id=v{0} href=#n{0}>The ferry went down</a></p>"
NOTE = "<p id=n{0}>In the year of the flood. <a href=#v{0}>Back</a></p>"
HELD = "<div id=e{0}><p><a href=#e{0}>The flood came in</a></p></div>"


def test_a_table_of_contents_without_a_name_is_cut_if_its_chapters_are_on_the_page() -> None:
    found = blocks_of(list_of("#part-") + PLACES)

    assert find_contents(found, range(len(found)), URL) == {1, 2, 3}


def test_a_name_is_cut_where_the_list_below_it_is_not_kept() -> None:
    found = blocks_of(f"<h2>Inhalt</h2>{list_of('/river/part-')}")

    assert find_contents(found, [0, 1, 5], URL) == {1}


@pytest.mark.parametrize("name", ["Table of contents:", "Inhaltsverzeichnis", "On this page"])
def test_a_name_that_nothing_else_has_is_cut_wherever_it_stands(name: str) -> None:
    found = blocks_of(f"<h2>{name}</h2>{PROSE}")

    assert find_contents(found, range(len(found)), URL) == {1}


def test_a_name_is_cut_with_two_links_below_it() -> None:
    found = blocks_of("<p>Contents</p><p><a href=#when>When it leaves</a></p><p><a href=#cost>What it costs</a></p>")

    assert find_contents(found, range(len(found)), URL) == {1}


@pytest.mark.parametrize(
    "inside",
    [
        list_of("/river/part-"),
        list_of("#part-"),
        f"<h3>Inhalt</h3>{PROSE}",
        f"<h3>Contents</h3>{list_of('/river/part-')}",
        f"<table><tr><th>Contents</th><td><a href=#a>Rope</a></td></tr><tr><td>12</td></tr></table>{PROSE}",
        "".join(SECTION.format(n) for n in range(4)),
        "".join(VERSE.format(n) for n in range(4)) + "".join(NOTE.format(n) for n in range(4)),
        "".join(HELD.format(n) for n in range(4)),
        "<div><a href=#part-0>One</a><br><a href=/river>Two</a><br><a href=#part-1>Three</a></div>" + PLACES,
        list_of("https://other.test/river/guide#part-"),
        list_of("?page=2#part-") + PLACES,
        list_of("/river/guide?page=2#part-") + PLACES,
        "<p>It leaves <a href=#when>at noon</a>, and the crossing costs <a href=#cost>two coins</a>.</p>" * 3,
        "<ul><li><a href=#when>When the ferry leaves</a></li><li><a href=#cost>What it costs</a></li></ul>",
        "<ul><li><a href='http://[#a'>No address</a></li></ul>" * 3,
    ],
)
def test_a_list_that_leads_elsewhere_and_a_few_links_stay(inside: str) -> None:
    found = blocks_of(inside)

    assert find_contents(found, range(len(found)), URL) == set()


def test_the_smaller_part_of_a_list_of_links_is_cut() -> None:
    found = blocks_of(list_of("/river/part-"))
    links = [block.number for block in found if block.tag == "li"]
    prose = [block.number for block in found if block.tag == "p"]

    assert find_scraps(found, [*prose, links[1]]) == [links[1]]
    assert find_scraps(found, [*prose, *links[:2]]) == []


def test_a_list_of_things_is_not_one_of_links() -> None:
    found = blocks_of("<ul><li><a href=/a>Rope</a></li><li>an anchor of iron</li><li>oars</li><li>a bell</li></ul>")

    assert find_scraps(found, [block.number for block in found if block.linked]) == []


def test_four_thousand_links_in_one_place_are_judged_at_once() -> None:
    found = blocks_of(f"<div>{'<a href=#part-0>One part of it</a><br>' * 4000}</div>{PLACES}")

    with clock.cpu_below(2):
        cut = find_contents(found, range(len(found)), URL)

    assert cut == set(range(1, 4001))
