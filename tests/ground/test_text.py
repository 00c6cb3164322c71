"""The normal form of text, its words and their places, and which way it is written."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.text import EXAMINED, Token, digest, direction, normal, tokens, words
from tests.examples import drawn


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("أحمد إبراهيم آدم ٱلسلام", "احمد ابراهيم ادم السلام"),
        ("لِداعِشَ", "لداعش"),
        ("العـــراق", "العراق"),
        ("مدرسة", "مدرسه"),
        ("على مستشفى", "علي مستشفي"),
        ("کشور ایران", "كشور ايران"),
        ("١٦ و ۱۶", "16 و 16"),
        ("ﷲ ﻻ", "الله لا"),
        ("الـUNHCR", "ال unhcr"),
        ("مسؤول", "مسؤول"),
        ("اصلاح\u200cطلبان", "اصلاحطلبان"),
        ("قال\u200f هنا", "قال هنا"),
        ("Straße\tÉTÉ\n ﬁn", "strasse été fin"),
        ("İstanbul ISPARTA ırmak", "istanbul isparta irmak"),
        ("שָׁלוֹם", "שלום"),
    ],
)
def test_one_spelling_is_left_of_each_word(written: str, wanted: str) -> None:
    assert normal(written) == wanted


def test_words_keep_their_place_in_the_text_as_written() -> None:
    text = "قال لِداعِش: الـUNHCR"

    found = tokens(text)

    assert [t.form for t in found] == ["قال", "لداعش", "ال", "unhcr"]
    assert [text[t.start : t.end] for t in found] == ["قال", "لِداعِش", "الـ", "UNHCR"]


def test_a_word_with_a_joiner_is_one_word() -> None:
    assert tokens("می\u200cگویند") == [Token("ميگويند", 0, 8)]


def test_a_ligature_of_several_words_gives_them_one_place() -> None:
    found = tokens("محمد ﷺ")

    assert [(t.form, t.start) for t in found] == [("محمد", 0), ("صلي", 5), ("الله", 5), ("عليه", 5), ("وسلم", 5)]


def test_scripts_without_spaces_are_cut_into_letters() -> None:
    assert [t.form for t in tokens("東京で3人")] == ["東", "京", "で", "3", "人"]
    assert [t.form for t in tokens("ｶﾅﾀﾞ")] == ["カ", "ナ", "ダ"]


def test_digests_are_equal_where_only_the_spelling_differs() -> None:
    assert digest("الى  المدرسة\n") == digest("إلى المدرسه")
    assert digest("الى المدرسة") != digest("من المدرسة")


def test_words_are_counted_in_every_script() -> None:
    assert [words(text) for text in ("", "— …", "ثلاث كلمات هنا", "don't", "東京")] == [0, 0, 3, 2, 2]


@pytest.mark.parametrize(
    ("given_text", "wanted"),
    [
        *(
            ("ar", "rtl"),
            ("ckb", "rtl"),
            ("fa-IR", "rtl"),
            ("ku-Arab", "rtl"),
            ("en", "ltr"),
            ("tr", "ltr"),
            ("", "ltr"),
        ),
        *(("قال في BBC", "rtl"), ("The word سلام means peace", "ltr"), ("12:30", "ltr"), ("שלום", "rtl")),
    ],
)
def test_a_direction_is_told_of_languages_and_of_texts(given_text: str, wanted: str) -> None:
    assert direction(given_text) == wanted


@drawn(100)
@given(st.text())
def test_every_word_is_found_in_the_text_and_normal_form_is_stable(text: str) -> None:
    found = tokens(text)

    assert all(0 <= t.start < t.end <= len(text) and t.form for t in found)
    assert all(normal(t.form) == t.form for t in found)


def test_words_of_ascii_are_counted_as_those_of_any_other_text_are() -> None:
    every = "".join(chr(code) for code in range(128))

    counted = [words(f"a{mark}b1{mark}") for mark in every]

    assert counted == [len(tokens(f"a{mark}b1{mark}")) for mark in every]


def test_no_letter_of_the_basic_plane_that_is_not_examined_is_a_mark_a_digit_or_invisible() -> None:
    left_out = set(range(0x10000)).difference(*EXAMINED)

    categories = {unicodedata.category(chr(code)) for code in left_out}

    assert categories and not categories & {"Mn", "Mc", "Me", "Cf", "Cc", "Nd"}
