"""The canary: its article's alert comes out, or a second channel hears that it did not; nothing of it is elsewhere."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.codes import Figure
from pipelines.health import metrics
from pipelines.settings import Settings
from pipelines.settings import settings as settings_of_this_process
from pipelines.stores import postgres, runs
from tests import commands
from tests.databases import rows


@pytest.fixture
def alarm(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that is the second channel, of an installation with a canary."""
    current = settings.model_copy(update={"canary": "night-desk"})
    commands.use(current, monkeypatch)
    monkeypatch.setenv("NIGHTDESK_CHANNEL_NIGHT-DESK", f"file://{tmp_path}/alarm.jsonl")
    settings_of_this_process.cache_clear()
    return tmp_path / "alarm.jsonl"


def test_the_canary_sings_twice_and_nothing_of_it_is_in_the_archive(
    alarm: Path, settings: Settings, conn: postgres.Connection
) -> None:
    sung = [CliRunner().invoke(app, ["canary", "--json"]) for _ in range(2)]

    assert [one.exit_code for one in sung] == [0, 0], [one.output for one in sung]
    first, second = (json.loads(one.output)["url"] for one in sung)
    assert first != second
    assert not alarm.exists()
    told = {one.figure: one.value for one in metrics.of_canary(settings)}
    assert 0 < told[Figure.SONG] < told[Figure.SONG] + told[Figure.SILENCE] < 300
    with conn, conn.cursor() as cursor:
        for table in ("articles", "urls", "runs", "alerts", "deliveries", "watches"):
            cursor.execute(f"select count(*) as count from {table}")
            assert cursor.fetchone()["count"] == 0, table  # type: ignore[index,call-overload]


def test_two_nights_of_the_canary_have_two_run_keys_even_after_the_clock_was_put_back(
    alarm: Path, settings: Settings, conn: postgres.Connection
) -> None:
    assert CliRunner().invoke(app, ["canary"]).exit_code == 0
    ahead = runs.key_of(datetime.now(UTC) + timedelta(hours=1), manual=True)
    with postgres.connection(settings.model_copy(update={"database_url": postgres.beside(settings, "canary")})) as own:
        ((first, second),) = rows(own, "select min(run), max(run) from runs")
        rows(own, f"update runs set run = '{ahead}' where run = '{second}'")
        assert first < second

        again = CliRunner().invoke(app, ["canary"])

        ((newest,),) = rows(own, "select max(run) from runs")
    assert again.exit_code == 0, again.output
    assert newest == runs.key_of(runs.moment_of(ahead) + timedelta(seconds=1), manual=True)  # type: ignore[operator]


def test_a_canary_whose_alert_does_not_come_out_in_time_is_told_to_the_second_channel(
    alarm: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NIGHTDESK_MIN_FREE_MB", str(10**9))
    settings_of_this_process.cache_clear()

    silent = CliRunner().invoke(app, ["canary"])

    assert silent.exit_code == 1
    (line,) = alarm.read_text(encoding="utf-8").splitlines()
    assert "The canary is silent" in line


def test_without_the_setting_there_is_no_canary(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    commands.use(settings, monkeypatch)
    settings_of_this_process.cache_clear()

    asked = CliRunner().invoke(app, ["canary"])

    assert asked.exit_code == 1
    assert "NIGHTDESK_CANARY" in str(asked.exception)
