"""Tables of figures and lists of terms: a text contains either all cells of a table or none.

If a table were cut cell by cell, a few names would stay as stray lines. A table that lays out a page is not a table of
figures.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from lxml.html import HtmlElement

from pipelines.extract.blocks import Block, around

REASON = "table"
# A table of figures has at least CELLS cells and ROWS rows; a row counts if it has at least two cells. A cell has at
# most LONGEST_CELL words.
CELLS, ROWS, LONGEST_CELL = 4, 2, 60
# A table is kept as a whole if at least this share of its words was kept; else it is cut as a whole.
WHOLE = 0.5
# If the kept cells are sentences (they have SENTENCE words or more on average), the smaller share TOLD is enough to
# keep the table as a whole.
TOLD, SENTENCE = 0.3, 5


def complete_tables(
    found: Sequence[Block], kept: Collection[int], titles: Collection[str]
) -> tuple[set[int], set[int]]:
    """The blocks of partly kept tables: those that are now kept as well, and those that are cut."""
    tables: dict[HtmlElement, list[int]] = {}
    for number, block in enumerate(found):
        if ">table" not in block.path and ">dl" not in block.path:
            continue
        table = next((place.element for place in around(block.place) if place.element.tag in ("table", "dl")), None)
        if table is not None:
            tables.setdefault(table, []).append(number)
    added: set[int] = set()
    cut: set[int] = set()
    for table, numbers in tables.items():
        mine = [number for number in numbers if number in kept]
        if not mine or not _is_of_figures(table, [found[number] for number in numbers], titles):
            continue
        words = sum(found[number].words for number in mine)
        share = words / max(1, sum(found[number].words for number in numbers))
        if share >= (TOLD if words >= SENTENCE * len(mine) else WHOLE):
            added.update(numbers)
        else:
            cut.update(mine)
    return added, cut


def _is_of_figures(table: HtmlElement, cells: Sequence[Block], titles: Collection[str]) -> bool:
    if len(cells) < CELLS or any(cell.words > LONGEST_CELL or cell.key in titles for cell in cells):
        return False
    if next(table.iterdescendants("table"), None) is not None or 2 * sum(cell.linked for cell in cells) > sum(
        cell.words for cell in cells
    ):
        return False
    if table.tag == "dl":
        return _is_of_terms(table, len(cells))
    rows = [row for row in table.iter("tr") if len([cell for cell in row if cell.tag in ("td", "th")]) > 1]
    return len(rows) >= ROWS


def _is_of_terms(table: HtmlElement, cells: int) -> bool:
    """Whether a dl is a list of terms: one cell in each dt and dd, and all dd of one class. Otherwise it lays out a
    page: the article, its comments, the footer.
    """
    terms, told = list(table.iter("dt")), list(table.iter("dd"))
    return len(terms) >= ROWS and cells <= len(terms) + len(told) and len({one.get("class") for one in told}) == 1
