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
        "<p><img src=a></p><p class=caption>Photo 3: agency</p>",
        "<table><tr><td><img src=a><br><small>Foto: Verlag</small></td></tr></table>",
        "<p>Photo by Ann Writer</p>",
        "<p>Foto von Anna Schreiber</p>",
        "<p>Photo by Ann Writer for Paper/Reuters.</p>",
        "<p>(Foto von Anna Schreiber)</p>",
        "<figcaption>Die Fähre im Jahr der Flut, am Ufer. Foto von Anna Schreiber</figcaption>",
        "<figcaption>The ferry in the year of the flood. (Photo by Ann Writer/Reuters)</figcaption>",
        "<p>Photo by Anna van der Berg for The River Paper</p>",
        "<p>Photo by Omar bin al Said</p>",
        "<p>Photo by Ann Writer on Unsplash</p>",
        "<p>Image by Ann Writer from Pixabay, 2026</p>",
        "<p>Photo from: the yard</p>",
        "<p>Image via @ferry</p>",
        "<p>Pictures provided by the yard</p>",
        "<p>Picture supplied by the ferry's captain</p>",
        "<p>Photos provided by Ann Writer</p>",
        "<p>Image used under license from the yard</p>",
        "<img src=a><p>The ferry at its mooring in the year of the flood. Photo by: 'Ann Writer'.</p>",
        "<div><a href=/><img src=a></a></div><div><p>The ferry at noon. Image courtesy of The River Paper</p></div>",
        "<figcaption>The ferry at its mooring in the year of the flood. Photo by Ann Writer/Reuters</figcaption>",
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
        "<p>Photo 3: agency</p>",
        "<p><img src=a></p><p>Photos: they are all of the yard, as she said</p>",
        "<p><img src=a></p><p>Photo: he has it.</p>",
        "<h2>Photo by photo</h2>",
        "<h3>Photo by Ann Writer</h3>",
        "<p>Image courtesy of the yard that has built all of the ferries of the lower town</p>",
        "<p>Photos By Reuters Show Smoke Over The Lower Town</p>",
        f"<figcaption>{'The ferry was back on the river on Monday. ' * 5}Photo by Ann Writer</figcaption>",
        "<p>Images from the scene showed people running for cover.</p>",
        "<p>Photos provided by police show the suspect fleeing.</p>",
        "<p>Photos provided by police show the suspect</p>",
        "<p>Photos provided by the police show the suspect</p>",
        "<p>Photos by Reuters show smoke</p>",
        "<p>Image credits Oscar nomination to luck</p>",
        "<p>Foto von Panzern</p>",
        "<p>Fotos de la boda circularon en redes sociales.</p>",
        "<p>Bilder von der Front zeigen zerstörte Panzer.</p>",
        "<p>Bilder von Panzern</p>",
        "<p>Pictures supplied the proof.</p>",
        "<p>Photo by photo, she rebuilt her family's past.</p>",
        "<p>“Pictures from your childhood?”</p>",
        "<p>Images via Telegram showed smoke over the port.</p>",
        "<p>Photos by Reuters show it.</p>",
        "<p>He was arrested on Monday. Photos from the scene showed police at the door.</p>",
        "<img src=a><p>He was arrested on Monday. Photos by Reuters showed police at the door.</p>",
        "<p>Zehn Menschen starben. Bilder von Überwachungskameras zeigen den Täter kurz vor der Tat.</p>",
        "<p>He was arrested on Monday, said the court, and will stay where he is. Photo by Ann Writer</p>",
        "<p>Source: I never saw him.</p>",
        "<p>Source: three of 12</p>",
        "<p>Source: वह लौट आई।</p>",
        "<p>Source: 渡船回来！</p>",
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
        ("<p>More from the river</p>", []),
        ("<h2>The ferry that had sunk at its mooring leaves for the lower town again</h2>", []),
        ("<h2>Ferryboatspassengersassociation Steamnavigationcompanies Riversidetown</h2>", []),
        ("<h3>Twelve dead, 40 hurt</h3>", []),
        ("<h3>The captain said ‘we will cross’</h3>", []),
        ("<h3>नाव फिर चली।</h3>", []),
        ("<h3>What the captain says:</h3>", []),
        ("<h3>Ի՞նչ ասաց նավապետը։</h3>", []),
        ("<h3>חברי הצוות</h3>", []),
        ("<h3>เรือกลับ</h3>", []),
        ("<h3>船が戻る</h3>", []),
        ("<h3>渡船恢复通航</h3>", []),
        ("<h3>ເຮືອກັບມາ</h3>", []),
    ],
)
def test_a_heading_that_nothing_follows_is_cut(inside: str, cut: list[int]) -> None:
    found = blocks_of(inside)

    assert find_bare_heading(found, range(len(found))) == cut


def test_a_heading_below_a_dateline_alone_is_the_news() -> None:
    tree = parse(
        "<html><body><article><p>القاهرة (رويترز) -</p><h2>العبارة تعود إلى النهر</h2></article></body></html>"
    )
    assert tree is not None
    found = blocks(tree)

    assert len(found) == 2
    assert find_bare_heading(found, range(2)) == []
    assert find_bare_heading(found, []) == []
