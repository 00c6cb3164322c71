"""Retention of raw files: old and decided goes, everything else stays."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.settings import Settings
from pipelines.stores import postgres
from pipelines.stores.raw_retention import retire, start_of
from tests import commands, factories
from tests.archives import article, keep

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
OLD, YOUNG = "2026-08-01T0200", "2026-11-01T0200"


def raw_file(settings: Settings, source: str, run: str, name: str = "a.warc.gz") -> Path:
    path = settings.raw / source / run / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"12345")
    return path


def fetched(conn: postgres.Connection, path: Path, settings: Settings, state: str) -> None:
    with conn:
        number = factories.url(conn, "alpha", state, state, discovered_run="r")
        name = path.relative_to(settings.raw).as_posix()
        factories.fetch(conn, "alpha", number, run="r", warc_file=name, warc_offset=0)


def test_old_raw_files_whose_urls_are_decided_are_deleted_with_their_folder(
    settings: Settings, conn: postgres.Connection
) -> None:
    path = raw_file(settings, "alpha", OLD)
    fetched(conn, path, settings, "stored")

    done = retire(settings, NOW)

    assert (done.deleted, done.kept, done.files, done.bytes) == ((f"alpha/{OLD}",), (), 1, 5)
    assert not path.parent.exists()


@pytest.mark.parametrize("state", ["fetched", "discovered"])
def test_old_raw_files_with_an_undecided_url_are_kept_and_named(
    settings: Settings, conn: postgres.Connection, state: str
) -> None:
    path = raw_file(settings, "alpha", OLD)
    fetched(conn, path, settings, state)

    done = retire(settings, NOW)

    assert (done.deleted, done.kept) == ((), (f"alpha/{OLD}",))
    assert path.exists()


def test_an_old_file_that_is_still_open_keeps_its_folder(settings: Settings) -> None:
    path = raw_file(settings, "alpha", OLD, "a.warc.gz.open")

    done = retire(settings, NOW)

    assert done.kept == (f"alpha/{OLD}",)
    assert path.exists()


def test_raw_files_of_the_last_days_are_not_looked_at(settings: Settings) -> None:
    path = raw_file(settings, "alpha", YOUNG)

    done = retire(settings, NOW)

    assert (done.deleted, done.kept) == ((), ())
    assert path.exists()


def test_a_folder_that_is_no_run_is_left_alone(settings: Settings) -> None:
    path = raw_file(settings, "alpha", "notes")

    retire(settings, NOW)

    assert path.exists()


def test_a_folder_whose_name_is_no_moment_is_left_and_stops_nothing(settings: Settings) -> None:
    odd, path = raw_file(settings, "alpha", "9999-99-99T9999"), raw_file(settings, "alpha", OLD)

    done = retire(settings, NOW)

    assert done.deleted == (f"alpha/{OLD}",)
    assert (odd.exists(), path.exists()) == (True, False)


def test_keeping_for_zero_days_means_keeping_for_ever(settings: Settings) -> None:
    path = raw_file(settings, "alpha", OLD)

    done = retire(settings.model_copy(update={"keep_raw_days": 0}), NOW)

    assert done.deleted == ()
    assert path.exists()


def test_a_source_may_keep_its_raw_files_longer_or_less_long_than_the_others(settings: Settings) -> None:
    long, ever, short = (raw_file(settings, name, OLD) for name in ("long", "ever", "short"))
    kept = settings.model_copy(update={"keep_raw_days": 0})

    done = retire(kept, NOW, own_days={"long": 36500, "ever": 0, "short": 1})
    usual = retire(settings, NOW, own_days={"long": -1, "ever": 0})

    assert (done.deleted, usual.deleted) == ((f"short/{OLD}",), (f"long/{OLD}",))
    assert (long.exists(), ever.exists(), short.exists()) == (False, True, False)


def test_a_run_key_names_a_moment_with_or_without_seconds() -> None:
    assert start_of("2026-11-22T0201") == datetime(2026, 11, 22, 2, 1, tzinfo=UTC)
    assert start_of("2026-11-22T020103") == datetime(2026, 11, 22, 2, 1, 3, tzinfo=UTC)


def test_what_a_hold_or_an_alert_refers_to_stays_until_it_is_released(
    settings: Settings, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands.use(settings, monkeypatch)
    files = {name: raw_file(settings, name, OLD, "1.warc.gz") for name in ("held", "alerted", "free")}
    keep(settings, conn, [article("1", "سقطت داعش", source=name) for name in files], run=OLD)
    with conn, conn.cursor() as cursor:
        cursor.execute("insert into alerts (watch, kind, subject_id, article_id, revision) "
                       "select 'w', 'new', 1, id, 1 from articles where source = 'alerted'")  # fmt: skip

    held = CliRunner().invoke(app, ["hold", "source:held", "داعش", "--why", "court"], catch_exceptions=False)
    dry = CliRunner().invoke(app, ["upkeep", "--dry-run"], catch_exceptions=False)

    assert "Hold 1: 1 article(s)" in held.output
    assert f"free/{OLD}  would be deleted" in dry.output
    assert f"held/{OLD}  stays: an alert or a hold refers to it" in dry.output
    assert all(path.exists() for path in files.values())
    assert "court" in CliRunner().invoke(app, ["hold"]).output

    first = retire(settings, datetime.now(UTC))
    CliRunner().invoke(app, ["hold", "--release", "1"], catch_exceptions=False)
    second = retire(settings, datetime.now(UTC))

    assert (first.deleted, first.needed) == ((f"free/{OLD}",), (f"alerted/{OLD}", f"held/{OLD}"))
    assert (second.deleted, second.needed) == ((f"held/{OLD}",), (f"alerted/{OLD}",))


def test_a_hold_of_nothing_and_one_that_is_not_there_are_refused(
    settings: Settings, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands.use(settings, monkeypatch)

    nothing, none = (CliRunner().invoke(app, ["hold", *words]) for words in (["77"], ["--release", "5"]))

    assert "Nothing in the archive answers 77" in str(nothing.exception)
    assert "There is no hold 5" in str(none.exception)
