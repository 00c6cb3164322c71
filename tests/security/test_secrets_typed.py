"""Secrets that people give and are given: never needed on a command line, never printed where a log would keep them."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner, Result

from pipelines.airflow import standalone
from pipelines.cli import app
from pipelines.settings import channels, settings
from tests import factories, sites

SECRET = "webhook+http://127.0.0.1:1/Zq7wKv9j"


@pytest.fixture
def fresh(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which nothing is set up yet."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NIGHTDESK_ENV_FILE", str(tmp_path / "nightdesk.env"))
    monkeypatch.setenv("NIGHTDESK_DATABASE_URL", database_url)
    return tmp_path


def init(*words: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, ["init", *words], input=typed)


def test_the_address_of_a_channel_is_read_from_standard_input(fresh: Path) -> None:
    said = init("--channel", "desk=-", "--channel", "chief=-", typed=f"{SECRET}\n{SECRET}2\n")

    assert said.exit_code == 0, said.output
    assert channels() == {"desk": SECRET, "chief": SECRET + "2"}
    assert "Zq7w" not in said.output


def test_the_address_of_a_channel_is_read_from_a_file(fresh: Path) -> None:
    (fresh / "secret").write_text(f"{SECRET}\n")

    said = init("--channel", "desk=@secret")

    assert said.exit_code == 0 and "process" not in said.output
    assert channels() == {"desk": SECRET}


def test_the_address_of_the_database_is_read_from_standard_input(fresh: Path, database_url: str) -> None:
    said = init("--database-url", "-", typed=database_url + "\n")

    assert said.exit_code == 0, said.output
    assert "NIGHTDESK_DATABASE_URL" in (fresh / "nightdesk.env").read_text()


def test_on_the_command_line_it_still_works_and_warns(fresh: Path) -> None:
    said = init("--channel", f"desk={SECRET}")

    assert said.exit_code == 0 and channels() == {"desk": SECRET}
    assert "list of processes" in said.output and "Zq7w" not in said.output


def test_init_says_what_helps_on_from_where_the_installation_stands(fresh: Path) -> None:
    (fresh / "secret").write_text(f"{SECRET}\n")
    channel = ("--channel", "desk=@secret")
    before = init(*channel).output
    factories.follow(settings(), sites.source("a.test"))
    unused = init(*channel).output
    CliRunner().invoke(app, ["watch", "add", "rain", "rain", "--channel", "desk"], catch_exceptions=False)

    used, without = init(*channel).output, init("--contact", "desk@newsroom.test").output

    said = [" ".join(output.partition("Next: ")[2].split()) for output in (before, unused, used, without)]
    assert said[0].startswith("`nightdesk follow`")
    assert said[1].startswith("`nightdesk watch add NAME QUERY --channel desk`: no watch sends to desk yet")
    assert said[2].startswith("`nightdesk notify test desk`")
    assert said[3].startswith("`nightdesk run`")


@pytest.mark.parametrize(("given", "why"), [("desk=-", "holds nothing"), ("desk=@none", "none cannot be read")])
def test_where_there_is_no_secret_nothing_is_written(fresh: Path, given: str, why: str) -> None:
    said = init("--channel", given)

    assert said.exit_code == 1 and why in str(said.exception)
    assert not (fresh / "nightdesk.env").exists()


def test_the_login_is_told_on_a_terminal_and_elsewhere_where_it_is(tmp_path: Path) -> None:
    settings.cache_clear()
    with httpx.Client() as client:
        airflow = standalone.Airflow(
            address="http://127.0.0.1:1", user="admin", password="Zq7wKv9j", passwords=tmp_path / "passwords.json",
            client=client, components=(),
        )  # fmt: skip
        ours, theirs = os.openpty()

        elsewhere = standalone.login(airflow)
        with os.fdopen(theirs, "w") as terminal, pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "stdout", terminal)
            shown = standalone.login(airflow)
        os.close(ours)

    assert "Zq7w" not in elsewhere and f"password in {tmp_path / 'passwords.json'}" in elsewhere
    assert shown.endswith("password Zq7wKv9j")
