"""Which of several whole texts of a page is its article: asked only in doubt, and never markup that decides."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import files

import numpy as np
import pytest

from pipelines.extract import blocks
from pipelines.extract.extraction import extract_page
from pipelines.extract.fields.metadata import facts_of
from pipelines.extract.markup import parse
from pipelines.extract.text import assembly, block_chances, classifier, text_choice
from pipelines.extract.text.text_choice import Blocks, Floats
from pipelines.model import Article
from tests.pages import SOURCE, page


def seen(lines: list[float], **asked: list[float]) -> Blocks:
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
    number = text_choice.TEXTS.index("default")
    columns = text_choice.rows(seen([1.0] * 10, **dict.fromkeys(text_choice.ASKED, [1.0] * 10)), np.full(10, 0.1))[
        1
    ].shape[1]
    above = {"feature": [columns - 1] * 5, "threshold": [number - 0.5, 0, number + 0.5, 0, 0], "left": [1, 1, 3, 3, 4],
             "right": [2, 1, 4, 3, 4], "value": [0, 0, 0, 1, 0]}  # fmt: skip
    return classifier.of_text(json.dumps({"columns": columns, "depth": 3, "margin": margin, "trees": [above]}))


def not_asked() -> Mapping[str, Floats]:
    raise AssertionError("nobody is asked where there is no doubt")


def test_where_the_first_texts_agree_no_other_extractor_is_asked() -> None:
    sure = np.array([0.95] * 8 + [0.01] * 2)

    assert text_choice.choose_text(seen([1.0] * 8 + [0.0] * 2), sure, not_asked) is None


def test_a_third_of_a_list_gives_way_to_the_whole_that_the_trees_foretell_a_gain_of() -> None:
    third = np.array([0.9] * 3 + [0.2] * 7)
    asked = {"precise": np.ones(10), "default": np.ones(10), "read": np.zeros(10)}

    better = text_choice.choose_text(seen([1.0] * 10), third, lambda: asked, longest_wins(margin=0.5))
    kept = text_choice.choose_text(seen([1.0] * 10), third, lambda: asked, longest_wins(margin=2.0))

    assert better is not None
    assert better.tolist() == [True] * 10
    assert kept is None


@pytest.mark.parametrize(("chance", "stays"), [(0.1, False), (0.4, True)])
def test_a_short_block_in_a_box_with_a_telling_name_is_chosen_only_where_the_judge_has_doubts(
    chance: float, stays: bool
) -> None:
    prose = [f"The {n}th wharf was closed on Monday, and nobody who works at it had been asked." for n in range(9)]
    box = "Every Friday the harbour and its wharves in your hands."
    given = page(
        f"<html><body><article>{''.join(f'<p>{line}</p>' for line in prose)}<div class=related><p>{box}</p></div>"
        "</article></body></html>"
    )
    tree = parse(given.body.decode())
    assert tree is not None
    found = blocks.blocks(tree)
    seen_there = replace(seen([1.0] * 10, **dict.fromkeys(text_choice.ASKED, [1.0] * 10)),
                         words=np.array([float(one.words) for one in found]))  # fmt: skip
    judged = block_chances.join(found, [""] * 9 + ["related"], [1.0] * 10, [0.9] * 3 + [0.2] * 6 + [chance])
    judged_page = block_chances.JudgedPage(judged, (), (), seen_there)

    text = assembly.settle(
        judged_page, tree, facts_of(tree, given, SOURCE), SOURCE, choice_trees=longest_wins(margin=0.5)
    )

    assert text.lines[:9] == tuple(prose)
    assert (box in text.lines) is stays


def test_a_page_on_which_nobody_finds_anything_has_no_other_text() -> None:
    nothing = dict.fromkeys(text_choice.ASKED, np.zeros(10))

    assert (
        text_choice.choose_text(seen([0.0] * 10), np.full(10, 0.6), lambda: nothing, longest_wins(margin=-9.0)) is None
    )
    assert text_choice.rows(seen([0.0] * 10, **dict.fromkeys(text_choice.ASKED, [0.0] * 10)), np.zeros(10))[0] == []


def test_the_trees_were_fitted_to_the_columns_that_are_looked_at() -> None:
    every = dict.fromkeys(text_choice.ASKED, [1.0] * 10)

    names, rows = text_choice.rows(seen([1.0] * 10, **every), np.full(10, 0.1))

    assert names
    assert rows.shape[1] == classifier.load(classifier.CHOICE).columns
    assert np.isfinite(rows).all()


def test_paragraphs_of_which_most_words_lead_to_topics_are_an_article_all_the_same() -> None:
    places = ("harbour", "market", "school", "river", "library", "museum", "orchard", "ferry", "chapel", "granary")
    told = [
        f"The old {one} near the {other} was closed on Monday before the council read what its surveyors wrote of the "
        f"{one}. Nobody at the {other} had been asked, and the ferry waits for an answer."
        for one, other in zip(places, places[1:] + places[:1], strict=True)
    ]
    lines = [
        " ".join(word if n % 8 > 5 else f"<a href=/topics/{n}>{word}</a>" for n, word in enumerate(text.split()))
        for text in told
    ]
    title = "Ten places wait for an answer"
    given = page(
        f"<html lang=en><head><title>{title}</title><meta property=og:type content=article></head><body><main><article>"
        f"<h1>{title}</h1>{''.join(f'<p>{line}</p>' for line in lines)}</article></main></body></html>"
    )

    made = extract_page(given, SOURCE)

    assert isinstance(made, Article)
    assert sum(text in made.text for text in told) >= len(told) - 2


def test_a_long_remark_of_a_reader_below_a_short_article_is_no_part_of_the_text_that_is_chosen() -> None:
    article = (
        "The harbour council voted on Monday to give the old fish market a new roof, and to pay for it out of the "
        "dues of ships.",
        "The market has had no roof since the storm of January, when the wind took forty metres of it into the basin. "
        "Traders have sold from vans since then, and many said that their customers stayed away when it rained. The "
        "council asked three builders, and the cheapest wants eleven months for the work. Members of the opposition "
        "called the price too high, and asked for a second look in spring. The mayor answered that a market without a "
        "roof costs the town more each month than the loan does, and that the ships would not notice.",
    )
    remark = (
        "I am no expert on roofs, that is true, but I am against this and firmly so, since nobody asks those who live "
        "beside the basin what they think of eleven months of hammers and cranes under their windows every single "
        "morning.",
        "Do you know how many trees were felled for the last roof, and how long they had stood there before anybody "
        "thought of a market?",
        "Every builder and every mayor loves his own market and his own roof, and suffers when it is taken away from "
        "him before his eyes.",
        "Noise, dust and traffic are the normal thing in such places, and in all other ones that I have seen in my "
        "life on this coast.",
        "There are proofs of it, there are photographs, there are films that you can all watch whenever you like to.",
        "We have made a hell of this harbour for our smaller neighbours, and they have the same right to be here on "
        "our planet as we do.",
        "I have not bought a fish for many years, I am in good health, I work, I do not run from doctor to doctor, "
        "and I pay nothing to the firms.",
        "And it has to be stopped, for if we do not open our eyes it will end badly for all of us, and for our "
        "children as well.",
    )
    html = (
        "<html><head><title>New roof for the fish market</title></head><body><div id=top></div><div id=main>"
        f"<h1>New roof for the fish market</h1><div class=art><p>{article[0]}</p></div>"
        f"<div class=art><p>{article[1]}</p></div><div id=Comments><div class=art><a name=List></a><div class=l>"
        "<h5>Well said, we can write</h5><p>letters to one another, perhaps by mail<br/>I wanted to sleep but I looked "
        "in at my favourite subject once more.<br/>Greetings.</p></div><div class=r>04.01.2026 23:46<br/>ella</div>"
        f"<hr/><div class=l><h5>Ok, we shall talk</h5><p>{'</p><p>'.join(remark)}</p></div>"
        "<div class=r>04.01.2026 22:46<br/>nocki</div></div></div></div></body></html>"
    )

    made = extract_page(page(html), SOURCE)

    assert isinstance(made, Article)
    assert made.text.split("\n") == list(article)


@pytest.mark.parametrize("name", [classifier.JUDGE, classifier.CHOICE])
def test_trees_of_any_depth_are_followed_to_their_leaves(name: str) -> None:
    found = json.loads((files("pipelines.extract") / "data" / name).read_text(encoding="utf-8"))
    rows = np.random.default_rng(1).random((7, found["columns"]), dtype=np.float32) * 3

    def leaf(tree: dict[str, list[float]], row: Floats) -> float:
        node = 0
        while tree["left"][node] != node:
            left = row[int(tree["feature"][node])] <= np.float32(tree["threshold"][node])
            node = int(tree["left" if left else "right"][node])
        return tree["value"][node]

    told = classifier.sums(classifier.load(name), rows)

    assert told == pytest.approx([sum(leaf(tree, row) for tree in found["trees"]) for row in rows], abs=1e-4)
