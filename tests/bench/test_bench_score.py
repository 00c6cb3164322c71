"""The scorer's definitions, on texts small enough to count by hand."""

from hashlib import sha1
from pathlib import Path

import pytest

from bench import score
from bench.corpus import Gold
from bench.score import ScoredText, WantedText


def gold(body: str = "", **known: object) -> Gold:
    """A page with one paragraph to a line; a line in brackets may be left out."""
    lines = [line for line in body.split("\n") if line]
    paragraphs = tuple((line.strip("()"), line.startswith("(")) for line in lines)
    return Gold("c/1", Path("none"), "", "site", "en", paragraphs, **known)  # type: ignore[arg-type]


def test_word_f1_counts_repeated_words_and_no_case() -> None:
    figures = score.score(WantedText(gold("one two two three")), ScoredText("Two TWO four"))

    assert figures["f1"] == pytest.approx(2 * 2 / (4 + 3))


def test_a_text_that_lacks_more_than_a_fifth_is_truncated() -> None:
    whole = WantedText(gold("a b c d e f g h i j"))

    assert score.score(whole, ScoredText("a b c d e f g h"))["truncated"] == 0
    assert score.score(whole, ScoredText("a b c d e f g"))["truncated"] == 1


def test_an_optional_paragraph_costs_nothing_kept_or_cut() -> None:
    page = WantedText(gold("(the lede of it)\none two three four five"))

    assert score.score(page, ScoredText("one two three four five"))["f1"] == 1
    assert score.score(page, ScoredText("the lede of it\none two three four five"))["f1"] == 1


def test_scripts_without_spaces_count_by_character_and_marks_do_not_count() -> None:
    assert score.words("日本の") == {"日": 1, "本": 1, "の": 1}
    assert score.words("مُحَمَّد") == score.words("محمد")
    assert score.words("می‌شود") == score.words("میشود")


def test_a_text_of_fewer_than_four_words_is_one_shingle() -> None:
    assert score.shingles("one two") == {("one", "two"): 1}
    assert score.shingles("a b c d e") == {("a", "b", "c", "d"): 1, ("b", "c", "d", "e"): 1}
    assert score.shingles("") == {}


def test_shingle_f1_is_pooled_so_that_every_page_weighs_the_same() -> None:
    right = score.score(WantedText(gold("a b c d")), ScoredText("a b c d"))
    wrong = score.score(WantedText(gold("a b c d")), ScoredText("e f g h i j k l"))

    assert (right["tp"], right["fp"], right["fn"]) == (1, 0, 0)
    assert wrong["fp"] + wrong["fn"] == pytest.approx(1)
    assert score.mean([right, wrong])["shingle4"] == pytest.approx(2 / 3)


def test_a_leak_by_phrase_is_a_block_between_word_borders() -> None:
    page = WantedText(gold("body", leaks=("read more",)))

    assert score.score(page, ScoredText("A line.\nREAD – more!"))["leak"] == 1
    assert score.score(page, ScoredText("They read moreover."))["leak"] == 0


def test_a_leak_by_place_is_a_line_of_its_own() -> None:
    page = WantedText(gold("body", places=frozenset({sha1(b"related story").hexdigest()[:10]})))

    assert score.score(page, ScoredText("body\nRelated: story"))["place"] == 1
    assert score.score(page, ScoredText("a related story within a line"))["place"] == 0


def test_segments_are_the_share_rightly_in_and_out() -> None:
    page = WantedText(gold(present=("kept  line", "lost"), absent=("menu",)))

    assert score.score(page, ScoredText("a kept\nline"))["segments"] == pytest.approx(2 / 3)


def test_only_what_the_gold_can_say_is_scored() -> None:
    facts = {"title": "A Title!", "date": "2020-01-02", "authors": ("Ann Lee", "Bo Ek")}

    figures = score.score(WantedText(gold(**facts)), ScoredText("", "a title", "2020-01-02T10:00Z", ("ann lee",)))

    assert figures == {"title": 1, "day": 1, "authors": pytest.approx(2 / 3)}
    assert score.score(WantedText(gold()), ScoredText("text")) == {}


def test_no_answer_scores_as_an_empty_one() -> None:
    assert score.score(WantedText(gold("a b", date="2020-01-02")), None)["f1"] == 0


def test_the_medoid_is_the_text_closest_to_the_others() -> None:
    assert score.medoid(["a b c d x y", "a b c d e f", "a b c d e g", "q r s t"]) == 1


def test_milliseconds_are_a_median_and_shares_a_mean() -> None:
    pages = [{"leak": 1.0, "ms": 10.0}, {"leak": 0.0, "ms": 20.0}, {"ms": 900.0}]

    assert score.mean(pages) == {"leak": 0.5, "ms": 20.0}
