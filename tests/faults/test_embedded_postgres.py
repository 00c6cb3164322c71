"""The embedded Postgres: one server for all who use it, gone after the last of them, however that one ended."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.settings import Settings
from pipelines.stores import embedded_postgres, migrations, postgres, postgres_keeper
from tests.faults.holds import until

USER = """
import sys
from pathlib import Path
from pipelines.stores import migrations, postgres
from pipelines.settings import Settings
print(postgres.start_embedded(Settings(data=Path(sys.argv[1])), "nightdesk"), flush=True)
sys.stdin.readline()
"""
FORKED = USER.replace("sys.stdin.readline()", "import os, time\nif not os.fork(): os.close(1), time.sleep(20)")
NAMED = """
import sys
from pipelines.stores.embedded_postgres import user_made
sys.stdin.readline()
print(user_made(sys.argv[1]).pw_uid)
"""


@pytest.fixture
def data(everybodys: Path) -> Iterator[Path]:
    """A data folder whose server is gone at the end."""
    yield everybodys / "data"
    postgres.stop_embedded(Settings(data=everybodys / "data"))


def begin(program: str, *words: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, *map(str, words)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def end(process: subprocess.Popen[str]) -> str:
    out, _ = process.communicate("go\n", timeout=60)
    assert process.returncode == 0
    return out


def serving(data: Path) -> int | None:
    return postgres_keeper.running(data / "postgres")


def test_the_server_is_gone_when_its_last_user_has_ended(data: Path) -> None:
    first, second = begin(USER, data), begin(USER, data)
    assert first.stdout.readline() == second.stdout.readline() != ""

    end(first)
    between = serving(data)
    end(second)

    assert between
    assert serving(data) is None


def test_a_user_that_was_killed_counts_no_longer(data: Path) -> None:
    killed, other = begin(USER, data), begin(USER, data)
    assert killed.stdout.readline() == other.stdout.readline() != ""

    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    end(other)

    assert serving(data) is None


def test_the_server_stops_though_its_last_user_was_killed_and_nobody_comes(data: Path) -> None:
    user = begin(USER, data)
    assert user.stdout.readline() and serving(data)

    user.send_signal(signal.SIGKILL)
    user.communicate()

    until(lambda: serving(data) is None)


def test_who_comes_while_the_server_stops_gets_a_new_one(data: Path) -> None:
    for _ in range(5):
        user = begin(USER, data)
        assert user.stdout.readline()
        user.send_signal(signal.SIGKILL)
        user.communicate()

        with postgres.connection(Settings(data=data)) as conn, conn.cursor() as cursor:
            cursor.execute("select 1 as one")
            assert cursor.fetchone()["one"] == 1
        postgres.stop_embedded(Settings(data=data))


def test_a_fork_that_outlives_its_parent_does_not_hold_the_server(data: Path) -> None:
    user = begin(FORKED, data)
    assert user.stdout.readline()

    user.stdin.close()
    user.wait(30)

    until(lambda: serving(data) is None)


def test_a_server_that_was_killed_is_started_again_by_the_same_process(data: Path) -> None:
    settings = Settings(data=data)
    migrations.migrate(settings)
    killed = serving(data)
    os.kill(killed, signal.SIGKILL)
    until(lambda: serving(data) is None)

    with postgres.connection(settings) as conn:
        migrations.check_migrated(conn)

    assert serving(data) not in (None, killed)


def test_commands_that_start_together_on_a_fresh_machine_share_one_server(data: Path) -> None:
    users = [begin(USER, data) for _ in range(6)]

    said = {user.stdout.readline() for user in users}

    assert len(said) == 1 and "postgresql://" in said.pop()
    for user in users:
        end(user)
    assert serving(data) is None


def test_what_a_killed_start_has_left_is_no_obstacle(data: Path) -> None:
    left = data / ".postgres.new"
    (left / "base" / "1").mkdir(parents=True)
    (left / "PG_VERSION").write_text("18\n")

    migrations.migrate(Settings(data=data))

    assert not left.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes users")
def test_commands_that_make_the_servers_user_at_the_same_moment_all_get_it() -> None:
    name = f"nd{uuid.uuid4().hex[:8]}"
    makers = [begin(NAMED, name) for _ in range(6)]
    try:
        for maker in makers:
            maker.stdin.write("go\n")
            maker.stdin.flush()
        said = {end(maker).strip() for maker in makers}

        assert said == {str(pwd.getpwnam(name).pw_uid)}
    finally:
        subprocess.run(["userdel", name], capture_output=True)
        subprocess.run(["groupdel", name], capture_output=True)


def test_the_database_of_another_version_is_named_and_left_alone(data: Path) -> None:
    (data / "postgres").mkdir(parents=True)
    (data / "postgres" / "PG_VERSION").write_text("16\n")
    data.chmod(0o711)

    with pytest.raises(embedded_postgres.DatabaseError, match=r"made by Postgres 16, .* brings 18"):
        postgres.start_embedded(Settings(data=data), "nightdesk")

    assert (data / "postgres" / "PG_VERSION").read_text() == "16\n"
