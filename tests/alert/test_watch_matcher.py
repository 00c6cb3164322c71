"""The matcher of all watches: it names exactly the watches whose query a search would find the article by."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import pytest

from pipelines.alert import stage as alert
from pipelines.alert import synonyms, watch_index, watches
from pipelines.archive import search
from pipelines.errors import QueryError
from pipelines.query import evaluation, grammar, query_conditions, query_set
from pipelines.query.evaluation import QueriedArticle
from pipelines.query.selection import Scope
from pipelines.settings import Settings
from pipelines.stores import postgres
from tests.archives import RUN, article, keep

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
# Letters of several scripts, with what normalisation has to get right: marks, joiners, tatweel, accents, no blanks.
SCRIPTS = ("داعشالعرقىأةك\u064b\u0640", "حزبمیکه\u200cها", "abcdeéßİ", "Россия", "日本語中文", "ไทยกข")
PATTERNS = (
    "{a}", "{a} {b}", '"{a} {b}"', "{a} OR {b}", "{a} -{b}", "exact:{a}", "suffix:{a}", "keep:{a}", "{c}*", "sub:{c}",
    'sub:"{a} {c}"', "title:{a}", "{a} NEAR/3 {b}", "{a}|{b}", '"{a} {c}*"', '{a} EXCEPT "{a} {b}"', "source:sana {a}",
    "group:border {a}", "-source:sana ({a} OR title:{b})", "country:NO", "lang:ar {a}", "author:{a}",
    "({a} OR {b}) -(x OR {c}*)", "{a} {b} {c}* -zzz -source:x", '({a} OR "{b} {a}") NEAR/5 ({b} OR {c}*)',
    "{a} -exact:{b}", "{a} -title:{b}", "stem:{a}s -stem:{b}",
)  # fmt: skip
SCOPES = {"sana": Scope("SY", ("border",)), "harbour": Scope("NO")}


def _asks(dice: random.Random, words: list[str]) -> Iterator[str]:
    for pattern in PATTERNS:
        a, b = dice.choice(words), dice.choice([*words, "zzz"])
        yield pattern.format(a=a, b=b, c=dice.choice(words)[:3])


def _words(dice: random.Random, script: str) -> list[str]:
    return ["".join(dice.choices(script, k=dice.randint(1, 5))) for _ in range(dice.randint(3, 12))]


def _subject(dice: random.Random, words: list[str]) -> QueriedArticle:
    source, text = dice.choice(("sana", "harbour")), dice.choice((" ", ", ")).join(words)
    scope, language = SCOPES[source], dice.choice(("ar", "en"))
    return QueriedArticle(
        title=" ".join(words[:2]), description=words[-1], text=text, authors=(words[0],), source=source,
        language=language, country=scope.country, groups=scope.groups,
    )  # fmt: skip


def test_all_at_once_are_found_by_what_each_alone_is_found_by() -> None:
    dice = random.Random(15)
    nodes, subjects = {}, []
    for number in range(60):
        words = _words(dice, SCRIPTS[number % len(SCRIPTS)])
        subjects.append(_subject(dice, words))
        for written in _asks(dice, words):
            try:
                nodes[f"{number} {written}"] = watches.parse_query(written)
            except QueryError:
                continue
    made = query_conditions.compile_queries(nodes.items(), {})
    alone = compared = 0

    for subject in subjects:
        look = evaluation.read_article(subject)
        together = dict(query_set.holding(made, look))
        again = evaluation.read_article(subject)
        single = {name: hits for name, node in nodes.items() if (hits := evaluation.places(node, again)) is not None}
        assert together == single
        compared += len(single)
        alone += len(query_set.candidates(made, look))

    assert len(nodes) > 1_000
    assert compared > 2_000
    # What is looked at one by one is little more than what holds.
    assert alone < 3 * compared


def test_what_a_watch_is_told_of_is_what_a_search_finds(settings: Settings, conn: postgres.Connection) -> None:
    dice = random.Random(16)
    stored, asks = [], []
    for number in range(40):
        words = _words(dice, SCRIPTS[number % len(SCRIPTS)])
        subject = _subject(dice, words)
        stored.append(
            article(f"{number}", subject.text, title=subject.title, source=subject.source, language=subject.language,
                    description=subject.description, authors=tuple(subject.authors))
        )  # fmt: skip
        asks += list(_asks(dice, words))[number % 3 :: 3]
    keep(settings, conn, stored)
    queries = []
    for written in asks:
        try:
            watches.parse_query(written)
        except QueryError:
            continue
        queries.append(written)
    with conn, conn.cursor() as cursor:
        for number, written in enumerate(queries):
            watches.add(conn, watches.make(f"w{number}", query=written))
        cursor.execute("update changes set quiet = ''")
    for name, scope in SCOPES.items():
        groups = f"groups = {list(scope.groups)}\n".replace("'", '"')
        (settings.sources / f"{name}.toml").write_text(
            f'title = "{name}"\nurl = "https://{name}.test/"\ncountry = "{scope.country}"\nlanguage = "ar"\n'
            f'timezone = "UTC"\nfeeds = ["https://{name}.test/f"]\n{groups}',
            encoding="utf-8",
        )

    alert.match(settings, RUN)

    told: dict[str, set[int]] = {f"w{number}": set() for number in range(len(queries))}
    with conn, conn.cursor() as cursor:
        cursor.execute("select watch, article_id from alerts")
        for row in cursor.fetchall():
            told[row["watch"]].add(row["article_id"])  # type: ignore[call-overload]
    found = {
        f"w{number}": {a.article["id"] for a in search.search(conn, written, count=100, scopes=SCOPES, now=NOW).answers}
        for number, written in enumerate(queries)
    }
    assert {queries[int(name[1:])]: (told[name], found[name]) for name in told if told[name] != found[name]} == {}
    assert sum(map(len, found.values())) > 300


def test_the_matcher_is_kept_until_a_watch_or_a_list_changes(settings: Settings, conn: postgres.Connection) -> None:
    with conn:
        synonyms.keep(conn, "aleppo", ["حلب"])
        watches.add(conn, watches.make("a", query="syn:aleppo", synonyms={"aleppo": ["حلب"]}))
    file = settings.data / watch_index.FILE

    def found(text: str) -> list[str]:
        with conn:
            made = watch_index.current(settings, conn)
        return [
            name
            for name, _ in query_set.holding(
                made, evaluation.read_article(QueriedArticle(title="", description="", text=text))
            )
        ]

    assert (found("في حلب"), found("Halab")) == (["a"], [])
    kept = file.stat().st_ino
    assert (found("في حلب"), file.stat().st_ino) == (["a"], kept)
    with conn:
        synonyms.keep(conn, "aleppo", ["حلب", "Halab"])
    assert found("Halab") == ["a"]
    assert file.stat().st_ino != kept
    with conn:
        watches.add(conn, watches.make("b", ["Halab"]))
    assert sorted(found("Halab")) == ["a", "b"]
    file.write_bytes(b"PK damaged")
    assert sorted(found("Halab")) == ["a", "b"]
    assert np.load(file)["form"][0] == query_set.FORM


def test_a_query_that_can_no_longer_be_read_is_named_and_keeps_no_other_from_being_told(
    settings: Settings, conn: postgres.Connection
) -> None:
    with conn:
        watches.add(conn, watches.make("good", ["x"]))
        watches.add(conn, watches.make("bad", query="syn:gone", synonyms={"gone": ["y"]}))

    tally = alert.match(settings.model_copy(update={"operators": "desk"}), RUN)
    alert.match(settings.model_copy(update={"operators": "desk"}), RUN)

    said = "The watch bad cannot be looked for: There is no list of synonyms gone"
    assert said in tally.message
    with conn, conn.cursor() as cursor:
        cursor.execute("select channel, body from deliveries")
        (row,) = cursor.fetchall()
    assert row["channel"] == "desk" and row["body"].startswith(said)  # type: ignore[call-overload]


def test_watches_that_an_older_version_made_ready_are_read_as_queries_are_read_now(
    settings: Settings, conn: postgres.Connection
) -> None:
    with conn:
        watches.add(conn, watches.make("minus", query="war"))
        with conn.cursor() as cursor:
            cursor.execute("update watches set query = 'war title:-peace'")
    alert.match(settings, RUN)
    # As version 2 kept it: the query was a word like any other.
    file = settings.data / "watches.npz"
    with np.load(file) as kept:
        arrays = {**kept, "form": np.array([2]), "unreadable": np.zeros(0, np.uint8)}
    np.savez(file, **arrays)

    tally = alert.match(settings, RUN)

    assert "The watch minus cannot be looked for: The - stands before what is left out" in tally.message


def test_who_cannot_keep_the_matcher_tells_all_the_same(
    settings: Settings, conn: postgres.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    with conn:
        watches.add(conn, watches.make("w", ["lion"]))
    keep(settings, conn, [article("1", "a lion")])
    (settings.data / watch_index.FILE).mkdir()

    tally = alert.match(settings, RUN)

    assert tally.counts["alerts"] + tally.counts["quiet"] == 1
    assert "watches.npz cannot be kept" in caplog.text
    assert list(settings.data.glob(f".{watch_index.FILE}.*")) == []


def test_dates_cannot_be_asked_of_articles_as_they_come() -> None:
    with pytest.raises(TypeError):
        query_conditions.compile_queries([("w", grammar.parse("a from:7d"))], {})
