"""Lists of links inside a text: a table of contents is no part of it, and of a list of links no scraps are left."""

from __future__ import annotations

import pytest

from pipelines.extract.blocks import Block, blocks
from pipelines.extract.markup import parse
from pipelines.extract.text.contents import find_contents, find_scraps

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


@pytest.mark.parametrize(
    "inside",
    [
        list_of("/river/part-"),
        list_of("https://other.test/river/guide#part-"),
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
