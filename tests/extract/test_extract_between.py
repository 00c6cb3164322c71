"""Blocks that are doubted alone, between those of a text: sentences of links, and headings of parts."""

from __future__ import annotations

import pytest

from pipelines.extract.blocks import blocks
from pipelines.extract.markup import parse
from pipelines.extract.text.between import find_between
from pipelines.extract.text.block_chances import JudgedBlock

# More words than a subhead has.
SHORT = 8
PROSE = "<p>The ferry was back on the river on Monday, two years after the flood.</p>"
LINKED = "<p><a href=/town>The lower town</a> pays <a href=/fund>the fund of the river</a> each year.</p>"
HEADLINE = "لماذا غادر وفد المعارضة محادثات جنيف الأسبوع الماضي قبل انتهائها؟"
PART = "<section><h3>{}</h3><div>Two of the ferries are at their mooring again since Monday.</div></section>"


def added(inside: str, chance: float, kept: float = 0.9) -> list[str]:
    """What is added to the paragraphs and boxes of a text whose other blocks have this chance."""
    tree = parse(f"<html><body><article>{inside}</article></body></html>")
    assert tree is not None
    found = blocks(tree)
    sure = [block.tag != "h3" and not block.linked for block in found]
    judged = [JudgedBlock(block, "", 0.0, kept if mine else chance) for block, mine in zip(found, sure, strict=True)]
    return [found[number].text for number in sorted(find_between(judged, [n for n, mine in enumerate(sure) if mine]))]


def test_a_sentence_of_links_between_two_paragraphs_is_one_of_them() -> None:
    assert added(PROSE + LINKED * 2 + PROSE, 0.4) == ["The lower town pays the fund of the river each year."] * 2


def test_the_headings_of_parts_are_part_of_the_text() -> None:
    assert added("".join(map(PART.format, ("Ann", "Bo", "Cy"))), 0.4) == ["Bo", "Cy"]


@pytest.mark.parametrize(
    ("inside", "chance"),
    [
        (PROSE + LINKED + PROSE, 0.1),
        (PROSE + LINKED, 0.4),
        (f"{PROSE}<p><a href=/999>{HEADLINE}</a></p>{PROSE}", 0.4),
        (PROSE + LINKED.replace(" each year.", "") + PROSE, 0.4),
        (f"{PROSE}<div>{LINKED}</div>{PROSE}", 0.4),
        (PROSE + LINKED.replace("<p>", "<p class=related>") + PROSE, 0.4),
        (f"{PROSE}<p><a href=/town>Read on.</a></p>{PROSE}", 0.4),
        (PART.format("Ann") + PART.format("Bo"), 0.4),
        ("".join(map(PART.format, ("Ann", "Bo", "Cy"))), 0.2),
        ("".join(map(PART.format, ("<a href=/a>Ann</a>", "<a href=/b>Bo</a>", "<a href=/c>Cy</a>"))), 0.4),
        ("".join(map(PART.replace("<h3", "<h3 class=related").format, ("Ann", "Bo", "Cy"))), 0.4),
        ("", 0.4),
    ],
)
def test_what_only_looks_like_it_stays_out(inside: str, chance: float) -> None:
    assert added(inside, chance) == []


SUBHEADS = [
    ("fa", "بیشتر از یک پل", "شورای شهر روز سه‌شنبه تصمیم گرفت اسکلهٔ شرقی را پس از دو زمستان توفانی از نو بسازد."),
    ("fr", "Commentaires de la mairie", "Le conseil du port a décidé mardi de reconstruire le quai après deux hivers."),
    (
        "ar",
        "المزيد من الجسور",
        "قرر مجلس الميناء يوم الثلاثاء إعادة بناء الرصيف الشرقي بعد شتاءين كسرت فيهما العواصف حجارته.",
    ),
    (
        "es",
        "Comentarios de los vecinos",
        "La junta del puerto decidió el martes reconstruir el muelle tras dos inviernos de mal tiempo.",
    ),
]


@pytest.mark.parametrize("heading", ["<h2>{}</h2>", "<h4>{}</h4>", "<p><strong>{}</strong></p>"])
@pytest.mark.parametrize("subhead", SUBHEADS, ids=[one[0] for one in SUBHEADS])
def test_a_subhead_that_begins_like_a_label_stays_where_the_text_goes_on(
    subhead: tuple[str, str, str], heading: str
) -> None:
    _, words, told = subhead
    prose = f"<p>{told}</p>"

    made = read(prose, heading.format(words), prose)
    last = read(prose, heading.format(words), "<div><a href=/1>1</a></div>")

    assert made == {words}
    assert last == set()


def read(above: str, heading: str, below: str) -> set[str]:
    """What is added between two paragraphs to a text that has only these."""
    tree = parse(f"<html><body><article>{above}{heading}{below}</article></body></html>")
    assert tree is not None
    found = blocks(tree)
    prose = [number for number, block in enumerate(found) if block.words > SHORT and not block.linked]
    judged = [JudgedBlock(block, "", 0.0, 0.9 if number in prose else 0.4) for number, block in enumerate(found)]
    return {found[number].text for number in find_between(judged, prose)}
