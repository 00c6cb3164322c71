"""What a query says of an article, and that the index names every article that the truth does."""

import random
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as some

from pipelines.query import evaluation, explanation, grammar, query_conditions, query_set, vectors
from pipelines.query.evaluation import QueriedArticle
from pipelines.query.index_rows import Shape
from pipelines.stores import postgres
from tests.examples import drawn

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


def _subject(text: str = "", title: str = "", **more: object) -> QueriedArticle:
    return QueriedArticle(title=title, description="", text=text, **more)  # type: ignore[arg-type]


def _marked(query: str, subject: QueriedArticle) -> list[str] | None:
    marks = evaluation.answer(evaluation.ready(grammar.parse(query), NOW), subject)
    return None if marks is None else [getattr(subject, m.field)[m.start : m.end] for m in marks]


@pytest.mark.parametrize(
    ("query", "text", "marked"),
    [
        ("داعش تركيا", "وصل الوفد لداعش في تركيا", ["لداعش", "تركيا"]),
        ("داعش OR مصر", "سقطت داعش", ["داعش"]),
        ("داعش -تركيا", "سقطت داعش في تركيا", None),
        ("داعش -مصر", "سقطت داعش", ["داعش"]),
        ('"مجلس الأمن"', "اجتمع مجلس الأمن أمس", ["مجلس الأمن"]),
        ('"مجلس الأمن"', "اجتمع مجلس وزراء الأمن", None),
        ("council NEAR/2 security", "the security of the council", None),
        ("council NEAR/3 security", "the security of the council", ["security", "council"]),
        ("security NEAR/1 council", "council security", ["council", "security"]),
        ("a NEAR/2 a", "a", None),
        ('"security council" NEAR/3 vote', "a vote in the security council", ["vote", "security council"]),
        ("(cat OR dog) NEAR/2 house", "dog house, then far away a house, one, two, a cat", ["dog", "house"]),
        ("exact:حماس", "لحماس", None),
        ("keep:حماس", "الحماس", None),
        ("suffix:سوريا", "والسوريين", ["والسوريين"]),
        ("sub:كردست", "في كردستان", ["كردستان"]),
        ("terror*", "Terrorists", ["Terrorists"]),
        ("cestina", "Čeština", ["Čeština"]),
        ("安倍", "由安倍晋三", ["安倍"]),
        ("カナダ", "首相はｶﾅﾀﾞへ", ["ｶﾅﾀﾞ"]),
        ("안보*", "유엔 안보리", ["안보리"]),
        ("sub:보리", "유엔 안보리의", ["안보리의"]),
        ("東京*", "東京都", ["東京"]),
        ('"حزب الله"', "حزب‌الله", ["حزب‌الله"]),
        ("حزب الله", "دبیرکل حزب‌الله لبنان گفت", ["حزب‌الله"]),
        ("لبنان حزب الله", "حزب‌الله در لبنان", ["حزب‌الله", "لبنان"]),
        ("می خواهم شان", "من می‌خواهم‌شان", ["می‌خواهم‌شان"]),
        ("حزب -lang:en الله", "حزب‌الله", ["حزب‌الله"]),
        ("الله", "حزب‌الله", None),
        ("حزب لبنان", "حزب‌الله در لبنان", None),
        ("الله حزب", "حزب‌الله", None),
        ("حزب OR الله", "حزب‌الله", None),
        ("لبنان -(حزب الله)", "حزب‌الله در لبنان", None),
        # A quote within a Hebrew word is none, in whichever way it is typed.
        ('צה"ל', "דובר צה״ל מסר", ["צה״ל"]),
        ("צה״ל", 'דובר בצה"ל מסר', ['בצה"ל']),
        ('"דובר צה"ל" -ארה"ב', 'דובר צה"ל מסר', ['דובר צה"ל']),
        # Signs of wide keyboards, and dashes that programs write in place of a minus.
        ("（安倍 OR 中文） －東京", "由安倍晋三", ["安倍"]),
        ("داعش –مصر", "سقطت داعش في مصر", None),
        ("war −peace", "war and peace", None),
        # A wide colon is part of a text, unless a name of ours is before it.
        ("WHO：疫情", "据WHO：疫情结束", ["WHO：疫情"]),
        ("title：疫情", "疫情", None),
    ],
)
def test_words_are_found_where_they_stand(query: str, text: str, marked: list[str] | None) -> None:
    assert _marked(query, _subject(text)) == marked


def test_near_counts_within_one_field_and_title_looks_at_no_other() -> None:
    subject = _subject("peace talks", title="War ends")

    assert _marked("war NEAR/5 peace", subject) is None
    assert _marked("title:peace", subject) is None
    assert _marked("title:war peace", subject) == ["War", "peace"]


@pytest.mark.parametrize(
    ("query", "true"),
    [
        ("source:a|b", True), ("-source:a", False), ("lang:ar", True), ("lang:en", False), ("country:SY", True),
        ("author:baba", True), ("author:\"baba ali\"", False), ("is:revised", True), ("is:removed", False),
        ("from:7d", True), ("to:2026-11-28", True), ("from:2026-11-29", False), ("to:2026-11-27", False),
        ("(source:x OR lang:ar) -is:removed", True), ("is:correction", True), ("is:minor|headline", False),
        ("is:minor|revised", True), ("-is:restored", True),
    ],
)  # fmt: skip
def test_filters_look_at_what_is_known_of_an_article(query: str, true: bool) -> None:
    dated = datetime(2026, 11, 28, 23, 59, tzinfo=UTC)
    subject = _subject(
        source="a", language="ar", country="SY", authors=("Ali Baba",), dated=dated, revised=True, kinds=["correction"]
    )

    assert (_marked(query, subject) is not None) is true


@pytest.mark.parametrize(
    ("query", "language", "text", "found"),
    [
        ("stem:election", "en", "Two elections, electors and an electric car", ["elections"]),
        ("stem:wahl", "de", "Die Wahlen im Walde", ["Wahlen"]),
        ("stem:выборы", "ru", "после выборов", ["выборов"]),
        ("stem:nación", "es", "las naciones unidas", ["naciones"]),
        ('stem:"security council"', "en", "the councils' Securities Councils", ["Securities Councils"]),
        ("stem:water -stem:pipe", "en", "Waters in pipes", None),
        # Stems are those of the language of the text: in another one the word stands for itself.
        ("stem:election", "fa", "elections", None),
        ("stem:election", "", "an election", ["election"]),
        ("stem:war", "en", "warm wards", None),
    ],
)
def test_a_stem_is_found_with_every_ending_of_the_language_of_the_text(
    query: str, language: str, text: str, found: list[str] | None
) -> None:
    subject = _subject(text=text, language=language)

    marks = evaluation.answer(evaluation.ready(grammar.parse(query), NOW), subject)

    assert (marks and [text[mark.start : mark.end] for mark in marks if mark.field == "text"]) == found


# Twelve scripts, with what normalisation has to get right in each: marks, joiners, tatweel, ligatures, wide forms.
SCRIPTS = (
    "داعشتركياالعراقةىأإآٱكـگپچ\u064b\u064f\u0651\u0640\ufefb\ufdf2", "حزبمیکه‌ها\u200cۀێڵۆ۴", "abcdeiouſIİıßÉéñøÆﬁ’'",
    "Россиякйёїґ", "Ελλάδαςσώ", "שלוםבְּךם\u05b0", "हिन्दीक्षत्र\u200d", "ไทยกขค", "日本語中文カナｶﾞ々", "한국어조선",
    "ქართული", "১২৩বাংলা",
)  # fmt: skip
QUERIES = (
    "{a}", "{a} {b}", '"{a} {b}"', "{a} OR {b}", "{a} -{b}", "-{b}", "exact:{a}", "suffix:{a}", "keep:{a} -exact:{b}",
    "{c}*", "sub:{c}", 'sub:"{a} {c}"', "title:{a}", 'title:"{a} {b}"', "{a} NEAR/3 {b}", "-({a} OR {b})",
    '-"{a} {b}"', "author:{a}", "{a}|{b}", "-title:{a} {b}", '"{a} {c}*"', "stem:{a}s", '-stem:"{a} {b}"',
)  # fmt: skip


def test_the_index_names_every_article_that_the_truth_names_in_twelve_scripts(conn: postgres.Connection) -> None:
    dice = random.Random(13)
    asks = wrong = found = exact = 0
    with conn, conn.cursor() as cursor:
        for number in range(4_000):
            script = SCRIPTS[number % len(SCRIPTS)]
            words = ["".join(dice.choices(script, k=dice.randint(1, 5))) for _ in range(dice.randint(2, 14))]
            subject = QueriedArticle(
                title=" ".join(words[:2]), description=words[-1], text=dice.choice((" ", ", ", "\n")).join(words),
                authors=(words[0],), language=dice.choice(("en", "de", "ru", "")),
            )  # fmt: skip
            if dice.random() < 0.2:
                subject = _long(subject)
            at = dice.randrange(len(words) - 1)
            query = dice.choice(QUERIES).format(a=words[at], b=dice.choice((words[at + 1], "zzz")), c=words[at][:3])
            try:
                node = grammar.parse(query)
            except grammar.QueryError:
                continue
            asks += 1
            true, named, sure = _ask(cursor, node, subject)
            found += true
            if true and not named:
                pytest.fail(f"{query!r} is not named in {subject}")
            if sure:
                exact += 1
                wrong += named != true

    assert asks > 3_000
    assert found > 1_500
    assert exact > 500
    assert wrong == 0


# Any text at all beside letters of the twelve scripts; no newlines or NULs, for a query has none.
anything = some.text(some.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=6)
word = some.text("".join(SCRIPTS), min_size=1, max_size=5) | anything


@drawn(500, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(some.lists(word, min_size=2, max_size=8), some.sampled_from(QUERIES), some.integers(0, 6), some.booleans())
def test_the_index_names_what_the_truth_names_of_any_text(
    conn: postgres.Connection, words: list[str], asked: str, at: int, long: bool
) -> None:
    first, second = words[at % len(words)], words[(at + 1) % len(words)]
    try:
        node = grammar.parse(asked.format(a=first, b=second, c=first[:3]))
    except grammar.QueryError:
        return
    subject = QueriedArticle(title=words[0], description=words[-1], text=" ".join(words), authors=(words[0],))

    with conn, conn.cursor() as cursor:
        true, named, sure = _ask(cursor, node, _long(subject) if long else subject)

    assert named or not true
    assert true or not (named and sure)


def _ask(cursor: Any, node: grammar.Node, subject: QueriedArticle) -> tuple[bool, bool, bool]:
    """Whether an article answers, whether the index names it, and whether the index alone would be sure of that."""
    rows, known = vectors.vectors({name: getattr(subject, name) for name in evaluation.FIELDS}, subject.authors)
    words_of = {part: [word for word in known if part in word] for part in vectors.parts(node)}
    wanted = vectors.conditions(node, words_of)
    true = evaluation.answer(evaluation.ready(node, NOW), subject) is not None
    named = False
    for row in rows:
        condition = getattr(wanted, f"of_{row.shape.name.lower()}")
        cursor.execute("select %s::tsvector @@ %s::tsquery as named", (row.words, condition or "!'zz zz'"))
        named = named or cursor.fetchone()["named"]
    return true, named, wanted.exact and rows[0].shape == Shape.EXACT


def _long(subject: QueriedArticle) -> QueriedArticle:
    """The same article with more places of a word than a tsvector has."""
    return QueriedArticle(
        title=subject.title,
        description=subject.description,
        text="zz " * 300 + subject.text,
        authors=subject.authors,
    )


@pytest.mark.parametrize(
    "query",
    ['"NEAR"', '"|a"', '«say "yes" now»', '"title:war"', 'author:"x: y"', '"a|b"|c', "title:exact:\"AND\"", 'צה"ל'],
)  # fmt: skip
def test_a_part_of_a_query_that_is_written_out_is_read_back_as_the_same(query: str) -> None:
    node = grammar.parse(query)

    assert grammar.parse(explanation.write_part(node)) == node


def test_a_watch_finds_a_last_letter_that_a_joiner_keeps_with_the_word_before_as_a_search_does() -> None:
    node = grammar.parse("suffix:سوریه suffix:ی")
    made = query_conditions.compile_queries([("w", node)], {})
    lookup = evaluation.read_article(_subject("سوریه‌ی شمالی"))

    assert evaluation.places(node, lookup)
    assert [name for name, _ in query_set.holding(made, lookup)] == ["w"]
