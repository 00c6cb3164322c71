"""Which installation a command works on, wherever it is typed, and that nothing is made by looking for one."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines import installation
from pipelines.installation import FoundBy
from pipelines.settings import export, settings

Nightdesk = Callable[..., subprocess.CompletedProcess[str]]
LOOKING = [
    ("status",),
    ("articles",),
    ("why", "https://example.org/1"),
    ("sources", "list"),
    ("watch", "list"),
    ("notify", "list"),
    ("follow", "sana", "--dry-run"),
    ("run",),
    ("upkeep",),
    ("db", "migrate"),
    ("ui",),
]


@pytest.fixture
def config(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A user without any installation, and nothing of one in the environment; their config folder."""
    for name in [name for name in os.environ if name.startswith("NIGHTDESK_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "config"
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
    return folder


@pytest.fixture
def nightdesk(config: Path) -> Nightdesk:
    """`nightdesk` in a folder that is named first."""

    def run(folder: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-c", "from pipelines.cli import main; main()", *words]
        told = {**os.environ, "COLUMNS": "200", **env}
        return subprocess.run(command, cwd=folder, env=told, input="", capture_output=True, text=True, timeout=100)

    return run


@pytest.fixture
def desk(nightdesk: Nightdesk, tmp_path: Path, database_url: str) -> Path:
    """The folder of an installation that was set up there."""
    done = nightdesk(tmp_path / "desk", "init", "--database-url", database_url)
    assert done.returncode == 0, done.stderr
    return tmp_path / "desk"


@pytest.mark.parametrize("words", LOOKING, ids=" ".join)
def test_where_nothing_is_set_up_that_is_said_and_no_folder_is_made(
    nightdesk: Nightdesk, tmp_path: Path, words: tuple[str, ...]
) -> None:
    done = nightdesk(tmp_path / "elsewhere", *words)

    assert done.returncode == 1
    assert (
        f"Nightdesk is not set up here: there is no nightdesk.env in {tmp_path / 'elsewhere'} or above" in done.stderr
    )
    assert "`nightdesk init` sets it up" in done.stderr
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_data_folder_that_is_not_set_up_is_not_made_by_looking(nightdesk: Nightdesk, tmp_path: Path) -> None:
    done = nightdesk(tmp_path / "here", "status", NIGHTDESK_DATA=str(tmp_path / "none"))

    assert f"Nothing is set up in {tmp_path / 'none'} yet" in done.stderr
    assert not (tmp_path / "none").exists()


def test_the_first_installation_is_found_from_any_folder_and_named(
    nightdesk: Nightdesk, desk: Path, tmp_path: Path, config: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"

    told = json.loads(nightdesk(elsewhere, "status", "--json").stdout)

    assert told["installation"] == {"file": str(desk / "nightdesk.env"), "found_by": "user"}
    assert (config / "nightdesk" / "installation").read_text(encoding="utf-8") == f"{desk / 'nightdesk.env'}\n"
    assert f"Installation: {desk / 'nightdesk.env'}" in nightdesk(elsewhere, "status").stdout
    assert f"Installation: {desk / 'nightdesk.env'}" in nightdesk(elsewhere, "--version").stdout
    assert list(elsewhere.iterdir()) == []
    assert (desk / "data").is_dir() and (desk / "sources").is_dir()


def test_below_its_folder_an_installation_comes_before_the_users_first(
    nightdesk: Nightdesk, desk: Path, tmp_path: Path, database_url: str
) -> None:
    second = nightdesk(tmp_path / "second", "init", "--database-url", database_url)

    told = json.loads(nightdesk(tmp_path / "second" / "sources", "status", "--json").stdout)

    assert told["installation"] == {"file": str(tmp_path / "second" / "nightdesk.env"), "found_by": "above"}
    assert f"elsewhere they go on with {desk / 'nightdesk.env'}" in second.stdout.replace("\n", " ")
    again = json.loads(nightdesk(tmp_path / "elsewhere", "status", "--json").stdout)
    assert again["installation"]["file"] == str(desk / "nightdesk.env")


def test_what_init_changes_is_the_nearest_file_upwards(nightdesk: Nightdesk, desk: Path) -> None:
    done = nightdesk(desk / "sources", "init", "--data", "../archive")

    assert f"Changed {desk / 'nightdesk.env'}. Data: {desk / 'archive'}." in done.stdout
    assert list((desk / "sources").iterdir()) == []


def test_a_variable_comes_before_the_folder_and_the_file_before_its_folder(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = _env(tmp_path / "here")
    monkeypatch.chdir(here.parent)
    found = [installation.find()]

    monkeypatch.setenv("NIGHTDESK_HOME", str(tmp_path / "home"))
    found.append(installation.find())
    monkeypatch.setenv("NIGHTDESK_ENV_FILE", str(tmp_path / "file.env"))
    found.append(installation.find())

    assert [one.file for one in found] == [here, tmp_path / "home" / "nightdesk.env", tmp_path / "file.env"]
    assert [one.found_by for one in found] == [FoundBy.ABOVE, FoundBy.HOME, FoundBy.FILE]


def test_a_file_upwards_that_another_user_can_write_to_is_passed_by_and_named(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = _env(tmp_path)
    planted.chmod(0o666)
    (tmp_path / "mine").mkdir()
    monkeypatch.chdir(tmp_path / "mine")

    found = installation.find()

    assert found.found_by == FoundBy.NOTHING
    assert str(found) == "the environment of this process, for there is no nightdesk.env"
    assert f"{planted} was not used" in installation.missing()


def test_relative_paths_of_the_file_are_its_folders_and_those_of_the_environment_the_current_ones(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = _env(tmp_path / "desk", "NIGHTDESK_DATA=archive\nNIGHTDESK_CA_FILE=own.pem\n")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    monkeypatch.setenv("NIGHTDESK_ENV_FILE", str(file))

    current = settings()
    monkeypatch.setenv("NIGHTDESK_DATA", "archive")
    settings.cache_clear()

    assert (current.data, current.sources) == (tmp_path / "desk" / "archive", tmp_path / "desk" / "sources")
    assert current.ca_file == str(tmp_path / "desk" / "own.pem")
    assert settings().data == tmp_path / "elsewhere" / "archive"


def test_a_child_in_another_folder_sees_the_same_installation(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = _env(tmp_path / "desk", "NIGHTDESK_CONTACT=desk@example.org\n")
    (tmp_path / "desk" / "sources").mkdir()
    monkeypatch.chdir(tmp_path / "desk" / "sources")
    seen = "from pipelines.settings import settings, env_file; print(env_file(), settings().data, settings().contact)"

    env = {**os.environ, **export(settings())}
    child = subprocess.run([sys.executable, "-c", seen], cwd="/", env=env, capture_output=True, text=True, check=True)

    assert child.stdout.split() == [str(file), str(tmp_path / "desk" / "data"), "desk@example.org"]


def _env(folder: Path, text: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "nightdesk.env"
    file.write_text(text, encoding="utf-8")
    file.chmod(0o600)
    return file


@pytest.mark.skipif(os.geteuid() != 0, reason="another user can be tried by root alone")
def test_a_folder_that_this_user_may_not_enter_is_one_sentence(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    command = "import os; os.chdir({!r}); os.seteuid(65534); from pipelines import installation; installation.find()"

    done = subprocess.run(
        [sys.executable, "-c", "import pipelines.settings; " + command.format(str(tmp_path))],
        cwd=Path(__file__).parents[2],
        env={name: value for name, value in os.environ.items() if not name.startswith("NIGHTDESK_")},
        capture_output=True,
        text=True,
    )

    assert f"SettingsError: User 65534 may not enter {tmp_path}: give it to that user" in done.stderr


@pytest.mark.parametrize("time", ["once", "and again"])
def test_an_installation_that_one_test_wrote_down_is_not_found_by_the_next(time: str, tmp_path: Path) -> None:
    pointer = installation.pointer_file()
    assert pointer and not pointer.exists(), time

    installation.note(tmp_path / "nightdesk.env")

    assert pointer.exists()
