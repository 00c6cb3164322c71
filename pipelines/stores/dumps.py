"""A dump of Nightdesk's database and its way back: from the embedded Postgres to a server, and to a newer Postgres.

The wheel's own programs do it, so that no client has to be installed.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from pipelines.errors import DatabaseError
from pipelines.settings import Settings
from pipelines.stores import migrations, postgres
from pipelines.stores.postgres_address import shown
from pipelines.stores.postgres_programs import VERSION, binaries

# Lines of pg_dump's errors that are told. Chosen: the last say why.
LAST_LINES = 3


def dump(settings: Settings, file: Path) -> None:
    """Write the database into a file of pg_dump's own form, in its place only once it is whole; may run meanwhile."""
    beside = file.with_name(f"{file.name}.new")
    beside.touch(mode=0o600)
    _run(settings, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={beside}")
    _run(settings, "pg_restore", "--list", f"--file={os.devnull}", str(beside))
    beside.replace(file)


def restore(settings: Settings, file: Path) -> list[str]:
    """Fill an empty database from a dump, whole or not at all, and bring it to this version; the migrations that ran.

    DatabaseError where the database is not empty, or the file is no dump that these programs can read.
    """
    if not file.is_file():
        raise DatabaseError(f"There is no file {file}.")
    address = postgres.url(settings)
    with postgres.connection(settings) as conn:
        found = postgres.row(conn, "tables")
    if found and found["count"]:
        raise DatabaseError(f"The database at {shown(address)} has {found['count']} tables: restore into an empty one.")
    _run(
        settings,
        "pg_restore",
        "--exit-on-error",
        "--single-transaction",
        "--no-owner",
        "--no-privileges",
        str(file),
        into="--dbname",
    )
    return migrations.migrate(settings)


def _run(settings: Settings, program: str, *words: str, into: str = "") -> None:
    """Run one of the programs on the database; its address, which may hold a password, is not on the command line."""
    env = {**os.environ, **postgres.for_programs(settings)}
    target = [f"{into}={env['PGDATABASE']}"] if into else []
    done = subprocess.run([binaries() / program, *words, *target], env=env, capture_output=True, text=True)
    if done.returncode:
        last = " ".join(done.stderr.strip().splitlines()[-LAST_LINES:])
        raise DatabaseError(f"{program} of PostgreSQL {VERSION} failed: {last}")
