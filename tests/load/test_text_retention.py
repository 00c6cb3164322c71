"""Retention of article files, earlier wordings and the ledger: what is old goes, and is told; what is used stays."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from pipelines import urls
from pipelines.codes import Side
from pipelines.crawl import url_account
from pipelines.errors import SettingsError, SourceError
from pipelines.load import text_retention
from pipelines.settings import Settings
from pipelines.settings import settings as read_settings
from pipelines.sources import sourcefile
from pipelines.stores import articlefile, bucket, postgres
from tests import commands, factories
from tests.archives import article, keep, source_of
from tests.databases import rows

OLD, LATER, AT = "2026-01-10T0200", "2026-01-11T0200", datetime(2026, 1, 10, 2, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
NAMES = ("held", "alerted", "free")


@pytest.fixture
def current(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An installation that keeps texts for 30 days, and raw files and the ledger for 90."""
    made = settings.model_copy(update={"keep_text_days": 30, "keep_raw_days": 90, "keep_ledger_days": 90})
    commands.use(made, monkeypatch)
    return made


@pytest.fixture
def nightdesk(current: Settings) -> Callable[..., Result]:
    return commands.run


def two_wordings(current: Settings, conn: postgres.Connection) -> None:
    """An article with two wordings of each source; one is held, one was told of."""
    for run, text, days in ((OLD, "سقط الجسر القديم. " * 20, 0), (LATER, "بني الجسر الجديد. " * 20, 1)):
        keep(current, conn, [article("1", text, source=name) for name in NAMES], run=run, at=AT + timedelta(days=days))
    with conn, conn.cursor() as cursor:
        cursor.execute("insert into alerts (watch, kind, subject_id, article_id, revision) "
                       "select 'w', 'new', 1, id, 1 from articles where source = 'alerted'")  # fmt: skip
        cursor.execute("insert into holds (asked) values ('x')")
        cursor.execute("insert into held_articles select 1, id from articles where source = 'held'")


def ended(conn: postgres.Connection, name: str, path: str, state: str, code: str, *, run: str = OLD) -> int:
    """An address that came to its end in a run, with a fetch that is not in the raw store any more."""
    with conn:
        number = factories.url(conn, name, path, state, code=code, discovered_run=run, discovered_at=AT, decided_at=AT,
                               next_at=None)  # fmt: skip
        read = factories.fetch(conn, name, number, run=run, fetched_at=AT, warc_file=f"{name}/{run}/gone.warc.gz",
                               warc_offset=number)  # fmt: skip
        factories.insert(conn, "outcomes", fetch_id=read, url_id=number, run=run, source=name, outcome="rejected")
    return number


def test_article_files_and_earlier_wordings_go_and_what_an_alert_or_a_hold_refers_to_stays(
    current: Settings, conn: postgres.Connection, nightdesk: Callable[..., Result]
) -> None:
    two_wordings(current, conn)

    dry = nightdesk("upkeep", "--dry-run").output
    told = nightdesk("upkeep").output

    assert f"free/{OLD}.jsonl  would be deleted" in dry
    assert f"held/{OLD}.jsonl  stays: an alert or a hold refers to it" in dry
    assert "2 article files would be deleted" in dry and "1 earlier wordings of articles would lose their words" in dry
    assert "Article files deleted: 2. Earlier wordings without words from now on: 1." in told
    assert [name for name in NAMES if bucket.list_files(current.articles / name, ".jsonl")] == ["held", "alerted"]
    wordings = (
        "select a.source, r.revision, r.text <> '' as words, r.text_digest <> '' as digest "
        "from revisions r join articles a on a.id = r.article_id order by a.id, r.revision"
    )
    assert rows(conn, wordings) == [
        ("held", 1, True, True), ("held", 2, True, True), ("alerted", 1, True, True), ("alerted", 2, True, True),
        ("free", 1, False, True), ("free", 2, True, True),
    ]  # fmt: skip
    assert nightdesk("upkeep", "--dry-run").output.count("0 article files would be deleted") == 1
    ((number,),) = rows(conn, "select id from articles where source = 'free'")
    wanted = "The description and the text of revision 1 are no longer kept: retention deleted them on"
    assert wanted in " ".join(nightdesk("articles", str(number), "--revision", "1").output.split())


def test_words_that_are_no_longer_kept_are_compared_with_nothing_and_have_no_digest(
    current: Settings, conn: postgres.Connection, nightdesk: Callable[..., Result]
) -> None:
    for run, title, days in ((OLD, "Before", 0), (LATER, "After", 1)):
        made = article("1", f"{title} the bridge. " * 20, title, "free", description="The same.")
        keep(current, conn, [made], run=run, at=AT + timedelta(days=days))
    ((number,),) = rows(conn, "select id from articles")

    def ask(*words: str) -> Any:
        return json.loads(nightdesk("articles", str(number), *words, "--json").stdout)

    kept = {one["revision"]: one for one in ask()["provenance"]}
    text_retention.retire(current, NOW)
    told = " ".join(nightdesk("articles", str(number), "--diff", "1..2").output.split())
    compared = ask("--diff", "1..2")
    origins = {one["revision"]: one for one in ask()["provenance"]}

    sentence = "The description and the text of revision 1 are no longer kept: retention deleted them on"
    setting = "(NIGHTDESK_KEEP_TEXT_DAYS, or keep_text of the source)."
    assert sentence in told and f"{setting} Only the titles are compared." in told
    assert "[-Before-]" in told and "bridge" not in told and "The same" not in told
    assert (compared["description"], compared["text"], len(compared["not_kept"])) == (None, None, 1)
    assert compared["title"] and sentence in compared["not_kept"][0]
    assert (origins[1]["text_sha256"], origins[2]["text_sha256"]) == ("", kept[2]["text_sha256"])
    assert origins[1]["text_retired_at"] and origins[1]["normal_form_sha256"] == kept[1]["normal_form_sha256"]
    assert ask("--revision", "1")["text"] == "" and ask("--diff", "2..2")["not_kept"] == []


def test_a_retired_article_file_is_no_difference_and_a_lost_one_is(
    current: Settings, conn: postgres.Connection, nightdesk: Callable[..., Result]
) -> None:
    two_wordings(current, conn)
    for name in NAMES:
        with conn:
            factories.ran(conn, name, "crawl", "done", run=OLD, started_at=AT)
            factories.ran(conn, name, "extract", "done", run=OLD)

    text_retention.retire(current, NOW)
    articlefile.path(current, "held", OLD).unlink()

    sides = {name: {one.side for one in url_account.differences(current, conn, source_of(name), OLD)} for name in NAMES}
    assert {name: Side.LINE in found for name, found in sides.items()} == {
        "held": True,
        "alerted": False,
        "free": False,
    }
    assert "free: retention took article file away on" in nightdesk("ledger", "--run", OLD).output


def test_killed_behind_the_note_the_file_still_counts_and_the_same_again_takes_it(
    current: Settings, conn: postgres.Connection
) -> None:
    two_wordings(current, conn)
    with conn:
        postgres.execute(
            conn,
            "retire_notes",
            source="free",
            what="article file",
            why="old",
            notes=postgres.json([{"run": OLD, "count": 0, "complete": True}]),
        )
    path = articlefile.path(current, "free", OLD)
    whole = path.read_text(encoding="utf-8")
    lines = whole.splitlines(keepends=True)
    path.write_text("".join(lines[1:]), encoding="utf-8")

    lost = {one.side for one in url_account.differences(current, conn, source_of("free"), OLD)}
    conn.rollback()
    gone = text_retention.retire(current, NOW)

    assert Side.LINE in lost
    assert f"free/{OLD}" in gone.files and not path.exists()
    assert Side.LINE not in {one.side for one in url_account.differences(current, conn, source_of("free"), OLD)}


def test_a_source_may_keep_its_texts_longer_or_for_ever(current: Settings, conn: postgres.Connection) -> None:
    two_wordings(current, conn)

    gone = text_retention.retire(current, NOW, text_days={"free": 0, "held": 36500}, dry=True)
    usual = text_retention.retire(
        current.model_copy(update={"keep_text_days": 0}), NOW, text_days={"free": 30}, dry=True
    )

    assert (gone.files, gone.wordings) == ([], 0)
    assert (usual.files, usual.wordings) == ([f"free/{OLD}", f"free/{LATER}"], 1)


def test_what_is_long_done_leaves_the_ledger_and_a_line_with_how_it_ended(
    current: Settings, conn: postgres.Connection, nightdesk: Callable[..., Result]
) -> None:
    two_wordings(current, conn)
    short = ended(conn, "free", "short", "rejected", "too short")
    again = ended(conn, "free", "again", "rejected", "too short")
    with conn:
        conn.cursor().execute("update urls set next_at = now() where id = %s", (again,))
        for name in NAMES:
            factories.ran(conn, name, "crawl", "done", run=OLD, started_at=AT)
    before = rows(conn, "select count(*) from fetches")

    dry = text_retention.retire(current, NOW, dry=True)
    unchanged = rows(conn, "select count(*) from fetches")
    done = text_retention.retire(current, NOW)
    twice = text_retention.retire(current, NOW)

    assert (dry.fetches, dry.urls, unchanged) == (2, 1, before)
    assert (done.fetches, done.urls) == (2, 1)
    assert (twice.fetches, twice.urls) == (0, 0)
    assert rows(conn, "select source, url_key, day::text, state, code from retired_urls") == [
        ("free", "short", "2026-01-10", "rejected", "too short")
    ]
    assert rows(conn, f"select count(*) from urls where id in ({short}, {again})") == [(1,)]
    assert rows(conn, "select count(*) from articles") == [(3,)]
    with conn:
        conn.cursor().execute("update retired_urls set url_key = %s", (urls.key("https://free.test/short"),))
    assert "it had ended as rejected (too short); retention" in nightdesk("why", "https://free.test/short").output


def test_a_dry_run_tells_what_upkeep_then_does_of_what_only_goes_once_something_else_went(
    current: Settings, conn: postgres.Connection, nightdesk: Callable[..., Result]
) -> None:
    """An answer is in a raw file that goes before, and an address goes with the last of its fetches, of two runs."""
    number = ended(conn, "free", "short", "rejected", "too short")
    with conn:
        again = factories.fetch(conn, "free", number, run=LATER, fetched_at=AT + timedelta(days=1))
        factories.insert(conn, "outcomes", fetch_id=again, url_id=number, run=LATER, source="free", outcome="rejected")
        for run in (OLD, LATER):
            factories.ran(conn, "free", "crawl", "done", run=run, started_at=AT)
    path = current.raw / "free" / OLD / "gone.warc.gz"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x")

    dry = nightdesk("upkeep", "--dry-run").output
    unchanged = rows(conn, "select count(*) from fetches")
    told = nightdesk("upkeep").output

    assert "1 raw files of 1 runs would be deleted" in dry
    assert "2 fetches and 1 addresses would leave the ledger" in dry
    assert unchanged == [(2,)]
    assert "Out of the ledger: 2 fetches, 1 addresses." in told
    assert rows(conn, "select count(*) from urls") == [(0,)]


def test_an_answer_that_is_in_the_raw_store_keeps_its_fetch_and_its_address(
    current: Settings, conn: postgres.Connection
) -> None:
    ended(conn, "free", "short", "rejected", "too short")
    with conn:
        factories.ran(conn, "free", "crawl", "done", run=OLD, started_at=AT)
    path = current.raw / "free" / OLD / "gone.warc.gz"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x")

    done = text_retention.retire(current, NOW)
    for_ever = text_retention.retire(current, NOW, raw_days={"free": 0})

    assert (done.fetches, done.urls) == (for_ever.fetches, for_ever.urls) == (0, 0)


def test_a_card_counts_what_left_the_ledger_as_it_had_ended_and_names_what_is_lost(
    current: Settings, conn: postgres.Connection, nightdesk: Callable[..., Result], tmp_path: Path
) -> None:
    two_wordings(current, conn)
    ended(conn, "free", "short", "rejected", "too short")
    with conn:
        factories.ran(conn, "free", "crawl", "done", run=OLD, started_at=AT)

    text_retention.retire(current, NOW)
    nightdesk("export", str(tmp_path / "out"), "--source", "free")

    card = json.loads((tmp_path / "out" / "coverage.json").read_text(encoding="utf-8"))
    day = next(one for one in card["sources"][0]["days"] if one["day"] == "2026-01-10")
    assert (day["found"], day["rejected"], day["retired"]) == (1, {"too short": 1}, 1)
    assert "Retention took the rows of 1 addresses" in (tmp_path / "out" / "coverage.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("KEEP_TEXT_DAYS", "29", "fewer than 30 days would delete what may still be loaded"),
        ("KEEP_LEDGER_DAYS", "89", "from fewer than 90 days nobody could learn what is usual"),
        ("KEEP_LEDGER_DAYS", "100", "what the raw store has, the ledger tells of, and NIGHTDESK_KEEP_RAW_DAYS is 120"),
    ],
)
def test_days_that_would_lose_recent_things_are_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv("NIGHTDESK_KEEP_RAW_DAYS", "120")
    monkeypatch.setenv(f"NIGHTDESK_{name}", value)

    with pytest.raises(SettingsError, match=said):
        read_settings()


def test_a_source_file_that_keeps_texts_too_short_is_refused() -> None:
    with pytest.raises(SourceError, match=r"keep_text.*it is 30 at least, or 0 for ever"):
        sourcefile.parse(
            'title = "A"\nurl = "https://a.test/"\ncountry = "SY"\nlanguage = "ar"\ntimezone = "UTC"\n'
            'feeds = ["https://a.test/feed"]\nkeep_text = 7\n', "a", "a.toml",
        )  # fmt: skip
