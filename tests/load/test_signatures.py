"""Signatures: how much of one text stands in another, whatever was done to it."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import story_texts
from pipelines import signatures, text
from pipelines.signatures import Signature
from tests.examples import drawn

WORDS = [f"word{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(600)]


def _text(words: int, seed: int = 1) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=words))


def test_a_cut_text_stands_in_the_whole_one_and_half_of_that_in_it() -> None:
    whole = _text(400)

    like = signatures.compare(signatures.of_text(whole), signatures.of_text(" ".join(whole.split()[:200])))

    assert like.of_other == 1
    assert like.of_one == pytest.approx(0.5, abs=0.1)


def test_spelling_variants_case_and_spacing_are_the_same_text() -> None:
    assert signatures.of_text("أحمد في مدرسة  ١٢ İstanbul") == signatures.of_text("احمد فِي\nمدرسه 12 istanbul")


def test_texts_that_have_nothing_in_common_are_not_like_each_other() -> None:
    like = signatures.compare(signatures.of_text(_text(300, 1)), signatures.of_text(_text(300, 2)))

    assert like.contained < 0.05


@pytest.mark.parametrize("words", [40, 254, 2_000])
def test_an_estimate_is_near_what_counting_all_shingles_gives(words: int) -> None:
    dice = random.Random(words)
    whole = _text(words).split()
    other = [dice.choice(WORDS) if dice.random() < 0.1 else word for word in whole]
    sets = [{tuple(w[at : at + 3]) for at in range(len(w) - 2)} for w in (whole, other)]

    like = signatures.compare(signatures.of_text(" ".join(whole)), signatures.of_text(" ".join(other)))

    assert like.of_one == pytest.approx(len(sets[0] & sets[1]) / len(sets[0]), abs=0.12)


def test_numbers_that_differ_in_the_same_place_are_told() -> None:
    one, other = (signatures.of_text(f"it will be between {low} and 30 degrees in the city") for low in (11, 14))

    like = signatures.compare(one, other)

    assert (like.differing > 0, like.agreeing > 0) == (True, True)
    assert signatures.compare(one, one).differing == 0


@pytest.mark.parametrize("written", ["", "x", "安倍晋三首相は東京で会談した。", "a \x00 b\ud800", "1 2 3", "ﷺ"])
def test_any_text_has_a_signature_that_can_be_kept(written: str) -> None:
    made = signatures.of_text(written)

    assert signatures.unpack(signatures.pack(made)) == made
    assert signatures.read(signatures.write_signature(made)) == made


@drawn(100)
@given(st.sets(st.integers(0, 2**32 - 1), max_size=20), st.lists(st.integers(0, 2**64 - 1), max_size=10))
def test_a_signature_is_read_as_it_was_written(least: set[int], numbers: list[int]) -> None:
    made = Signature(len(least), tuple(sorted(least)), tuple(numbers))

    assert signatures.read(signatures.write_signature(made)) == made


@pytest.mark.parametrize("written", ["", "?", "AAAA", "AgAAAAAA", "AQAAAAH/", "é"])
def test_what_is_no_signature_of_this_version_is_none(written: str) -> None:
    assert signatures.read(written) is None


@drawn(100)
@given(st.text(alphabet="aé١ـاﷺ 3\u200c\u0651東ก.\n", max_size=40))
def test_the_forms_of_a_text_are_those_of_its_tokens(written: str) -> None:
    assert "".join(text.forms(written)) == "".join(token.form for token in text.tokens(written))


@pytest.mark.parametrize("language", story_texts.LANGUAGES)
def test_a_text_of_any_language_is_like_its_cut_and_unlike_another(language: str) -> None:
    dice = random.Random(language)
    one, other = (story_texts.story(language, dice, 200) for _ in range(2))
    made = [signatures.of_text(written) for written in (one, other, one[: len(one) // 2])]

    assert signatures.compare(made[0], made[2]).contained > 0.9
    assert signatures.compare(made[0], made[1]).contained < 0.1
