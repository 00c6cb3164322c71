"""What the choice between whole texts is fitted to."""

from __future__ import annotations

import numpy as np
import pytest

from bench import fit
from bench.examples import Example
from pipelines.extract.text import text_choice


def page_of(words: list[float], labels: list[float]) -> Example:
    """A page of blocks with so many words, of each of which so much is gold."""
    size = np.array(words)
    each = np.ones(len(words))
    compared = text_choice.Blocks(size, each * 0, each * 0.5, np.zeros((len(words), 6)), {})
    return Example("a", "paper", "a.test", each, each > 0, np.array(labels), each > 0, each, compared)


def test_a_truncated_text_is_worth_less_to_the_choice_than_one_of_the_same_f1_that_has_too_much() -> None:
    page = page_of([70, 30, 60], [1, 1, 0])

    truncated, whole = np.array([True, False, False]), np.array([True, True, True])

    assert page.worth(truncated) > page.worth(whole)
    assert fit.merit(page, truncated) < fit.merit(page, whole) == page.worth(whole)


def test_a_text_that_lacks_less_than_a_fifth_of_the_gold_is_worth_its_f1() -> None:
    page = page_of([85, 15, 60], [1, 1, 0])

    nearly = np.array([True, False, False])

    assert fit.merit(page, nearly) == pytest.approx(2 * 85 / 185)
