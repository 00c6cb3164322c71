"""Dumps Nightdesk's database and restores it, for a move from the embedded Postgres to a server or to a newer Postgres.

This is done by the programs of Postgres that come with a Python package (`postgres_programs`), so no other client of
Postgres has to be installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path

from pipelines.errors import DatabaseError
from pipelines.settings import Settings
from pipelines.stores import migrations, postgres
from pipelines.stores.postgres_address import show_address
from pipelines.stores.postgres_programs import VERSION, binaries

# Of the errors that a program of Postgres writes, this many lines are shown, the last ones. Chosen: they tell the
# reason.
LAST_LINES = 3
# Lines at the top of pg_restore's script are known by how they begin. UNKNOWN: the line that sets what older servers do
# not know. SETTINGS_END: the last line of the settings.
UNKNOWN, SETTINGS_END = b"SET transaction_timeout", b"SET row_security"


def dump(settings: Settings, file: Path) -> None:
    """Write the database into a file in pg_dump's own form. The file gets its name only when it is complete.
    Nightdesk may run meanwhile.
    """
    if not file.name or file.is_dir():
        raise DatabaseError(f"{file} is a folder: name a file in it.")
    beside = file.with_name(f"{file.name}.new")
    beside.touch(mode=0o600)
    try:
        _run(settings, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={beside}")
        _run(settings, "pg_restore", "--list", f"--file={os.devnull}", str(beside))
    except DatabaseError:
        # Remove the incomplete dump: it would only fill a disk that had no room for a complete one.
        beside.unlink(missing_ok=True)
        raise
    beside.replace(file)


def restore(settings: Settings, file: Path) -> list[str]:
    """Fill an empty database from a dump, completely or not at all, and migrate it to this version; gives the names of
    the migrations that ran.

    DatabaseError if the database is not empty, or if Postgres' programs cannot read the file.
    """
    if not file.is_file():
        raise DatabaseError(f"There is no file {file}.")
    address = postgres.url(settings)
    with postgres.connection(settings) as conn:
        found = postgres.row(conn, "tables")
    if found and found["count"]:
        raise DatabaseError(
            f"The database at {show_address(address)} has {found['count']} tables: restore into an empty one."
        )
    _fill(settings, file)
    return migrations.migrate(settings)


def _fill(settings: Settings, file: Path) -> None:
    """Run a dump as a script in one transaction, which is committed only when the script is complete. The server may be
    older than the programs.

    pg_restore itself would set an option that only servers of its own version know (transaction_timeout), and would
    fail on older servers.
    """
    with ExitStack() as stack:
        read_errors, write_errors = (stack.enter_context(tempfile.TemporaryFile()) for _ in range(2))
        reader = stack.enter_context(
            subprocess.Popen(
                [binaries() / "pg_restore", "--no-owner", "--no-privileges", "--file=-", str(file)],
                stdout=subprocess.PIPE,
                stderr=read_errors,
            )
        )
        writer = stack.enter_context(
            subprocess.Popen(
                [binaries() / "psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"],
                env={**os.environ, **postgres.for_programs(settings)},
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=write_errors,
            )
        )
        assert reader.stdout and writer.stdin
        with suppress(BrokenPipeError):
            writer.stdin.write(b"begin;\n")
            for line in reader.stdout:
                if not line.startswith(UNKNOWN):
                    writer.stdin.write(line)
                if line.startswith(SETTINGS_END):
                    break
            shutil.copyfileobj(reader.stdout, writer.stdin)
            if reader.wait() == 0:
                writer.stdin.write(b"commit;\n")
        # If psql ended early, pg_restore may still have output that nobody reads. It ends when its pipe is closed.
        reader.stdout.close()
        with suppress(BrokenPipeError):
            writer.stdin.close()
        if writer.wait():
            write_errors.seek(0)
            raise _fail("psql", write_errors.read())
        if reader.wait():
            read_errors.seek(0)
            raise _fail("pg_restore", read_errors.read())


def _run(settings: Settings, program: str, *words: str) -> None:
    """Run a program of Postgres on the database. The database's address is not on the command line, because it may
    have a password."""
    env = {**os.environ, **postgres.for_programs(settings)}
    done = subprocess.run([binaries() / program, *words], env=env, capture_output=True)
    if done.returncode:
        raise _fail(program, done.stderr)


def _fail(program: str, said: bytes) -> DatabaseError:
    last = " ".join(said.decode(errors="replace").strip().splitlines()[-LAST_LINES:])
    return DatabaseError(f"{program} of PostgreSQL {VERSION} failed: {last}")
