"""Retention of raw files: old and decided goes, everything else stays."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.settings import Settings
from pipelines.stores import postgres
from pipelines.stores.retention import retire, start_of
from tests import factories

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


def test_a_run_key_names_a_moment_with_or_without_seconds() -> None:
    assert start_of("2026-11-22T0201") == datetime(2026, 11, 22, 2, 1, tzinfo=UTC)
    assert start_of("2026-11-22T020103") == datetime(2026, 11, 22, 2, 1, 3, tzinfo=UTC)
