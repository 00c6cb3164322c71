"""The words of the Desk: every language has all of them, with the same places for values, and every one is used."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from pipelines.codes import Act, DriftKind, HandWork, Need, Quiet, SourceState, TroubleKind
from pipelines.load import drift

CONSOLE = Path(__file__).parents[2] / "pipelines/airflow/console"
# The forms of a number in each language, as CLDR has them.
PLURALS = {
    "en": {"one", "other"},
    "ar": {"zero", "one", "two", "few", "many", "other"},
    "fr": {"one", "many", "other"},
    "tr": {"one", "other"},
    "fa": {"one", "other"},
    "ckb": {"one", "other"},
}
# Lists of words of which the server names one: word("state", …).
CLOSED = (
    *("act", "dag", "edit", "hand", "kind", "list", "means", "need", "provenance", "quiet", "span", "stage", "state"),
    *("told", "trouble"),
)
# Of codes of ours, the list that names each.
NAMED = {
    "act": Act,
    "drift": DriftKind,
    "hand": HandWork,
    "need": Need,
    "means": TroubleKind,
    "quiet": [one for one in Quiet if one],
    "trouble": (*TroubleKind, *SourceState),
}
# What stands in a script and is no sentence of ours: headers, names of languages, fonts, looks, codes.
NO_SENTENCES = (
    *("Content-Type", "Nightdesk-Action", "فارسی", "کوردی", "underline wavy", "noopener noreferrer", "given up"),
    *("weekly mon 07:00", "'Noto Naskh Arabic', 'Noto Sans Arabic', 'Geeza Pro', 'Segoe UI', Tahoma, sans-serif"),
    # The tab's title names the program that the Desk stands in.
    "${title} · Airflow",
)
LITERAL = re.compile(r'"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`')


def words(language: str) -> dict[str, Any]:
    return dict(json.loads((CONSOLE / f"languages/{language}.json").read_text(encoding="utf-8")))


def forms(said: str | dict[str, str]) -> list[str]:
    return list(said.values()) if isinstance(said, dict) else [said]


def scripts() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(CONSOLE.rglob("*.js")))


@pytest.mark.parametrize("language", sorted(PLURALS))
def test_a_language_has_every_word_with_its_values_and_every_form_of_a_number(language: str) -> None:
    english, here = words("en"), words(language)

    assert list(here) == sorted(english)
    wrong = [
        key
        for key, said in here.items()
        for form in forms(said)
        if not form.strip()
        or set(re.findall(r"{\w+}", form)) - set(re.findall(r"{\w+}", " ".join(forms(english[key]))))
        or (
            isinstance(said, str)
            and set(re.findall(r"{\w+}", form)) != set(re.findall(r"{\w+}", forms(english[key])[-1]))
        )
        or (isinstance(said, dict) and set(said) != PLURALS[language])
    ]
    assert wrong == []


def test_every_language_that_is_offered_has_its_file() -> None:
    named = re.search(r"const CATALOGUES = \[(.*)\]", (CONSOLE / "parts/language.js").read_text(encoding="utf-8"))

    assert named
    assert set(re.findall(r'"(\w+)"', named[1])) == {path.stem for path in (CONSOLE / "languages").glob("*.json")}
    assert set(PLURALS) == {path.stem for path in (CONSOLE / "languages").glob("*.json")}


def test_every_word_that_a_page_says_is_there_and_none_is_left_over() -> None:
    english, written = set(words("en")), scripts()
    said = set(re.findall(r'"([a-z]+\.[A-Za-z0-9_ ]+)"', written))
    begun = set(re.findall(r"say\(`([a-z]+\.[a-z_]*)\$\{", written))

    calls = set(re.findall(r'(?:say|phrase)\((?:[^()"]*\? )?"([^"]+)"', written))
    assert calls - english == set()
    left = {key for key in english - said if not key.startswith((*begun, *(f"{name}." for name in CLOSED)))}
    assert left == set()


def test_every_value_of_a_word_is_given_where_the_word_is_said() -> None:
    given = re.findall(r'(?:say|phrase)\("([^"]+)"(?:, {([^{}()]*(?:\([^()]*\)[^{}()]*)*)})?\)', scripts())
    wanted = {key: set(re.findall(r"{(\w+)}", " ".join(forms(said)))) for key, said in words("en").items()}

    lacking = {
        key: names
        for key, values in given
        if "..." not in values
        and (names := wanted[key] - set(re.findall(r"(?:^|,)\s*(\w+)\s*(?=[:,]|$)", values.strip())))
    }
    assert len(given) > 100
    assert lacking == {}


def test_nothing_turns_the_direction_but_what_isolates_a_value() -> None:
    turning = re.compile("[\u202a-\u202e\u2066-\u2069]")
    # Of a query: words that stay as they are in every language.
    isolated = re.compile("\u2066[A-Za-z0-9/:…]+\u2069")

    said = {language: isolated.sub("", json.dumps(words(language), ensure_ascii=False)) for language in PLURALS}

    assert [language for language, text in said.items() if turning.search(text)] == []


def test_every_code_that_a_page_names_has_a_word() -> None:
    english = words("en")

    assert [
        f"{name}.{code}" for name, codes in NAMED.items() for code in codes if f"{name}.{code}" not in english
    ] == []


def test_the_desk_says_in_english_why_a_run_is_held_as_the_command_does() -> None:
    at_desk = {kind: words("en")[f"drift.{kind}"].replace("’", "'") for kind in DriftKind}

    assert at_desk == {kind: f"{said[0].upper()}{said[1:]}." for kind, said in drift.SENTENCES.items()}


@pytest.mark.parametrize("language", sorted(PLURALS))
def test_what_is_held_is_a_run_and_never_an_article_that_retention_leaves_alone(language: str) -> None:
    here = words(language)
    kept = {key: said.casefold() for key, said in here.items() if key.startswith(("holds.", "act.hold", "work.ke"))}
    # In English the word has two forms.
    held = ("hold", "held") if language == "en" else (here["need.held"].casefold(), here["held.release"].casefold())

    assert len(kept) > 10
    assert [key for key, said in kept.items() if any(re.search(rf"\b{word}", said) for word in held)] == []


def test_no_script_has_a_sentence_that_is_in_no_catalogue() -> None:
    written = re.sub(r"(?<![:\"'`])//[^\n]*", "", scripts())
    literals = [one[1:-1] for one in LITERAL.findall(written)]

    bare = {one: re.sub(r"\$\{(?:[^{}]|\{[^{}]*\})*\}", " ", one) for one in literals if one not in NO_SENTENCES}
    sentences = [one for one, text in bare.items() if re.search(r"\b[A-Z][a-z]+\b|[a-z]+ [a-z]+|[^\W\d_a-zA-Z]", text)]
    alone = re.findall(r"(?:\}|null), [\"`]([A-Za-z]{2,})[\"`]\)", written)
    assert sentences + alone == []
