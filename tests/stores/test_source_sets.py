"""NIGHTDESK_SOURCES in a bucket: numbered sets that several machines read and change."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines import settings as settings_module
from pipelines.bucket_paths import address_of
from pipelines.cli import app
from pipelines.errors import AwayError, SourceError
from pipelines.settings import Settings
from pipelines.sources import folders
from pipelines.stores import postgres, source_sets
from tests import buckets, commands, databases
from tests.buckets import BUCKET, Store

RUN, NEXT = "2026-11-22T0200", "2026-11-23T0200"
ADDRESS = f"s3://{BUCKET}/desk/sources"
SOURCE = """
title = "{title}"
url = "https://{name}.test/"
country = "SY"
language = "ar"
timezone = "Asia/Damascus"
feeds = ["https://{name}.test/feed"]
"""


@pytest.fixture(scope="module")
def served() -> Iterator[Store]:
    """One server for all tests of this module."""
    with buckets.serving_this_process() as running:
        yield running


@pytest.fixture
def store(served: Store) -> Store:
    buckets.empty(served)
    source_sets._asked.clear()
    return served


@pytest.fixture
def machines(settings: Settings, store: Store, tmp_path: Path) -> list[Settings]:
    """Two machines with a data folder each, and one bucket of sources."""
    given = settings.model_dump() | {"sources": ADDRESS}
    return [Settings(**{**given, "data": tmp_path / f"machine{n}"}) for n in range(2)]


def text(name: str, title: str = "") -> str:
    return SOURCE.format(name=name, title=title or name)


def names(machine: Settings) -> list[str]:
    source_sets.refresh(machine.sources, now=True)
    return [source.name for source in folders.read_followed(machine)]


def nightdesk(machine: Settings, monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str]:
    commands.use(machine, monkeypatch)
    settings_module.settings.cache_clear()
    done = CliRunner().invoke(app, list(words))
    settings_module.settings.cache_clear()
    return done.exit_code, f"{done.output}{done.exception or ''}"


def test_what_is_followed_on_one_machine_is_followed_on_all(machines: list[Settings]) -> None:
    first, second = machines

    path = folders.keep(first, "alpha", text("alpha"))
    folders.keep(second, "beta", text("beta"))
    folders.unfollow(first, "alpha")

    assert address_of(path) == f"{ADDRESS}/alpha.toml"
    assert names(first) == names(second) == ["beta"]
    assert [(one.version, one.why) for one in source_sets.history(first.sources)] == [
        (3, "unfollow alpha"), (2, "follow beta"), (1, "follow alpha"),
    ]  # fmt: skip
    assert folders.follow(second, "alpha").is_file()
    assert names(first) == ["alpha", "beta"]


def test_machines_that_follow_sources_at_the_same_time_lose_none(machines: list[Settings]) -> None:
    wanted = [f"site{number}" for number in range(8)]

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: folders.keep(machines[n % 2], wanted[n], text(wanted[n])), range(8)))

    assert names(machines[0]) == names(machines[1]) == wanted
    assert [one.version for one in source_sets.history(machines[0].sources)] == list(range(8, 0, -1))


def test_a_file_that_two_change_at_the_same_time_is_changed_by_the_first_alone(machines: list[Settings]) -> None:
    first, second = machines
    folders.keep(first, "alpha", text("alpha"))

    with (
        pytest.raises(SourceError, match=r"alpha\.toml .* was changed by somebody else meanwhile \(set 2: ours\)"),
        folders.changing(second, "theirs") as late,
    ):
        with folders.changing(first, "ours") as here:
            (here.sources / "new").write_text(text("alpha", "Ours"), encoding="utf-8")
            (here.sources / "new").replace(here.sources / "alpha.toml")
        (late.sources / "alpha.toml").unlink()

    assert [source.title for source in folders.read_followed(first)] == ["Ours"]


def test_a_run_reads_one_set_to_its_end_and_names_it(machines: list[Settings], conn: postgres.Connection) -> None:
    first, second = machines
    folders.keep(first, "alpha", text("alpha"))
    begun = folders.pin_sources(first, RUN)

    folders.keep(second, "beta", text("beta"))
    goes_on, later = folders.pin_sources(second, RUN), folders.pin_sources(second, NEXT)

    assert [one.name for one in folders.read_followed(begun)] == ["alpha"]
    assert [one.name for one in folders.read_followed(goes_on)] == ["alpha"]
    assert [one.name for one in folders.read_followed(later)] == ["alpha", "beta"]
    assert databases.rows(conn, "select run, version from run_sources order by run") == [(RUN, 1), (NEXT, 2)]
    assert [one.name for one in folders.read_followed(folders.pin_sources(first, RUN, newest=True))] == [
        "alpha",
        "beta",
    ]


def test_a_bucket_that_is_away_leaves_the_set_that_is_here_and_takes_no_change(
    machines: list[Settings], store: Store
) -> None:
    first, second = machines
    folders.keep(first, "alpha", text("alpha"))

    store.gone = True

    assert names(first) == ["alpha"]
    with pytest.raises(AwayError):
        names(second)
    with pytest.raises(AwayError):
        folders.keep(first, "beta", text("beta"))


def test_a_set_whose_writer_was_killed_before_it_was_the_newest_changes_nothing(
    machines: list[Settings], store: Store
) -> None:
    first, second = machines
    folders.keep(first, "alpha", text("alpha"))
    before = len(store.asked)

    store.fails = lambda number: ("PUT", f"/{BUCKET}/desk/sources/current.json") == store.asked[number - 1]
    with pytest.raises(AwayError):
        folders.keep(first, "beta", text("beta"))
    store.fails = lambda number: False

    assert any(method == "PUT" for method, _ in store.asked[before:])
    assert names(second) == ["alpha"]
    folders.keep(second, "gamma", text("gamma"))
    assert names(first) == ["alpha", "gamma"]


def test_sources_of_a_bucket_are_pulled_edited_and_pushed_by_the_command_line(
    machines: list[Settings], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, conn: postgres.Connection
) -> None:
    first, second = machines
    copy, own = tmp_path / "copy", tmp_path / "own"
    own.mkdir()
    (own / "alpha.toml").write_text(text("alpha"), encoding="utf-8")

    assert nightdesk(first, monkeypatch, "sources", "push", str(own), "--why", "the first")[0] == 0
    assert nightdesk(second, monkeypatch, "sources", "pull", str(copy))[0] == 0
    (copy / "alpha.toml").write_text(text("alpha", "Edited"), encoding="utf-8")
    (copy / "beta.toml").write_text(text("beta"), encoding="utf-8")
    code, said = nightdesk(second, monkeypatch, "sources", "push", str(copy))
    assert code == 0 and "new: beta.toml; changed: alpha.toml" in said, said
    (own / "alpha.toml").write_text(text("alpha", "Late"), encoding="utf-8")
    code, said = nightdesk(first, monkeypatch, "sources", "push", str(own))
    assert code and "alpha.toml" in said and "somebody else" in said, said
    folders.pin_sources(first, RUN)
    code, said = nightdesk(first, monkeypatch, "sources", "sets", "--json")

    assert [(row["version"], row["why"], row["runs"], row["newest_run"]) for row in json.loads(said)] == [
        (2, "push of copy", 1, RUN), (1, "the first", 0, ""),
    ]  # fmt: skip
    assert [source.title for source in folders.read_followed(first)] == ["Edited", "beta"]


def test_a_sources_folder_needs_no_push(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    code, said = nightdesk(settings, monkeypatch, "sources", "pull", str(tmp_path / "copy"))

    assert code and "edit them there" in said, said
