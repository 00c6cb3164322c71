"""Extracting again: a trial changes nothing, its report says what would, our correction is quiet and can be undone."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from pipelines.alert import stage as alert
from pipelines.alert import watches
from pipelines.cli import app
from pipelines.stores import postgres
from tests import commands, factories
from tests.papers import Paper

Nightdesk = Callable[..., Result]
LINE = "وكان الجسر القديم قد بني قبل ستين عاما بأيدي أهل المدينة وحدهم"
TABLES = ("articles", "revisions", "urls", "outcomes", "changes", "article_words", "alerts")


@pytest.fixture
def nightdesk(paper: Paper, monkeypatch: pytest.MonkeyPatch) -> Nightdesk:
    """`nightdesk` on the paper's installation, which follows it, after two nights: the second edited article 2."""
    commands.use(paper.settings, monkeypatch)
    factories.follow(paper.settings, paper.source)
    paper.prints(3, 2, 1, n1=LINE, n2=LINE, n3=LINE)
    paper.comes_out()
    paper.prints(3, 2, 1, n1=LINE, n3=LINE, n2=f"نص آخر تماما لهذا الخبر الذي تغير في الليلة الثانية.</p><p>{LINE}")
    paper.comes_out()
    return commands.run


def _learns(paper: Paper) -> None:
    """From now on our extraction knows that LINE is no part of an article."""
    path = paper.settings.sources / f"{paper.source.name}.toml"
    path.write_text(path.read_text("utf-8") + f'phrases = ["{LINE}"]\n', encoding="utf-8")


def _all(conn: postgres.Connection) -> dict[str, list[Any]]:
    with conn, conn.cursor() as cursor:
        found = {}
        for table in TABLES:
            cursor.execute(f"select to_jsonb(t) as row from {table} t order by to_jsonb(t)::text")
            found[table] = [row["row"] for row in cursor.fetchall()]  # type: ignore[call-overload]
    return found


def test_a_trial_reports_what_would_change_and_changes_nothing(
    nightdesk: Nightdesk, paper: Paper, conn: postgres.Connection
) -> None:
    _learns(paper)
    before = _all(conn)

    said = nightdesk("extract", "--again")
    report = json.loads(nightdesk("extract", "--again", "--json").stdout)

    assert _all(conn) == before
    assert (report["read"], report["changed"], report["articles"]) == (4, 4, 3)
    assert report["fields"] == {"text": 4}
    assert report["words"] == 4 * len(LINE.split())
    assert f"[-{LINE}-]" in said.stdout
    assert "4 pages read again" in said.stdout
    assert f"--apply {report['run'][:10]}" in said.stdout


def test_what_is_read_as_it_is_stored_is_nothing_to_correct(nightdesk: Nightdesk) -> None:
    said = nightdesk("extract", "--again")
    none = nightdesk("extract", "--again", "--to", "2020")

    assert "0 wordings of 0 articles" in said.stdout
    assert none.stdout.startswith("0 pages read again")


def test_a_correction_is_quiet_and_can_be_taken_back_to_the_byte(
    nightdesk: Nightdesk, paper: Paper, conn: postgres.Connection
) -> None:
    with conn:
        watches.add(conn, watches.make("all", ["الطريق", "الجسر"]))
    # What the publisher did is told of before.
    alert.match(paper.settings, "2026-11-02T0200")
    _learns(paper)
    before = _all(conn)
    run = json.loads(nightdesk("extract", "--again", "--json").stdout)["run"]

    applied = nightdesk("extract", "--again", "--apply", run)

    put_right = _all(conn)
    alert.match(paper.settings, run)
    assert applied.exit_code == 0
    assert [len(rows) for rows in put_right["revisions"]] == [len(rows) for rows in before["revisions"]]
    for table in ("articles", "revisions"):
        assert all(LINE in row["text"] for row in before[table])
        assert not any(LINE in row["text"] for row in put_right[table])
    added = [row for row in put_right["changes"] if row["run"] == run]
    assert {(row["kind"], row["quiet"]) for row in added} == {("revised", "re-extraction")}
    with conn, conn.cursor() as cursor:
        cursor.execute("select count(*) as loud from alerts where run = %s and quiet = ''", (run,))
        assert cursor.fetchone()["loud"] == 0  # type: ignore[index,call-overload]
        cursor.execute("delete from alerts where run = %s", (run,))

    undone = nightdesk("extract", "--again", "--undo", run)

    assert undone.exit_code == 0, undone.output
    assert {name: rows for name, rows in _all(conn).items() if rows != before[name]} == {}


def test_a_correction_is_undone_from_the_newest_on_and_once(nightdesk: Nightdesk, paper: Paper) -> None:
    _learns(paper)
    keys: list[str] = []
    while len(keys) < 2:
        key = json.loads(nightdesk("extract", "--again", "--json").stdout)["run"]
        if key not in keys:
            keys.append(key)
    for key in keys:
        nightdesk("extract", "--again", "--apply", key)

    older = CliRunner().invoke(app, ["extract", "--again", "--undo", keys[0]])
    nightdesk("extract", "--again", "--undo", keys[1])
    twice = CliRunner().invoke(app, ["extract", "--again", "--undo", keys[1]])
    none = CliRunner().invoke(app, ["extract", "--again", "--apply", "2020-01-01T0000"])

    assert f"The correction {keys[1]} was made after {keys[0]}" in str(older.exception)
    assert "is no correction in force" in str(twice.exception)
    assert "There is no trial 2020-01-01T0000" in str(none.exception)


def test_a_page_whose_raw_record_is_gone_stays_as_it_is(
    nightdesk: Nightdesk, paper: Paper, conn: postgres.Connection
) -> None:
    for path in paper.settings.raw.rglob("*.warc.gz"):
        path.unlink()
    before = _all(conn)

    said = nightdesk("extract", "--again")

    assert "Of 4 pages the raw record cannot be read" in said.stdout
    assert _all(conn) == before
