"""Databases for the tests: one server for all workers of a run, a migrated template, and a copy of it for each test."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from pipelines.settings import Settings
from pipelines.stores import migrations, postgres

# Nothing of a test outlives its server: what a power cut would lose may stay in memory.
QUICK = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "max_wal_size = '256MB'")
PREFIX = "nightdesk-test-"
# Three thousand databases of 10 MB are made and dropped in a run, and fifty servers: in memory a database costs a fifth
# of the CPU that it costs on a disk, a server two thirds. A machine has this folder, and a container often 64 MB of it;
# one with less room than this is left alone.
MEMORY = Path("/dev/shm")
ROOM_BYTES = 3 * 10**9
# By server, the connection of this process that makes and drops databases. Kept: a new one for each statement took
# two fifths of the CPU of a database.
_admins: dict[str, postgres.Connection] = {}


def quicken(server: str) -> None:
    """Let a server of the tests' own write without waiting for the disk."""
    for setting in QUICK:
        admin(server, f"alter system set {setting}")
    admin(server, "select pg_reload_conf()")


@contextmanager
def folder_for_everybody() -> Iterator[Path]:
    """An empty folder that every user of the machine may enter, as an embedded Postgres of root's needs it.

    It is in memory, where there is room for it and programs may be run there.
    """
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOM_BYTES
    roomy = roomy and not os.statvfs(MEMORY).f_flag & os.ST_NOEXEC
    if roomy:
        # What a run that was killed left there would fill the memory.
        for left in MEMORY.glob(f"{PREFIX}*"):
            if not Path("/proc", left.name.removeprefix(PREFIX).partition("-")[0]).exists():
                shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f"{PREFIX}{os.getpid()}-", dir=MEMORY if roomy else None) as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


@contextmanager
def database(server: str, template: str = "template0") -> Iterator[str]:
    """The address of a new database, a copy of the template's, dropped at the end; its name clashes with no other's."""
    address = made(server, template)
    try:
        yield address
    finally:
        dropped(server, address)


@contextmanager
def migrated(server: str) -> Iterator[str]:
    """The name of a database with our schema and no connection, to copy from."""
    with database(server) as address:
        migrations.migrate(Settings(database_url=address))
        yield name_of(address)


def made(server: str, template: str = "template0") -> str:
    """The address of a new database, a copy of the template's; the server goes with it, or `dropped` does."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    admin(server, f'create database "{name}" template "{template}" encoding \'UTF8\' strategy file_copy')
    return urlunsplit(urlsplit(server)._replace(path="/" + name))


def dropped(server: str, address: str) -> None:
    """Remove a database and whoever is connected to it."""
    admin(server, f'drop database if exists "{name_of(address)}" with (force)')


def name_of(address: str) -> str:
    """The name of the database at an address."""
    return urlsplit(address).path.lstrip("/")


def rows(conn: postgres.Connection, statement: str) -> list[Any]:
    """What a statement gives, row by row, committed."""
    with conn, conn.cursor() as cursor:
        cursor.execute(statement)
        return [tuple(row.values()) for row in cursor.fetchall()] if cursor.description else []


def timeless(key: str) -> str:
    """The key of a message without its last part, the moment of its change."""
    return key.rpartition("/")[0]


def states(conn: postgres.Connection) -> dict[str, str]:
    """The state of every URL, with its reason."""
    conn.rollback()
    with conn.cursor() as cursor:
        cursor.execute("select url, state || case when reason = '' then '' else ': ' || reason end as state from urls")
        return {row["url"]: row["state"] for row in cursor.fetchall()}


def admin(server: str, statement: str) -> None:
    """Run one statement outside of a transaction."""
    connection = _admins.get(server)
    if connection is None or connection.closed:
        connection = _admins[server] = psycopg2.connect(server)
        connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)


def leave(server: str) -> None:
    """Close the connection to a server that is about to end."""
    connection = _admins.pop(server, None)
    if connection:
        connection.close()
