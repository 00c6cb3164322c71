"""Watches: how terms are written, what they find and what they leave."""

from __future__ import annotations

import pytest

from pipelines.alert import watches
from pipelines.alert.watches import Term, Watch, parse_term
from pipelines.errors import WatchError
from pipelines.model import Match
from pipelines.query import evaluation, matcher, variants
from pipelines.query.evaluation import QueriedArticle
from pipelines.stores import postgres


def matches_in(watch: Watch, text: str) -> list[Match]:
    """What a watch finds in a text."""
    look = evaluation.read_article(QueriedArticle(title="", description="", text=text))
    return list(matcher.matches(evaluation.places(watches.node(watch), look) or (), look.reading.fields))


def surfaces(text: str, *terms: str, unless: tuple[str, ...] = ()) -> list[str]:
    return [match.surface for match in matches_in(watches.make("w", terms, unless), text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("انسحب داعش من المدينة", ["داعش"]),
        ("نسب البيان الهجوم لداعش، وبداعش بدأ", ["لداعش", "وبداعش"]),
        ("عناصر الداعش وللداعش خلايا", ["الداعش", "وللداعش"]),
        ("دَاعِش و دـاعـش", ["دَاعِش", "دـاعـش"]),
        ("الداعشي والدواعش داعشية", []),
        ("مداعش", []),
    ],
)
def test_a_word_is_found_with_what_arabic_writes_before_it(text: str, found: list[str]) -> None:
    assert surfaces(text, "داعش") == found


def test_a_bare_word_has_24_forms_and_one_with_the_article_12() -> None:
    forms = [len(variants.add_prefixes(word, add_article=True)) for word in ("داعش", "العراق")]

    assert forms == [24, 12]


@pytest.mark.parametrize("text", ["زار العراق", "وللعراق حدود", "كالعراق", "فبالعراق"])
def test_a_word_with_the_article_is_found_with_the_article_alone(text: str) -> None:
    assert len(surfaces(text, "العراق")) == 1
    assert surfaces("عراق ما بعد الحرب واجه العراقيل", "العراق") == []


def test_keep_adds_no_article_to_a_name_that_is_a_common_noun() -> None:
    text = "صفق بالحماس حين تحدثت حماس، ولحماس رأي"

    assert surfaces(text, "keep:حماس") == ["حماس", "ولحماس"]
    assert surfaces(text, "حماس") == ["بالحماس", "حماس", "ولحماس"]
    assert surfaces(text, "exact:حماس") == ["حماس"]


def test_a_phrase_is_consecutive_words_and_only_its_first_takes_a_conjunction() -> None:
    text = "لحيدر العبادي رأي. حيدر عاد والعبادي غادر. حيدر والعبادي."

    assert surfaces(text, "حيدر العبادي") == ["لحيدر العبادي"]
    assert surfaces("للدولة الإسلامية خلايا", "الدولة الإسلامية") == ["للدولة الإسلامية"]
    assert surfaces("براميلَ متفجرةً والبراميل المتفجرة", "براميل متفجرة") == ["براميلَ متفجرةً", "والبراميل المتفجرة"]


def test_suffix_finds_plurals_possession_and_origin() -> None:
    text = "شنت غارتين ثم الغارات وبغارتها، وغارتها، لكن غار حراء والغاز"

    assert surfaces(text, "suffix:غارة") == ["غارتين", "الغارات", "وبغارتها", "وغارتها"]
    assert surfaces("الحكومة العراقية ووزيرا جيشهم", "suffix:العراق", "suffix:جيش") == ["العراقية", "جيشهم"]


def test_a_part_of_a_word_is_found_as_the_word_it_stands_in() -> None:
    match = matches_in(watches.make("w", ["sub:ديمقراط"]), "قوات سوريا الديمقراطية\nوالديمقراطيون")

    assert [(m.surface, m.offset) for m in match] == [("الديمقراطية", 11), ("والديمقراطيون", 23)]


def test_other_scripts_are_matched_as_whole_words_and_by_their_beginning() -> None:
    text = "Terrorists of ISIS, isis’ TERROR; Isisian. شبكة “CNN” والـCNN"

    assert surfaces(text, "ISIS") == ["ISIS", "isis"]
    assert surfaces(text, "terror*") == ["Terrorists", "TERROR"]
    assert surfaces(text, "cnn") == ["CNN", "CNN"]
    assert surfaces("The Islamic State and Islamic stately homes", "islamic stat*") == [
        "Islamic State",
        "Islamic stately",
    ]


def test_other_spellings_are_found_under_the_first() -> None:
    found = matches_in(watches.make("w", ["سوريا|سورية"]), "في سورية")

    assert [(m.term, m.surface) for m in found] == [("سوريا", "سورية")]


def test_offsets_count_characters_of_the_text_as_written() -> None:
    text = "قال (ع.ر) إن «الحس\u200cكة» آمنة، و ۱۶ غارة و ﷺ ثم الرقّة"

    for match in matches_in(watches.make("w", ["الحسكة", "16 غارة", "الرقة"]), text):
        assert text[match.offset :].startswith(match.surface)
    assert surfaces(text, "الحسكة", "16 غارة", "الرقة") == ["الحس\u200cكة", "۱۶ غارة", "الرقّة"]


def test_unless_around_a_mention_takes_that_mention_away() -> None:
    text = "صفق الجمهور بحماس كبير، وقالت حماس إنها توافق"

    assert surfaces(text, "keep:حماس", unless=("حماس كبير",)) == ["حماس"]
    assert surfaces("صفق بحماس كبير", "keep:حماس", unless=("حماس كبير",)) == []


def test_unless_elsewhere_takes_the_whole_article_away() -> None:
    assert surfaces("فاز الجيش في كرة القدم", "الجيش", unless=("كرة القدم",)) == []
    assert surfaces("انتشر الجيش", "الجيش", unless=("كرة القدم",)) == ["الجيش"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("عنوان فرعي\nقال أحمد شيئاً. دخل داعش المدينة؟ ثم خرج.\nآخر", "دخل داعش المدينة؟"),
        ("داعش", "داعش"),
        ("قال د. سامي إن داعش خرج. ثم عاد", "قال د. سامي إن داعش خرج."),
        ("One. Mr. Li of the U.S. said داعش went 3.5 km. Two.", "Mr. Li of the U.S. said داعش went 3.5 km."),
        ("他来了。داعش走了！好", "داعش走了！"),
    ],
)  # fmt: skip
def test_a_snippet_is_the_sentence_around(text: str, sentence: str) -> None:
    (match,) = matches_in(watches.make("w", ["داعش"]), text)

    assert match.snippet == sentence


def test_of_a_long_sentence_a_snippet_is_the_words_around_on_one_line() -> None:
    text = "كلمة " * 140 + "دخل داعش " + "أخرى " * 140

    (match,) = matches_in(watches.make("w", ["داعش"]), text)

    assert match.snippet.startswith("… كلمة") and match.snippet.endswith("أخرى …")
    assert "دخل داعش أخرى" in match.snippet
    assert len(match.snippet) < 160


def test_many_watches_are_matched_at_once_and_named_by_field() -> None:
    look = evaluation.read_article(QueriedArticle(title="لداعش", description="", text="في حلب وحلب"))

    found = {term: evaluation.places(watches.node(watches.make("w", [term])), look) for term in ("داعش", "حلب", "مصر")}

    assert {term: hits and [hit.field for hit in hits] for term, hits in found.items()} == {
        "داعش": ["title"],
        "حلب": ["text", "text"],
        "مصر": None,
    }


@pytest.mark.parametrize(
    ("written", "term"),
    [
        ("داعش", Term(text="داعش")),
        ("exact: حماس", None),
        ("exact:حماس", Term(text="حماس", mode="exact")),
        ("keep:حماس", Term(text="حماس", article="keep")),
        ("sub:ديمقراط", Term(text="ديمقراط", mode="substring")),
        ("سوريا| سورية |", Term(text="سوريا", aliases=("سورية",))),
    ],
)
def test_a_term_is_written_as_words_with_a_mode_before_them(written: str, term: Term | None) -> None:
    assert parse_term(written) == (term or Term(text=written))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("regex:x", "allowed are clitics:"),
        ("", "at least one word"),
        ("«»", "no letter"),
        ("sub:ال", "3 letters"),
        ("a*", "3 letters"),
        ("abc*d*", "at the end"),
    ],
)
def test_a_term_that_cannot_be_used_is_refused_with_what_is_allowed(written: str, said: str) -> None:
    with pytest.raises(WatchError, match=said.replace("*", r"\*")):
        parse_term(written)


def test_a_watch_that_cannot_be_used_is_named() -> None:
    for wrong in (
        {"terms": []},
        {"terms": ["regex:x"]},
        {"terms": ["a b"], "languages": ["Arabic"]},
        {"terms": ["a b"], "kinds": ["gone"]},
    ):
        with pytest.raises(WatchError, match="Watch raqqa"):
            watches.make("raqqa", **wrong)  # type: ignore[arg-type]
    with pytest.raises(WatchError, match="no name"):
        watches.make("a/b", ["x"])


def test_a_watch_is_kept_changed_and_forgotten(conn: postgres.Connection) -> None:
    first = watches.make(
        "الرقة", ["الرقة", "keep:حماس|حمس"], ["حماس كبير"], sources=["sana"], languages=["ar"], channels=["Desk"], cap=3
    )
    with conn:
        watches.add(conn, first)
        watches.add(conn, watches.make("b", ["y"]))
        watches.add(conn, watches.make("b", ["x"]))

    assert watches.all_watches(conn) == [watches.make("b", ["x"]), first]
    assert first.channels == ("desk",)
    with conn:
        watches.remove(conn, "b")
    with pytest.raises(WatchError, match="no watch b"):
        watches.remove(conn, "b")


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("اللجنة", "اجتماع للجنة الدستورية"), ("اللجنة الدستورية", "وللجنة الدستورية رأي"), ("الله", "الحمد لله"),
        ("اللاجئين", "مخيم للاجئين"), ("العراق", "زار للعراق"), ("suffix:اللجنة", "للجنتين"),
        ("suffix:سوريا", "السوري"), ("suffix:سوريا", "والسوريين"), ("suffix:فرنسا", "الفرنسية"),
    ],
)  # fmt: skip
def test_the_article_before_lam_and_the_people_of_a_country_are_found(term: str, text: str) -> None:
    assert surfaces(text, term) != []


@pytest.mark.parametrize(
    ("term", "text", "found"),
    [
        ("حزب الله", "دبیرکل حزب‌الله لبنان", ["حزب‌الله"]),
        ("حزب‌الله", "أعلن حزب الله", ["حزب الله"]),
        ("حزب‌الله", "دبیرکل حزب‌الله لبنان", ["حزب‌الله"]),
        ("می‌رود", "او می رود", ["می رود"]),
        ("رود", "او می‌رود", []),
    ],
)
def test_what_a_joiner_keeps_together_is_found_with_a_space_and_the_other_way_round(
    term: str, text: str, found: list[str]
) -> None:
    assert surfaces(text, term) == found


@pytest.mark.parametrize(
    ("one", "other"),
    [("Čeština", "CESTINA"), ("café", "Cafe"), ("São Paulo", "Sao Paulo"), ("Łódź", "lodz"), ("Ελλάδα", "ΕΛΛΑΔΑ"),
     ("ещё", "еще"), ("Тегера́н", "Тегеран"), ("Việt Nam", "viet nam"), ("sub:ministr", "Mínistři"), ("rés*", "Resume")],
)  # fmt: skip
def test_capitals_and_accents_make_no_difference(one: str, other: str) -> None:
    assert surfaces(f"a {other} b", one) == [other]
    assert ":" in one or "*" in one or surfaces(f"a {one} b", other) == [one]


def test_a_letter_that_is_another_one_is_no_accent() -> None:
    assert surfaces("мои", "мой") == []
    assert surfaces("انسحب من المدينة", "المدينه") == ["المدينة"]
