"""How the schema grows: each migration in one transaction, or, if it says so, one statement after the other.

A migration with a line `-- outside a transaction` is for tables that grow. There, indexes are made concurrently. A
statement under a line `-- in batches of TABLE` runs for some of the table's rows at a time: those with an id between
%(first)s and %(last)s. After a kill, the whole migration runs again, so each statement must be able to run a second
time. In such a file a `%` is written `%%`.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.errors import DatabaseError
from pipelines.settings import Settings
from pipelines.stores import postgres

MIGRATIONS = postgres.SQL / "migrations"
# A migration waits at most LOCK_WAIT_MS milliseconds for a table in use, and tries again after LOCK_POLL_SECONDS
# seconds. Chosen: all later users of the table wait behind the migration, and none of them should wait for a second.
LOCK_WAIT_MS, LOCK_POLL_SECONDS = 500, 0.5
APPLIED = "insert into migrations (name, oldest_code) values (%s, %s)"
# A migration's name begins with this many digits.
NUMBER_DIGITS = 4
OLDEST_CODE = re.compile(r"^-- oldest code: (\d{4})$", re.MULTILINE)
OUTSIDE = re.compile(r"^-- outside a transaction$", re.MULTILINE)
BATCHES = re.compile(r"^-- in batches of (\w+)$", re.MULTILINE)
END = re.compile(r";[ \t]*$", re.MULTILINE)
CONCURRENTLY = re.compile(r"\bindex concurrently\b")
# One batch has this many rows. On an idle machine a batch takes a tenth of a second; whoever else changes one of the
# rows waits for so long.
BATCH_ROWS = 2_000


@dataclass(frozen=True, kw_only=True)
class Step:
    """A statement of a migration.

    table: the statement runs for some rows of this table at a time; empty: it runs once.
    patient: the statement may wait for a lock for long, because meanwhile nobody waits for the statement.
    """

    sql: str
    table: str = ""
    patient: bool = False


def steps(migration: str) -> list[Step]:
    """The statements of a migration that runs outside a transaction, in order; empty if it runs in one."""
    if not OUTSIDE.search(migration):
        return []
    made = []
    for part in END.split(migration):
        code = [line for line in part.splitlines() if line.strip() and not line.startswith("--")]
        if not code:
            continue
        batches = BATCHES.search(part)
        sql = "\n".join(code)
        made.append(Step(sql=sql, table=batches[1] if batches else "", patient=bool(CONCURRENTLY.search(sql))))
    return made


def migrate(settings: Settings, on_step: Callable[[str], None] = lambda said: None) -> list[str]:
    """Bring the schema up to date, also if two processes do it together; gives the names of the migrations that ran.

    Others go on writing meanwhile: a statement that would make other users wait for long is given up and tried again.
    on_step: called with the progress. DatabaseError if a migration fails. The migration is undone, or runs again the
    next time.
    """
    postgres.url(settings)
    with postgres.connection(settings) as conn:
        conn.autocommit = True
        with conn.cursor() as cursor:
            # The lock is tried again and again, not waited for: a process that waits in a statement would stop an index
            # from being made concurrently.
            while not _got(cursor, "select pg_try_advisory_lock(%s) as got", (postgres.SCHEMA_LOCK,)):
                time.sleep(LOCK_POLL_SECONDS)
            cursor.execute(
                "create table if not exists migrations "
                "(name text primary key, applied_at timestamptz not null default now())"
            )
            # `add column if not exists` is not used: it waits for every running task, even if the column is there.
            if not _says_oldest(conn):
                cursor.execute("alter table migrations add column oldest_code text not null default ''")
            done = set(_find_applied(conn))
            ran = []
            for path in _migrations():
                if path.stem in done:
                    continue
                on_step(path.stem)
                text = path.read_text(encoding="utf-8")
                try:
                    _apply(cursor, path.stem, text, on_step)
                except postgres.Error as error:
                    kept = "is run again the next time" if steps(text) else "was undone"
                    raise DatabaseError(
                        f"The migration {path.stem} failed and {kept}: {postgres.one_line(error)}."
                    ) from None
                ran.append(path.stem)
            cursor.execute(postgres.statement("reader"))
            if cursor.fetchone() is not None:
                cursor.execute(postgres.statement("grant_schema"))
                cursor.execute(postgres.statement("grant_views"))
            cursor.execute("select pg_advisory_unlock(%s)", (postgres.SCHEMA_LOCK,))
        return ran


def check_migrated(conn: postgres.Connection) -> None:
    """Raise DatabaseError unless this version may work on the schema: the schema is its own, or a newer one that allows
    older code."""
    with conn.cursor() as cursor:
        cursor.execute("select to_regclass('migrations') is not null as there")
        there = cursor.fetchone()["there"]  # type: ignore[index,call-overload]
    done = _find_applied(conn) if there else {}
    conn.rollback()
    own = [path.stem for path in _migrations()]
    missing = [name for name in own if name not in done]
    newer = sorted(name for name, oldest in done.items() if name not in own and oldest > own[-1][:NUMBER_DIGITS])
    if not done:
        raise DatabaseError(
            "Nothing is set up in this database yet: run `nightdesk init` (or `nightdesk db migrate`, if you have)."
        )
    if newer:
        raise DatabaseError(
            f"The database was migrated by a newer Nightdesk ({newer[0]}); this one knows migrations up to "
            f"{own[-1]} and may no longer work on the database: update this installation."
        )
    if missing:
        raise DatabaseError(
            f"The database lacks {len(missing)} migrations ({missing[0]} first): run `nightdesk db migrate`."
        )


def oldest_code(migration: str) -> str:
    """The number in a migration's line `-- oldest code: 0005`; empty if there is no such line. After the migration,
    older code may work on only if it knows the migration with this number."""
    found = OLDEST_CODE.search(migration)
    return found[1] if found else ""


def _migrations() -> list[Path]:
    return sorted(MIGRATIONS.glob("*.sql"))


def _apply(cursor: Any, name: str, text: str, on_step: Callable[[str], None]) -> None:
    """Run one migration and note that it ran."""
    row = (name, oldest_code(text))
    parts = steps(text)
    if not parts:
        _patiently(cursor, [(text, None), (APPLIED, row)], on_step)
        return
    for step in parts:
        if step.patient:
            cursor.execute(step.sql, {})
            continue
        if not step.table:
            _patiently(cursor, [(step.sql, {})], on_step)
            continue
        first = 1
        # The batches include rows that are added meanwhile.
        while first <= (most := _highest_id(cursor, step.table)):
            last = min(first + BATCH_ROWS - 1, most)
            _patiently(cursor, [(step.sql, {"first": first, "last": last})], on_step)
            on_step(f"{name}: {step.table} {last:,} of {most:,}")
            first = last + 1
    cursor.execute(APPLIED, row)


def _patiently(cursor: Any, statements: Sequence[tuple[str, Any]], on_step: Callable[[str], None]) -> None:
    """Run statements as one transaction. The transaction waits only briefly for a lock, because other users wait behind
    it; then it is tried again.
    """
    while True:
        cursor.execute("begin")
        try:
            cursor.execute(f"set local lock_timeout = {LOCK_WAIT_MS}")
            for text, params in statements:
                cursor.execute(text, params)
            cursor.execute("commit")
            return
        except postgres.LockNotAvailable:
            cursor.execute("rollback")
            on_step("waiting for others who use the same table")
            time.sleep(LOCK_POLL_SECONDS)
        except postgres.Error:
            if not cursor.connection.closed:
                cursor.execute("rollback")
            raise


def _highest_id(cursor: Any, table: str) -> int:
    cursor.execute(f"select coalesce(max(id), 0) as most from {table}")  # noqa: S608
    return int(cursor.fetchone()["most"])


def _got(cursor: Any, sql: str, params: Sequence[Any]) -> bool:
    cursor.execute(sql, params)
    return bool(cursor.fetchone()["got"])


def _find_applied(conn: postgres.Connection) -> dict[str, str]:
    """The names of the migrations that ran, each with its `oldest_code`."""
    with conn.cursor() as cursor:
        # Databases of early versions have no column oldest_code, so it is read through jsonb.
        cursor.execute("select name, coalesce(to_jsonb(m) ->> 'oldest_code', '') as oldest_code from migrations m")
        return {r["name"]: r["oldest_code"] for r in cursor.fetchall()}  # type: ignore[call-overload]


def _says_oldest(conn: postgres.Connection) -> bool:
    with conn.cursor() as cursor:
        cursor.execute(
            "select from pg_attribute where attrelid = to_regclass('migrations') "
            "and attname = 'oldest_code' and not attisdropped"
        )
        return cursor.fetchone() is not None
