"""Whose a picture is, and a heading that nothing follows, are left over in a text and no part of it."""

from __future__ import annotations

import pytest

from pipelines.extract.blocks import Block, blocks
from pipelines.extract.markup import parse
from pipelines.extract.text.credits import find_bare_heading, find_credits

PROSE = "<p>The ferry was back on the river on Monday, two years after the flood that had sunk it at its mooring.</p>"


def blocks_of(inside: str) -> list[Block]:
    tree = parse(f"<html><body><article>{PROSE}{inside}</article></body></html>")
    assert tree is not None
    return blocks(tree)


@pytest.mark.parametrize(
    "line",
    [
        "<p>Image courtesy of the ferry's yard</p>",
        "<p>Photo by Ann Writer</p>",
        "<p>Foto von Anna Schreiber</p>",
        "<p>The ferry at its mooring in the year of the flood. Photo by: 'Ann Writer'.</p>",
        "<p>Source: <a href=https://yard.test>www.yard.test</a></p>",
        "<figcaption>Credit: The River Paper</figcaption>",
    ],
)
def test_a_line_that_says_whose_a_picture_is_is_cut(line: str) -> None:
    found = blocks_of(line)

    assert find_credits(found, range(len(found))) == [1]


@pytest.mark.parametrize(
    "line",
    [
        "<p>Photos by the hundred lay on the floor of the yard, and nobody knew who had taken any of them at all.</p>",
        "<p>Images of the flood were shown in the town hall.</p>",
        "<p>Sources: three of the crew, who did not want to be named here</p>",
        "<p>Source of the river</p>",
        "<h2>Photo by photo</h2>",
    ],
)
def test_a_sentence_about_pictures_stays(line: str) -> None:
    found = blocks_of(line)

    assert find_credits(found, range(len(found))) == []


@pytest.mark.parametrize(
    ("inside", "cut"),
    [
        ("<h3>More from the river</h3>", [1]),
        ("<h3>More from the river</h3><p>The flood came in May.</p>", []),
        ("<h3>Will it ever leave again?</h3>", []),
        ("<h2>The crew</h2><h3>Ann</h3>", []),
    ],
)
def test_a_heading_that_nothing_follows_is_cut(inside: str, cut: list[int]) -> None:
    found = blocks_of(inside)

    assert find_bare_heading(found, range(len(found))) == cut
