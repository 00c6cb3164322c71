"""Cards of other stories between the paragraphs of an article."""

from __future__ import annotations

import pytest

from tests.pages import article, html
from tests.quay import LIBRARY, QUAY, every_language

PAGE = "https://jisr.test/news/1"
SHAPES = [
    "<div class=box><h3><a href=/news/2>{0}</a></h3><p>{1}</p></div>",
    "<div><div><a href=/news/2><img src=/i.jpg></a><p><a href=/news>News</a></p><h4><a href=/news/2>{0}</a></h4>"
    "<p>{1}</p><p>20/11/2026</p></div></div>",
    "<figure><a href=/news/2><b>{0}</b></a><div>{1}</div></figure>",
]


def body(language: str, card: str) -> str:
    """The first article of the paper with something between its paragraphs."""
    quay = QUAY[language]
    first, *rest = [f"<p>{line}</p>" for line in quay.lines * 2]
    return f"<article><h1>{quay.title}</h1><div>{first}{card}{''.join(rest)}</div></article>"


@every_language
@pytest.mark.parametrize("shape", SHAPES)
def test_a_card_of_another_story_between_two_paragraphs_is_cut_with_its_sentence(language: str, shape: str) -> None:
    library = LIBRARY[language]
    card = shape.format(library.title, library.lines[0])

    made = article(html(body(language, card), title=QUAY[language].title), url=PAGE, final_url=PAGE)

    assert library.lines[0] not in made.text
    assert library.title not in made.text
    assert QUAY[language].lines[-1] in made.text


@every_language
@pytest.mark.parametrize(
    "shape",
    [
        "<div class=box><h3>{0}</h3><p>{1}</p></div>",
        "<div class=box><h3><a href=https://shop.test/2>{0}</a></h3><p>{1}</p></div>",
        "<div class=box><h3><a href=#two>{0}</a></h3><p>{1}</p></div>",
        "<div class=box><h3><a href=/news/2>{0}</a></h3><p>{1}</p><p>{1} {1}</p></div>",
    ],
)
def test_a_box_of_the_article_itself_stays(language: str, shape: str) -> None:
    library = LIBRARY[language]
    box = shape.format(library.title, library.lines[0])

    made = article(html(body(language, box), title=QUAY[language].title), url=PAGE, final_url=PAGE)

    assert library.lines[0] in made.text


@every_language
def test_cards_below_one_another_can_be_the_article(language: str) -> None:
    library = LIBRARY[language]
    cards = "".join(SHAPES[0].format(library.title, line) for line in library.lines[:2])

    made = article(html(body(language, cards), title=QUAY[language].title), url=PAGE, final_url=PAGE)

    assert set(library.lines[:2]) <= set(made.text.split("\n"))
