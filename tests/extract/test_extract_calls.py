"""Boxes and lines inside an article that call its reader away from it are no part of it."""

from __future__ import annotations

import pytest

from pipelines.extract.blocks import blocks
from pipelines.extract.markup import parse
from pipelines.extract.text.calls import find_calls

PROSE = "<p>The ferry was back on the river on Monday, two years after the flood that had sunk it at its mooring.</p>"
BOX = "<div class={}><h4>Want to cross with less effort?</h4><p>Book your seats with our river pass today.</p></div>"


def called_away(inside: str) -> list[str]:
    """What is cut of an article of twenty paragraphs with this in its middle, all of it kept so far."""
    tree = parse(f"<html><body><article>{PROSE * 10}{inside}{PROSE * 10}</article></body></html>")
    assert tree is not None
    found = blocks(tree)
    return [found[number].text for number in find_calls(found, range(len(found)))]


@pytest.mark.parametrize("name", ["cta", "post-cta", "sb-cta-box", "callToAction", "call-to-action"])
def test_a_box_that_is_called_after_what_it_asks_for_is_cut(name: str) -> None:
    cut = called_away(BOX.format(name))

    assert cut == ["Want to cross with less effort?", "Book your seats with our river pass today."]


@pytest.mark.parametrize(
    "line",
    [
        "<p>» <a href=/a>What the flood left of the lower town</a></p>",
        "<p>👉 <a href=/a>What the flood left of the lower town</a></p>",
        "<p>&gt;&gt; More: <a href=/a>What the flood left of the lower town</a></p>",
        "<p><a href=/a>WHAT THE FLOOD LEFT OF THE LOWER TOWN&gt;&gt;</a></p>",
        "<p>Read our full <a href=/a>River Ferry 12</a> review</p>",
        "<p><a href=/a>Buy the Ferry 12 from its yard</a></p>",
        "<p><a href=/a>Jetzt den Newsletter der Fähre bestellen</a></p>",
        "<p><a href=/a>اقرأ أيضا ما تركه الفيضان</a></p>",
        "<p>See <a href=/a>What the flood left</a> | <a href=/b>Who raised the ferry</a> | <a href=/c>Its crew</a></p>",
    ],
)
def test_a_line_that_is_hardly_more_than_a_link_to_somewhere_else_is_cut(line: str) -> None:
    assert len(called_away(line)) == 1


def test_the_box_to_sign_up_in_is_cut() -> None:
    cut = called_away("<div class=newsletter-signup><p>Once a week, all of the river.</p><p>Free of charge.</p></div>")

    assert cut == ["Once a week, all of the river.", "Free of charge."]


def test_a_button_that_stands_beside_every_thing_is_cut() -> None:
    cut = called_away("".join(f"<p>Ferry {n}</p><div><a href=/{n}>Ferry prices</a></div>" for n in range(3)))

    assert cut == ["Ferry prices"] * 3


@pytest.mark.parametrize(
    "inside",
    [
        "<div><a href=/a>Ferry prices</a></div>" * 2,
        "<p>Ferry | <a href=/b>raised</a> | 12 seats | a bell</p>",
        "<p class=subscribe-only>Once a week, all of the river.</p>",
        "<div class=paywall><p>Once a week, all of the river.</p></div>",
        BOX.format("voctape"),
        BOX.format("facta"),
        f"<div class=cta>{PROSE * 10}</div>",
        BOX.format("cta") * 12,
        f"<div class=cta><p>{'The ferry crosses the river at noon. ' * 6}</p></div>",
        "<p>» The ferry is back, said the captain, and it will stay.</p>",
        "<p>Buy the <a href=/a>Ferry 12</a> when it is new, for the yard builds only ten of them in a year.</p>",
        "<ul><li><a href=/a>Buy the ferry</a></li></ul>",
        "<h3><a href=/a>Get the ferry</a></h3>",
        "".join(f"<p>→ <a href=/{n}>The lower town in the year {n}</a></p>" for n in range(1990, 1996)),
    ],
)
def test_what_only_looks_like_it_stays(inside: str) -> None:
    assert called_away(inside) == []
