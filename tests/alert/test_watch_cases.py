"""`nightdesk watch test`: where a query matches a text, which part failed, and whole files of pairs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipelines.alert import cases, watches
from pipelines.cli import app
from pipelines.errors import WatchError
from pipelines.query import evaluation, explanation
from pipelines.query.evaluation import QueriedArticle
from pipelines.settings import Settings
from tests import commands

Nightdesk = Callable[..., Result]
# Pairs of the kinds that need more than what Arabic writes before a word; ours, and none of them of a page.
PAIRS = """id\tterm\tsentence\texpected\tcategory\tneeds
1\tلاجئ\tاستقبلت البلدة لاجئيها\t1\tplural with pronoun\tsuffix
2\tلاجئ\tعاد لاجئوهم أمس\t1\tplural with pronoun\tsuffix
3\tغارة\tأوقفوا غاراتكم\t1\tplural with pronoun\tsuffix
4\tغارة\tغارتا الأمس\t1\tdual before a noun\tsuffix
5\tسوريا\tوالسوريون في الخارج\t1\tnisba plural\tsuffix
6\tجيش\tجاش البحر\t0\tanother word\tsuffix
7\tالرقة\tإلى رقة أخرى\t1\tno article\tarticle
8\tدرعا\tلبس درعاً\t0\ttanwin\tambiguous
9\tدرعا\tمن درعا\t1\tthe town\tambiguous
10\tفتح\tدعا لفتح المعبر\t0\tan infinitive\tambiguous
11\tداود أوغلو\tأحمد داوود اوغلو\t1\tspelling\talias
12\tجيش\tجيوش المنطقة\t1\tbroken plural\talias
13\tAleppo\tفي حلب\t1\tanother script\talias
14\train NEAR/2 snow\train or snow\t1\ta whole query\tquery
15\tداعش\tلداعش\t1\tprefix\tclitics
"""
NAMES = "name\tspellings\nداود\tداوود\nجيش\tجيوش|الجيوش\naleppo\tحلب\nAleppo\tHalab\n"


@pytest.fixture
def nightdesk(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Nightdesk:
    commands.use(settings, monkeypatch)
    return lambda *words: CliRunner().invoke(app, words)


def test_a_query_is_tried_on_a_text_and_says_where_it_matches(nightdesk: Nightdesk) -> None:
    done = nightdesk("watch", "test", "داعش NEAR/3 الرقة -source:x", "--text", "سقطت لداعش في الرقة", "--json")

    told = json.loads(done.output)
    assert done.exit_code == 0
    assert (told["matched"], told["not_looked_at"]) == (True, ["-source:x"])
    assert [(m["surface"], m["offset"]) for m in told["matches"]] == [("لداعش", 5), ("الرقة", 14)]


@pytest.mark.parametrize(
    ("query", "text", "failed"),
    [
        ("rain snow", "rain alone", ["snow is not there."]),
        ("حزب الله snow", "حزب‌الله", ["snow is not there."]),
        ("rain OR snow", "sun", ["None of rain, snow is there."]),
        ("rain -snow", "rain and snow", ["snow is there, and must not be: snow."]),
        ("rain NEAR/2 snow", "rain, sun, wind and snow", ["rain and snow are there, but not within 2 words."]),
        ("rain NEAR/2 (snow OR ice)", "rain", ["(snow OR ice) is not there."]),
        ("title:rain", "rain", ["title:rain is there, but not in the title."]),
        ('rain EXCEPT "acid rain"', "acid rain", ['rain stands only within "acid rain".']),
        ('"acid rain" (a OR b)', "c", ['"acid rain" is not there.', "None of a, b is there."]),
        ("exact:rain|suffix", "x", ["exact:rain|suffix is not there."]),
    ],
)
def test_the_part_that_failed_is_named(query: str, text: str, failed: list[str]) -> None:
    node = watches.parse_query(query)

    look = evaluation.read_article(QueriedArticle(title="", description="", text=text))

    assert explanation.explain_failed(node, look) == failed
    assert watches.parse_query(explanation.write_part(node)) == node


def test_a_query_that_fails_says_so_and_exits_1(nightdesk: Nightdesk) -> None:
    done = nightdesk("watch", "test", "rain snow", "--text", "rain")

    assert done.exit_code == 1
    assert done.output == "Nothing: the query would stay silent.\n  snow is not there.\n"


def test_a_file_of_pairs_is_judged_each_by_what_it_needs(nightdesk: Nightdesk, tmp_path: Path) -> None:
    (tmp_path / "cases.tsv").write_text(PAIRS, encoding="utf-8")
    (tmp_path / "names.tsv").write_text(NAMES, encoding="utf-8")
    pair = ("watch", "test", "--cases", str(tmp_path / "cases.tsv"))

    done = nightdesk(*pair, "--names", str(tmp_path / "names.tsv"), "--json")
    without = nightdesk(*pair)

    lines = [json.loads(line) for line in done.output.splitlines()]
    assert [line["id"] for line in lines if line["matched"] != line["expected"]] == []
    assert len(lines) == 15
    assert done.exit_code == without.exit_code == 0
    assert "Otherwise than expected" in without.output
    assert "alias" in without.output


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("n.toml", 'aleppo = ["حلب", "Halab"]'),
        ("n.json", '{"aleppo": ["حلب", "Halab"]}'),
        ("n.json", '[["Aleppo", "حلب", "Halab"]]'),
        ("n.txt", "Aleppo, حلب, Halab"),
        ("n.txt", "Aleppo|حلب\nHalab|aleppo"),
    ],
)
def test_names_are_read_from_lists_of_several_forms(tmp_path: Path, file: str, content: str) -> None:
    (tmp_path / file).write_text(content, encoding="utf-8")

    names = cases.read_names(tmp_path / file)

    assert {"حلب", "Halab"} <= set(names["aleppo"])
    assert names["aleppo"] == names["halab"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("id\tterm\n1\tx\n", "has no column sentence"),
        ("id\tterm\tsentence\texpected\n1\tx\ty\tmaybe\n", "line 2"),
        ("id\tterm\tsentence\n7\t«»\ty\n", "Case 7: .*no letter"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_its_place(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "cases.tsv"
    file.write_text(content, encoding="utf-8")

    with pytest.raises(WatchError, match=said):
        [cases.judge(case, {}) for case in cases.read(file)]


def test_words_of_ten_scripts_are_found_in_every_way_in_which_they_are_written() -> None:
    pairs = list(cases.read(Path(__file__).parents[1] / "match_cases_scripts.tsv"))

    wrong = [case for case in pairs if cases.judge(case, {}).matched != case.expected]

    assert (len(pairs) > 150, wrong) == (True, [])
