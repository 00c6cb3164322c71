"""Which of several whole texts of a page is its article: asked only in doubt, and never markup that decides."""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np

from pipelines.extract.text import choice, classifier
from pipelines.extract.text.choice import Blocks, Floats
from tests.pages import article


def page(lines: list[float], **asked: list[float]) -> Blocks:
    """Ten paragraphs of thirty words each, of which trafilatura has so much, and others as it is said."""
    shares = {"lines": lines, "plain": [1.0] * 10, **asked}
    return Blocks(
        words=np.full(10, 30.0),
        linked=np.zeros(10),
        least=np.full(10, 0.5),
        signs=np.tile([0.0, 0.0, 1.0, 1.0, 1.0, 0.0], (10, 1)),
        shares={name: np.array(share) for name, share in shares.items()},
    )


def longest_wins(margin: float) -> classifier.Trees:
    """Trees that foretell a gain of 1 for the text of the extractor called default, of none for the others."""
    number = choice.TEXTS.index("default")
    columns = choice.rows(page([1.0] * 10, **dict.fromkeys(choice.ASKED, [1.0] * 10)), np.full(10, 0.1))[1].shape[1]
    above = {"feature": [columns - 1] * 5, "threshold": [number - 0.5, 0, number + 0.5, 0, 0], "left": [1, 1, 3, 3, 4],
             "right": [2, 1, 4, 3, 4], "value": [0, 0, 0, 1, 0]}  # fmt: skip
    return classifier.of_text(json.dumps({"columns": columns, "depth": 3, "margin": margin, "trees": [above]}))


def not_asked() -> Mapping[str, Floats]:
    raise AssertionError("nobody is asked where there is no doubt")


def test_where_the_first_texts_agree_no_other_extractor_is_asked() -> None:
    sure = np.array([0.95] * 8 + [0.01] * 2)

    assert choice.chosen(page([1.0] * 8 + [0.0] * 2), sure, not_asked) is None


def test_a_third_of_a_list_gives_way_to_the_whole_that_the_trees_foretell_a_gain_of() -> None:
    third = np.array([0.9] * 3 + [0.2] * 7)
    asked = {"precise": np.ones(10), "default": np.ones(10), "read": np.zeros(10)}

    better = choice.chosen(page([1.0] * 10), third, lambda: asked, longest_wins(margin=0.5))
    kept = choice.chosen(page([1.0] * 10), third, lambda: asked, longest_wins(margin=2.0))

    assert better is not None
    assert better.tolist() == [True] * 10
    assert kept is None


def test_a_page_on_which_nobody_finds_anything_has_no_other_text() -> None:
    nothing = dict.fromkeys(choice.ASKED, np.zeros(10))

    assert choice.chosen(page([0.0] * 10), np.full(10, 0.6), lambda: nothing, longest_wins(margin=-9.0)) is None
    assert choice.rows(page([0.0] * 10, **dict.fromkeys(choice.ASKED, [0.0] * 10)), np.zeros(10))[0] == []


def test_the_trees_were_fitted_to_the_columns_that_are_looked_at() -> None:
    every = dict.fromkeys(choice.ASKED, [1.0] * 10)

    names, seen = choice.rows(page([1.0] * 10, **every), np.full(10, 0.1))

    assert names
    assert seen.shape[1] == classifier.load(classifier.CHOICE).columns
    assert np.isfinite(seen).all()


def test_offers_with_a_heading_and_a_price_each_stay_whole() -> None:
    offers = [
        (f"The {what} by the river", f"Two nights in the {what} with breakfast, and a boat to the old town and back.")
        for what in ("lighthouse", "watermill", "boathouse", "granary", "chapel", "signal box", "ferry house", "barn")
    ]
    cards = "".join(
        f'<div class="offer"><a href="/stays/{n}"><h3>{name}</h3></a><div class="text">{told}</div></div>'
        for n, (name, told) in enumerate(offers)
    )
    intro = "Eight houses along the river take guests this winter, and all of them can be reached by train."
    html = (
        "<html lang=en><head><title>Eight houses for the winter</title><meta property=og:type content=article></head>"
        "<body><main><article>"
        f"<h1>Eight houses for the winter</h1><p>{intro}</p>{cards}</article></main></body></html>"
    )

    made = article(html)

    assert [told for _, told in offers if told not in made.text] == []
