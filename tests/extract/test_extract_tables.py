"""Tables and lists of terms inside an article: all of their cells, or none."""

from __future__ import annotations

import pytest

from pipelines.extract.blocks import blocks
from pipelines.extract.markup import parse
from pipelines.extract.text.tables import complete_tables
from tests.pages import BODY, TITLE, article, html

RATES = [
    ["البنك", "شراء", "بيع"],
    ["البنك الأهلي", "48.50", "48.60"],
    ["بنك الشمال", "48.51", "48.61"],
    ["بنك الزراعة", "48.49", "48.59"],
]
DAYS = [["09:15", "أغلقت الشرطة الجسر بعد سماع صوت انهيار في الدعامة"],
        ["10:40", "دخل المهندسون الدعامة ووجدوا فيها شرخا طويلا"],
        ["13:05", "أعيد فتح الجسر أمام المشاة من جهة واحدة فقط"]]  # fmt: skip


def table(rows: list[list[str]]) -> str:
    inside = ("".join(f"<td>{cell}</td>" for cell in row) for row in rows)
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in inside)}</table>"


@pytest.mark.parametrize("rows", [RATES, DAYS, RATES[1:]])
@pytest.mark.parametrize("box", ["{}", "<figure>{}</figure>", "<div class=box>{}</div>"])
def test_a_text_has_all_cells_of_a_table_or_none(rows: list[list[str]], box: str) -> None:
    inside = [f"<p>{line}</p>" for line in BODY]
    told = [*inside[:2], box.format(table(rows)), *inside[2:]]

    made = article(html(f"<article><h1>{TITLE}</h1>{''.join(told)}</article>"))

    lines = made.text.split("\n")
    cells = [cell for row in rows for cell in row]
    assert [line for line in lines if line not in cells] == BODY
    assert [line for line in lines if line in cells] in ([], cells)


@pytest.mark.parametrize(("kept", "added", "cut"), [({0, 2, 4, 5}, {1, 2, 3, 4}, set()), ({0, 1, 5}, set(), {1})])
def test_a_list_of_terms_is_kept_whole_or_not_at_all(kept: set[int], added: set[int], cut: set[int]) -> None:
    terms = "".join(f"<dt>Boat {number}</dt><dd>seats {number}0 people</dd>" for number in range(2))
    tree = parse(f"<body><p>The ferries of the river:</p><dl>{terms}</dl><p>All leave at noon.</p></body>")
    assert tree is not None

    assert complete_tables(blocks(tree), kept, ()) == (added, cut)


@pytest.mark.parametrize(
    ("story", "beside"),
    [
        ("<p>The old ferry sails again.</p><p>It had sunk in the flood.</p><p>All seats are sold.</p>",
         "<dd class=comments><p>How nice that is!</p><p>At last, I say.</p></dd>"),
        ("<p>The old ferry sails again.</p><p>It had sunk in the flood.</p><p>All seats are sold.</p>",
         "<dd class=footer>All rights of the paper reserved.</dd>"),
        ("<p>The old ferry sails again.</p>",
         "<dd class=related>The council of the town votes on the price of bread and on the new bridge at noon</dd>"),
    ],
)  # fmt: skip
def test_a_list_that_lays_out_the_page_is_none_of_terms(story: str, beside: str) -> None:
    tree = parse(f"<body><dl><dt>Story</dt><dd>{story}</dd><dt>More</dt>{beside}</dl></body>")
    assert tree is not None
    found = blocks(tree)
    kept = {number for number, block in enumerate(found) if block.tag == "p" and block.text in story}

    assert complete_tables(found, kept, ()) == (set(), set())


def test_a_table_that_lays_out_the_page_is_none_of_figures() -> None:
    rows = "".join(f"<p>{line}</p>" for line in BODY)
    menu = "<tr><td>الرئيسية</td><td>أخبار</td></tr>"
    layout = f"<table>{menu}<tr><td><h1>{TITLE}</h1>{rows}</td><td>إعلان</td></tr></table>"

    assert article(html(layout)).text.split("\n") == BODY
