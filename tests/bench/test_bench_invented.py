"""The invented pages that the judge of blocks is fitted to beside real ones."""

from __future__ import annotations

import re

import pytest

from bench import examples, invented
from pipelines.extract.phrases import key
from pipelines.extract.text import classifier


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[examples.Example]:
    folder = tmp_path_factory.mktemp("corpora")
    invented.write(folder / invented.CORPUS, len(invented.ARTICLES))
    return [one for one in map(examples.example, examples.golds(folder)) if one is not None]


def test_a_page_is_the_same_for_the_same_number_and_another_for_another() -> None:
    assert invented.page(3) == invented.page(3)
    assert invented.page(3)[0] != invented.page(3 + len(invented.ARTICLES))[0]


@pytest.mark.parametrize("number", range(2 * len(invented.ARTICLES)))
def test_every_line_of_the_gold_stands_on_its_page(number: int) -> None:
    html, gold = invented.page(number)

    shown = key(re.sub(r"<[^>]*>", " ", html))
    paras = gold["paras"]
    assert isinstance(paras, list)
    assert [line for line, _ in paras if key(line) not in shown] == []


def test_of_every_page_some_blocks_are_gold_and_others_are_not(made: list[examples.Example]) -> None:
    assert len(made) == len(invented.ARTICLES)
    for one in made:
        assert 0 < one.labels[one.counted].sum() < one.counted.sum()
        assert one.rows.shape[1] == classifier.load(classifier.JUDGE).columns


def test_all_have_their_share_of_the_weight_together(made: list[examples.Example]) -> None:
    real, ours = made[:10], made[10:]

    weighed = invented.weigh(ours, real, share=0.1)

    theirs, own = (sum(one.weights[one.able].sum() for one in some) for some in (real, weighed))
    assert own / (own + theirs) == pytest.approx(0.1)
