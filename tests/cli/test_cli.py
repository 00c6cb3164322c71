"""The command line as a person uses it: one night on the demo newsroom, and what each command says of it."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

from demo import newsroom
from demo.inbox import messages, open_inbox
from tests import databases

Result = subprocess.CompletedProcess[str]
Nightdesk = Callable[..., Result]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the commands run."""
    return tmp_path_factory.mktemp("desk")


@pytest.fixture(scope="module")
def desk(server: str, folder: Path) -> Iterator[Nightdesk]:
    """`nightdesk` in a folder of its own, its sources followed and two nights run: the second found one new article."""
    with (
        databases.database(server) as address,
        newsroom.open_newsroom(folder / "newsroom") as opened,
        open_inbox(folder / "inbox.jsonl") as inbox,
    ):
        env = {
            **{k: v for k, v in os.environ.items() if not k.startswith("NIGHTDESK_")},
            "NIGHTDESK_DATABASE_URL": address,
            "NIGHTDESK_HOST_MAP": opened.host_map,
            "NIGHTDESK_MIN_FREE_MB": "0",
            "COLUMNS": "200",
        }

        def run(*words: str, code: int = 0, typed: str | None = None, **more: str) -> Result:
            done = subprocess.run(
                [sys.executable, "-c", "from pipelines.cli import main; main()", *words],
                cwd=folder,
                env={**env, **more},
                input=typed or "",
                capture_output=True,
                text=True,
                timeout=200,
            )
            assert done.returncode == code, done.stdout + done.stderr
            return done

        run("init", "--contact", "tests@newsroom.test", "--channel", f"desk=webhook+{inbox}", "--operators", "desk")
        newsroom.sources(folder / "sources")
        run("watch", "add", "daesh", "داعش", "--channel", "desk")
        run("run", code=1)
        newsroom.publish(folder / "newsroom")
        run("run", "sabah")
        yield run


def test_status_says_whether_the_last_night_worked_and_where_not(desk: Nightdesk) -> None:
    said = desk("status").stdout

    assert "fanous" in said
    assert "status 503" in said
    assert json.loads(desk("status", "--json").stdout)["headline"] in said.replace("\n", " ")


def test_a_run_of_one_source_in_the_morning_does_not_stand_for_the_night(desk: Nightdesk) -> None:
    said = desk("status").stdout
    newest, night = json.loads(desk("status", "--json").stdout)["runs"]

    report = desk("status", "--run", newest["run"]).stdout

    assert f"Last night ({night['run']}" in said and "1 smaller run since" in said.replace("\n", " ")
    assert (newest["night"], newest["planned"], night["night"]) == (False, 1, True)
    assert f"a run of some sources: 1 of {night['planned']}" in report


def test_a_run_that_is_named_is_reported_source_by_source(desk: Nightdesk) -> None:
    runs = json.loads(desk("status", "--json").stdout)["runs"]

    first = json.loads(desk("status", "--run", runs[-1]["run"], "--json").stdout)["sources"]

    assert {row["source"]: row["state"] for row in first}["fanous"] == "failed"
    assert {row["source"]: row["new"] for row in first} == {
        "fanous": 0, "harbour": 12, "nahr": 9, "roozan": 10, "sabah": 12, "ufuk": 8,
    }  # fmt: skip


def test_the_second_night_alerts_once_on_a_prefixed_form(desk: Nightdesk, folder: Path) -> None:
    desk("alert")

    got = messages(folder / "inbox.jsonl")

    assert [m["message"]["watch"] for m in got] == ["daesh"]
    assert {match["surface"] for match in got[0]["message"]["alerts"][0]["matches"]} >= {"لداعش"}


def test_search_marks_what_it_finds_and_goes_on_by_its_cursor(desk: Nightdesk) -> None:
    counted = json.loads(desk("search", "في lang:ar", "--count", "--json").stdout)
    shown = desk("search", "داعش").stdout

    first = json.loads(desk("search", "في lang:ar", "-n", "1", "--json").stdout)
    rest = json.loads(desk("search", "في lang:ar", "-n", "500", "--after", first["after"], "--json").stdout)

    assert re.search(r"\[\w*داعش\w*\]", shown)
    # What the description has from the text is told once.
    assert len(lines := [line for line in shown.splitlines() if "داعش" in line]) == len(set(lines))
    assert counted["number"] == 1 + len(rest["answers"]) > 1
    assert first["answers"][0]["id"] not in {answer["id"] for answer in rest["answers"]}
    assert any(piece["marked"] for piece in first["answers"][0]["passages"][0]["pieces"])
    assert first["answers"][0]["direction"] == "rtl"


def test_a_query_may_begin_with_what_must_not_be_found(desk: Nightdesk) -> None:
    def count(*words: str) -> int:
        return int(json.loads(desk("search", *words, "--count", "--json").stdout)["number"])

    without = count("-داعش lang:ar")

    assert 0 < without == count("lang:ar") - count("lang:ar داعش") == count("-داعش", "lang:ar")
    assert "No such option" in desk("search", "--bset", "lang:ar", code=2).stderr
    assert len(json.loads(desk("search", "-news", "-n1", "--json").stdout)["answers"]) == 1


def test_a_query_with_a_mistake_is_refused_with_a_caret_and_what_to_write(desk: Nightdesk) -> None:
    said = desk("search", "earthquake langauge:tr", code=1).stderr

    assert said.splitlines() == [
        "langauge: is nothing to look by; do you mean lang:?",
        "  earthquake langauge:tr",
        "             ^",
    ]
    assert "sources list" in desk("search", "source:nowhere", code=1).stderr


def test_every_article_is_in_the_index_from_the_start(desk: Nightdesk) -> None:
    assert "Every article is in the search index." in desk("db", "index").stdout


def test_articles_lists_the_latest_and_shows_one_with_what_was_cut(desk: Nightdesk) -> None:
    (newest,) = json.loads(desk("articles", "--source", "sabah", "-n", "1", "--json").stdout)

    shown = desk("articles", str(newest["id"]), "--removed").stdout

    assert newest["title"] in shown
    assert "phrase: comment (ar)" in shown


def test_articles_shows_where_one_comes_from_and_what_changed_between_two_wordings(desk: Nightdesk) -> None:
    (newest,) = json.loads(desk("articles", "--source", "sabah", "-n", "1", "--json").stdout)
    number = str(newest["id"])

    shown, record = desk("articles", number).stdout, json.loads(desk("articles", number, "--json").stdout)
    same = json.loads(desk("articles", number, "--diff", "1..1", "--json").stdout)

    (origin,) = record["provenance"]
    assert origin["record"] in shown
    assert origin["page_sha256"] == record["page_digest"]
    assert same["title"] == [[{"fate": "same", "text": newest["title"]}]]
    assert newest["title"] in desk("articles", number, "--revision", "1").stdout
    assert "has no revision 7; it has 1" in desk("articles", number, "--diff", "1..7", code=1).stderr
    assert "--diff 1..3" in desk("articles", number, "--diff", "1-3", code=1).stderr


def test_why_tells_the_story_of_a_url_and_articles_finds_it(desk: Nightdesk) -> None:
    (newest,) = json.loads(desk("articles", "--source", "harbour", "-n", "1", "--json").stdout)

    told = [row["what"] for row in json.loads(desk("why", newest["url"], "--json").stdout)]

    assert told == ["discovered: article", "crawl: fetched", "load: stored", "now: stored"]
    assert newest["title"] in desk("articles", "--url", newest["url"]).stdout


def test_one_page_goes_through_all_stages_with_each_decision_explained(desk: Nightdesk) -> None:
    (newest,) = json.loads(desk("articles", "--source", "ufuk", "-n", "1", "--json").stdout)

    said = desk("run", "ufuk", "--url", newest["url"]).stdout

    assert "crawl: done" in said
    assert "In the ledger" in said
    assert [part for part in (newest["title"], " UTC, to the ", "cut") if part not in said] == [], said


def test_an_entry_of_the_catalogue_is_shown_without_being_followed_and_takes_no_options(desk: Nightdesk) -> None:
    shown = desk("follow", "sana", "--dry-run").stdout
    refused = desk("follow", "sana", "--name", "another", code=1)

    assert 'url = "https://' in shown
    assert "has its own name" in refused.stderr
    assert "sana" not in desk("sources", "list", "--json").stdout


def test_a_page_of_nobody_we_follow_is_not_taken(desk: Nightdesk) -> None:
    refused = desk("run", "ufuk", "--url", "http://elsewhere.example.org/1", code=1)

    assert "is not of ufuk" in refused.stderr


def test_try_explains_a_saved_page_and_one_on_the_web(desk: Nightdesk, tmp_path: Path) -> None:
    (newest,) = json.loads(desk("articles", "--source", "harbour", "-n", "1", "--json").stdout)
    saved = tmp_path / "page.html"
    saved.write_text("<html><body><p>Too little.</p></body></html>", encoding="utf-8")

    article = json.loads(desk("try", newest["url"], "--json").stdout)
    rejection = json.loads(desk("try", str(saved), "--json").stdout)

    assert article["article"]["title"] == newest["title"]
    assert rejection["rejection"]["reason"]


def test_each_stage_can_be_run_again_with_the_same_result(desk: Nightdesk) -> None:
    key = next(run["run"] for run in json.loads(desk("status", "--json").stdout)["runs"] if run["new"] == 1)

    stages = ("extract", "load", "alert")
    tallies = [json.loads(desk(stage, "sabah", "--run", key, "--json").stdout)[0] for stage in stages]

    assert [tally["state"] for tally in tallies] == ["done", "done", "done"]
    assert tallies[1]["counts"]["new"] == 1
    assert tallies[2]["counts"]["alerts"] == 1


def test_watches_are_listed_tried_and_removed(desk: Nightdesk) -> None:
    desk("watch", "add", "rain", "Regen", "--unless", "Regenschirm")

    found = json.loads(desk("watch", "test", "rain", "Der Regen kommt.", "--json").stdout)
    desk("watch", "test", "rain", "-", typed="Sonne", code=1)
    desk("watch", "remove", "rain")

    assert [match["surface"] for match in found] == ["Regen"]
    assert [w["name"] for w in json.loads(desk("watch", "list", "--json").stdout)] == ["daesh"]


def test_a_channel_is_tested_and_its_address_never_shown(desk: Nightdesk) -> None:
    assert desk("notify", "test", "desk").stdout == "Sent a test message to desk: it answered 204.\n"

    said = desk("notify", "test", "nobody", code=1).stderr

    assert "there are: desk" in said
    assert "127.0.0.1" not in said


def test_sources_are_followed_listed_checked_and_unfollowed(desk: Nightdesk) -> None:
    desk("follow", "sana")

    names = {row["name"] for row in json.loads(desk("sources", "list", "--json").stdout)}
    shown = desk("sources", "show", "sana").stdout
    checked = desk("sources", "check", "sana", "--offline").stdout
    desk("unfollow", "sana")

    assert "sana" in names
    assert "Asia/Damascus" in shown
    assert checked == "1 source file(s) are in order: sana.\n"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("why", "http://harbour.newsroom.test/never"), "is not in the ledger"),
        (("crawl", "nobody"), "nobody"),
        (("crawl", "--run", "../x"), "is no run key"),
        (("articles", "999999"), "There is no article 999999"),
        (("watch", "add", "empty", " "), "is no term"),
        (("try", "nowhere.html"), "neither a file"),
        (("follow", "no-such-outlet"), "no-such-outlet"),
        (("articles", "--source", "sabha"), "There is no source sabha (near: sabah)"),
        (("status", "--run", "2020-01-01T0200"), "There is no run 2020-01-01T0200; the latest are: 20"),
        (("status", "--run", "yesterday"), "is no run key"),
        (("watch", "add", "rain", "Regen", "--source", "sabha"), "There is no source sabha (near: sabah)"),
        (("init", "--contact", "nonsense"), "'nonsense' is no contact"),
        (("init", "--operators", "dask"), "There is no channel dask (near: desk)"),
        (("run", "--url", "http://harbour.newsroom.test/"), "--url"),
        (("db", "dump", "no/such/folder/today.dump"), "There is no folder no/such/folder"),
        (("db", "dump", ""), "is a folder: name a file in it"),
        (("export", "s3://bucket/archive"), "is no folder of this machine"),
        (("try", "http://["), "is no URL"),
        (("hold", "99999999999999999999"), "Nothing in the archive answers"),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_1(desk: Nightdesk, words: tuple[str, ...], sentence: str) -> None:
    done = desk(*words, code=1)

    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_schedule_that_is_none_is_told_by_status(desk: Nightdesk) -> None:
    said = desk("status", code=1, NIGHTDESK_SCHEDULE="99 2 * * *").stderr

    assert said.startswith("NIGHTDESK_SCHEDULE cannot be used: '99 2 * * *' is no cron expression")


def test_without_a_source_there_is_nothing_to_run_and_that_is_no_success(desk: Nightdesk, tmp_path: Path) -> None:
    for stage in ("run", "crawl", "extract", "load"):
        said = desk(stage, code=1, NIGHTDESK_SOURCES=str(tmp_path)).stderr

        assert said.startswith(f"No source is followed ({tmp_path} has no file of one)"), said
    desk("alert", NIGHTDESK_SOURCES=str(tmp_path))


def test_an_article_is_whole_under_its_key_wherever_it_is_printed_for_programs(desk: Nightdesk) -> None:
    (listed,) = json.loads(desk("articles", "--source", "harbour", "-n", "1", "--json").stdout)

    assert listed["text"] == json.loads(desk("articles", str(listed["id"]), "--json").stdout)["text"]
    assert len(listed["excerpt"]) < len(listed["text"])


def test_init_keeps_what_it_wrote_and_its_file_is_private(desk: Nightdesk, folder: Path) -> None:
    file = folder / "nightdesk.env"

    desk("init", "--operators", "desk")

    assert file.stat().st_mode & 0o777 == 0o600
    assert "tests@newsroom.test" in file.read_text(encoding="utf-8")


def test_the_database_is_migrated_once(desk: Nightdesk) -> None:
    assert desk("db", "migrate").stdout == "The database is up to date.\n"


def test_one_page_that_cannot_be_fetched_says_its_own_reason_and_exits_1(desk: Nightdesk) -> None:
    said = desk("run", "fanous", "--url", "http://fanous.newsroom.test/feed/", code=1).stdout

    assert "could not be fetched: status 503" in said


def test_what_a_page_says_is_shown_as_it_is_written_and_a_file_is_called_a_file(tmp_path: Path) -> None:
    saved = tmp_path / "page.html"
    told = "The manual says that `nightdesk why` tells the story of a page, and adds that nobody should guess it."
    body = "".join(f"<p>{told} Paragraph {n} says it once more in its own words.</p>" for n in range(3))
    saved.write_text(f"<html><head><title>A manual</title></head><body><h1>A manual</h1>{body}</body></html>")

    program = Path(sys.executable).with_name("nightdesk")
    done = subprocess.run(
        [program, "try", str(saved)],
        env={"PATH": os.defpath},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=200,
    )
    shown = done.stdout

    assert shown.count("`nightdesk why` tells") == 3
    assert shown.startswith(f"{saved}, ") and "HTTP" not in shown.splitlines()[0]


def test_an_article_that_its_site_removed_is_called_so(desk: Nightdesk, folder: Path) -> None:
    newest = json.loads(desk("articles", "--source", "nahr", "-n", "1", "--json").stdout)[0]
    newsroom.delete(folder / "newsroom", newest["url"])
    for _ in range(2):
        desk("run", "nahr", "--url", newest["url"])

    listed, shown = desk("articles", "--source", "nahr").stdout, desk("articles", str(newest["id"])).stdout

    assert f"{newest['title']} (removed" in listed
    assert "the site no longer has it" in shown


def test_the_version_is_told_without_an_installation(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from pipelines.cli import main; main()", "--version"]

    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)

    first, second = said.stdout.splitlines()
    assert first == f"Nightdesk {version('nightdesk')}"
    assert second.startswith("Installation: ")


def test_status_names_a_channel_that_a_watch_uses_and_nobody_gave_an_address(desk: Nightdesk) -> None:
    desk("watch", "add", "rain", "Regen", "--channel", "weather")

    said = desk("status").stdout
    desk("watch", "remove", "rain")

    assert "The channel weather has no address here: set NIGHTDESK_CHANNEL_WEATHER, unless Airflow has" in said
    assert "The channel desk" not in said


def test_every_time_is_shown_with_its_zone(desk: Nightdesk) -> None:
    (newest,) = json.loads(desk("articles", "--source", "harbour", "-n", "1", "--json").stdout)

    told = [desk(*words).stdout for words in (("status",), ("articles",), ("articles", str(newest["id"])))]
    told += [row["reason"] for row in json.loads(desk("why", newest["url"], "--json").stdout) if "due" in row["reason"]]

    assert len(told) == 4
    for said in told:
        assert " UTC" in said
        assert re.findall(r"\d\d:\d\d\b(?! UTC)", said) == [], said
