"""Postgres: its address, and how SQL files are run on it. Only this module knows psycopg2."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit
from weakref import WeakKeyDictionary

import psycopg2
import psycopg2.errors
import psycopg2.extensions
import psycopg2.extras

from pipelines import installation
from pipelines.errors import DatabaseError
from pipelines.settings import Settings
from pipelines.stores import embedded_postgres
from pipelines.stores.postgres_address import mask_secrets, normal, show_address

Connection = psycopg2.extensions.connection
Error = psycopg2.Error
LockNotAvailable = psycopg2.errors.LockNotAvailable
UniqueViolation = psycopg2.errors.UniqueViolation
Row = dict[str, Any]
Json = psycopg2.extras.Json

SQL = Path(__file__).parent.parent / "sql"
# We support no server older than this version, which is 15 in Postgres' numbers. Chosen: Debian 12 has Postgres 15.
OLDEST = 150000
# Postgres multiplies a major version by this: 15.4 is 150004.
VERSION_UNIT = 10_000
# The advisory lock with this number is held while a database is made or migrated. As far as we know, no other program
# uses the number; the outbox's lock has the next one.
SCHEMA_LOCK = 4_917_001
# A server that does not answer for this many seconds counts as away. Chosen: no local network takes ten seconds.
CONNECT_SECONDS = 10
# One statement of execute_values has at most this many rows. Chosen: so many rows are far below the limit of a
# statement, and compared to the time for them, the time of a round trip is little.
ROWS_AT_ONCE = 1000
# An id is a bigint, and this is the largest bigint.
LARGEST_NUMBER = (1 << 63) - 1
# This line stands above each statement of a `queries.sql`, for example `-- name: release_leases`.
NAMED = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)

# The search path is public, where the tables are: a role called nightdesk would otherwise find the views of the schema
# nightdesk first. jit is off, because for each of our statements, compiling would cost more than it gains.
OPTIONS = "-c timezone=UTC -c search_path=public -c jit=off"
# These values are for keepalive. After ALIVE_SECONDS seconds of silence, either side checks whether the other is alive,
# and checks again every ALIVE_AGAIN_SECONDS seconds. After ALIVE_TIMES checks without an answer it closes the
# connection. So the session of a dead machine, with all its locks, ends within a minute.
ALIVE_SECONDS, ALIVE_AGAIN_SECONDS, ALIVE_TIMES = 20, 10, 4
# Either side gives up a connection if the other side acknowledges nothing for this many seconds. Keepalive does not
# check a connection with bytes on their way; without this limit Linux would send them again for a quarter of an hour.
LOST_SECONDS = ALIVE_SECONDS + ALIVE_AGAIN_SECONDS * ALIVE_TIMES
MILLISECONDS = 1000
SERVER_ASKS = (
    f"-c tcp_keepalives_idle={ALIVE_SECONDS} -c tcp_keepalives_interval={ALIVE_AGAIN_SECONDS} "
    f"-c tcp_keepalives_count={ALIVE_TIMES} -c tcp_user_timeout={LOST_SECONDS * MILLISECONDS}"
)

# PARAMETER finds a named parameter in a statement. TYPES has the types of parameters in a prepared statement.
PARAMETER = re.compile(r"%\((\w+)\)s")
TYPES: Mapping[type, str] = {
    str: "text", bool: "boolean", int: "bigint", float: "double precision", timedelta: "interval",
    datetime: "timestamptz", type(None): "unknown",
}  # fmt: skip
# For each connection, the statements that were prepared over it: (our name of the statement, types of its parameters)
# -> the name of the prepared statement in Postgres.
_PREPARED: WeakKeyDictionary[Connection, dict[tuple[str, tuple[str, ...]], str]] = WeakKeyDictionary()

psycopg2.extras.register_default_jsonb(globally=True)


def connect(
    settings: Settings, *, application: str = "nightdesk", idle_seconds: float = 0, silent_seconds: float = 0
) -> Connection:
    """A new connection: times are in UTC, rows are dicts, and `with conn:` is one transaction. If there is none, the
    text of the DatabaseError says what to do.

    If the embedded server has no folder yet, this function makes none: `migrate` makes the folder at the set-up.
    idle_seconds: the server ends a session that is silent for this long; 0: never.
    silent_seconds: the server ends a session that is silent for this long within a transaction, because the transaction
    holds up others.
    """
    if not settings.database_url and not (settings.data / "postgres").exists():
        raise DatabaseError(
            installation.missing()
            or f"Nothing is set up in {settings.data} yet: `nightdesk init` (or `nightdesk db migrate`) does it. The "
            f"settings are those of {installation.find().file} and of the environment."
        )
    address = url(settings)
    try:
        conn = psycopg2.connect(
            address,
            application_name=application,
            client_encoding="utf8",
            cursor_factory=psycopg2.extras.RealDictCursor,
            connect_timeout=CONNECT_SECONDS,
            keepalives_idle=ALIVE_SECONDS,
            keepalives_interval=ALIVE_AGAIN_SECONDS,
            keepalives_count=ALIVE_TIMES,
            tcp_user_timeout=LOST_SECONDS * MILLISECONDS,
            options=f"{OPTIONS} {SERVER_ASKS} {_idle(idle_seconds, silent_seconds)} {_options_of(address)}".strip(),
        )
    except (psycopg2.OperationalError, psycopg2.ProgrammingError) as error:
        raise DatabaseError(
            f"Postgres does not answer at {show_address(address)}: {mask_secrets(one_line(error), address)}. "
            "Start it, or correct NIGHTDESK_DATABASE_URL (empty uses the embedded server)."
        ) from None
    if conn.server_version < OLDEST:
        raise DatabaseError(
            f"Postgres at {show_address(address)} is {conn.server_version // VERSION_UNIT}; "
            f"Nightdesk needs {OLDEST // VERSION_UNIT} or newer."
        )
    return conn


def _idle(seconds: float, within: float) -> str:
    limits = {"idle_session_timeout": seconds, "idle_in_transaction_session_timeout": seconds or within}
    return " ".join(f"-c {name}={round(limit * MILLISECONDS)}" for name, limit in limits.items() if limit)


def _options_of(address: str) -> str:
    # Options that an administrator writes into the address come after ours; otherwise ours would replace them.
    return str(psycopg2.extensions.parse_dsn(address).get("options", ""))


@contextmanager
def connection(
    settings: Settings, *, application: str = "nightdesk", idle_seconds: float = 0, silent_seconds: float = 0
) -> Iterator[Connection]:
    """A connection that is closed at the end of the block; uncommitted changes are rolled back.

    DatabaseError if the server goes away meanwhile.
    """
    conn = connect(settings, application=application, idle_seconds=idle_seconds, silent_seconds=silent_seconds)
    try:
        yield conn
    except Error as error:
        if not conn.closed:
            raise
        raise DatabaseError(
            f"Postgres went away ({cause(error)}). Start it, then run the same again: what was committed is kept."
        ) from error
    finally:
        conn.close()


def query(conn: Connection, name: str, **params: Any) -> list[Row]:
    """All rows of the statement with this name, with its named parameters."""
    with conn.cursor() as cursor:
        cursor.execute(statement(name), params)
        return [dict(row) for row in cursor.fetchall()]


def stream(
    conn: Connection, name: str, *, at_once: int, columns: str = "", **params: Any
) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of a statement as bare tuples. `at_once` of them are in memory at a time, and Postgres keeps the rest.

    The statement runs in the caller's transaction, which must last until all rows are read.

    columns: the columns to take, in SQL; empty for all.
    """
    text = statement(name)
    with conn.cursor(name, cursor_factory=psycopg2.extensions.cursor) as cursor:
        cursor.execute(f"select {columns} from ({text}) streamed" if columns else text, params)  # noqa: S608
        while rows := cursor.fetchmany(at_once):
            yield rows


def row(conn: Connection, name: str, *, prepared: bool = False, **params: Any) -> Row | None:
    """The only row of the statement with this name, None if there is none; prepared: as in `execute_all`."""
    rows = prepared_rows(conn, name, **params) if prepared else query(conn, name, **params)
    return rows[0] if rows else None


def prepared_rows(conn: Connection, name: str, **params: Any) -> list[Row]:
    """All rows of the statement with this name; it is prepared as by `execute_all`."""
    with conn.cursor() as cursor:
        cursor.execute(_write_call(conn, cursor, name, params))
        return [dict(row) for row in cursor.fetchall()]


def execute(conn: Connection, name: str, **params: Any) -> int:
    """Run the statement with this name; gives the number of rows that it changed or found."""
    with conn.cursor() as cursor:
        cursor.execute(statement(name), params)
        return cursor.rowcount


def execute_all(conn: Connection, names: Sequence[str], *, prepared: bool = False, **params: Any) -> None:
    """Run the statements with these names, one after the other, in one round trip.

    prepared: Postgres plans each statement only once for this connection. This is for statements that run again and
    again, for few rows each time.
    """
    with conn.cursor() as cursor:
        if prepared:
            cursor.execute(b";\n".join(_write_call(conn, cursor, name, params) for name in names))
        else:
            cursor.execute(";\n".join(map(statement, names)), params)


def execute_values(
    conn: Connection, name: str, rows: Sequence[Sequence[Any]], *, fetch: bool = False, **params: Any
) -> list[Row]:
    """Run the statement with this name, in which `values %s` stands once, for many rows.

    fetch: give the rows that the statement returns. params: the statement's named parameters.
    """
    if not rows:
        return []
    text = statement(name)
    with conn.cursor() as cursor:
        if params:
            # The named parameters are filled in first, because psycopg2's execute_values fills in only the rows.
            filled = (cursor.mogrify(part, params).decode().replace("%", "%%") for part in text.split("%s"))
            text = "%s".join(filled)
        got = psycopg2.extras.execute_values(cursor, text, rows, page_size=ROWS_AT_ONCE, fetch=fetch)
        return [dict(r) for r in got] if fetch else []


@contextmanager
def snapshot(conn: Connection) -> Iterator[None]:
    """A block in which the connection only reads, and sees the database as it is now, whatever others commit
    meanwhile."""
    conn.commit()
    with conn:
        with conn.cursor() as cursor:
            cursor.execute("set transaction isolation level repeatable read read only")
        yield


@contextmanager
def savepoint(conn: Connection) -> Iterator[None]:
    """A block within a transaction. If Postgres refuses something in it, the block alone is undone, and its error is
    raised."""
    with conn.cursor() as cursor:
        cursor.execute("savepoint block")
        try:
            yield
        except Error:
            if not conn.closed:
                cursor.execute("rollback to savepoint block")
            raise
        cursor.execute("release savepoint block")


def json(value: Any) -> Any:
    """A value in the form to send as jsonb."""
    return Json(value)


@contextmanager
def hold_lock(conn: Connection, *names: str) -> Iterator[bool]:
    """Try to take the advisory lock of these names for this session; yields whether we have it, and frees it
    afterwards."""
    key = " ".join(names)
    with conn.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(hashtextextended(%s, 0)) as got", (key,))
        got = bool(cursor.fetchone()["got"])  # type: ignore[index,call-overload]
    conn.commit()
    try:
        yield got
    finally:
        if got and not conn.closed:
            conn.rollback()
            with conn.cursor() as cursor:
                cursor.execute("select pg_advisory_unlock(hashtextextended(%s, 0))", (key,))
            conn.commit()


def url(settings: Settings) -> str:
    """The address of Nightdesk's database; starts the embedded server if no address is set."""
    return normal(settings.database_url) if settings.database_url else start_embedded(settings, "nightdesk")


def airflow_url(settings: Settings) -> str:
    """The address of Airflow's own database, on the same server; makes it if it is missing."""
    return beside(settings, "airflow")


def beside(settings: Settings, name: str) -> str:
    """The address of another database on the server that has Nightdesk's; makes that database if it is missing."""
    if not settings.database_url:
        return start_embedded(settings, name)
    address = url(settings)
    parts = urlsplit(address)
    name = f"{parts.path.lstrip('/')}_{name}"
    _create_database(address, unquote(name))
    return urlunsplit(parts._replace(path="/" + name))


def start_embedded(settings: Settings, database: str) -> str:
    """Start (or join) the Postgres in the data folder; it stops when the last process that joined it ends."""
    server = embedded_postgres.server(settings.data / "postgres")
    _create_database(server.address("postgres"), database)
    return server.address(database)


def is_up(settings: Settings) -> bool:
    """Whether the database can be asked without starting the embedded server: that server runs, or an address is
    set."""
    return bool(settings.database_url) or embedded_postgres.is_running(settings.data / "postgres")


def stop_embedded(settings: Settings) -> None:
    """Stop the embedded server; other processes that use it lose it."""
    embedded_postgres.stop(settings.data / "postgres")


def for_programs(settings: Settings) -> dict[str, str]:
    """The address of Nightdesk's database as environment variables for Postgres' programs. A command line would show
    the password to other users."""
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "DATABASE"}
    names |= {"sslmode": "SSLMODE", "sslrootcert": "SSLROOTCERT", "sslcert": "SSLCERT", "sslkey": "SSLKEY"}
    given = psycopg2.extensions.parse_dsn(url(settings))
    return {f"PG{names[key]}": value for key, value in given.items() if key in names}


def cause(error: BaseException) -> str:
    """The first fault, in one line: later errors only say that the connection is lost."""
    while isinstance(error.__context__, Error):
        error = error.__context__
    return (str(error).strip().splitlines() or [type(error).__name__])[0].removesuffix(".")


def is_refusal(error: Error) -> bool:
    """Whether Postgres was able to write, but refused the given values."""
    return isinstance(error, psycopg2.DataError | psycopg2.IntegrityError)


@lru_cache(maxsize=8)
def _create_database(admin: str, name: str) -> None:
    try:
        conn = psycopg2.connect(admin, connect_timeout=CONNECT_SECONDS)
    except (psycopg2.OperationalError, psycopg2.ProgrammingError) as error:
        said = mask_secrets(one_line(error), admin)
        raise DatabaseError(f"Postgres does not answer at {show_address(admin)}: {said}.") from None
    try:
        conn.autocommit = True
        with conn.cursor() as cursor:
            cursor.execute("select pg_advisory_lock(%s)", (SCHEMA_LOCK,))
            cursor.execute("select 1 from pg_database where datname = %s", (name,))
            if not cursor.fetchone():
                cursor.execute(f"create database \"{name}\" encoding 'UTF8' template template0")
    finally:
        conn.close()


@lru_cache(maxsize=1)
def statements() -> dict[str, str]:
    """All our SQL by name: the named statements in each package's `queries.sql`, and the long statements, each in a
    file of its own in the package's `sql/`."""
    found = {path.stem: path.read_text(encoding="utf-8").strip() for path in SQL.parent.glob("*/sql/*.sql")}
    for path in SQL.parent.glob("*/queries.sql"):
        _, *parts = NAMED.split(path.read_text(encoding="utf-8"))
        found |= {name: text.strip() for name, text in zip(parts[::2], parts[1::2], strict=True)}
    return found


def statement(name: str) -> str:
    """The SQL with this name."""
    return statements()[name]


def _write_call(conn: Connection, cursor: psycopg2.extensions.cursor, name: str, params: Mapping[str, Any]) -> bytes:
    """The call of a prepared statement; prepares it, if this connection has not called it before."""
    text = statement(name)
    wanted = tuple(dict.fromkeys(PARAMETER.findall(text)))
    types = tuple(_name_type(params[one]) for one in wanted)
    prepared = _PREPARED.setdefault(conn, {})
    if (name, types) not in prepared:
        called = f"nightdesk_{len(prepared)}"
        numbered = PARAMETER.sub(lambda found: f"${wanted.index(found[1]) + 1}", text).replace("%%", "%")
        declared = f"({', '.join(types)})" if types else ""
        cursor.execute(f"prepare {called} {declared} as {numbered}")
        prepared[name, types] = called
    values = f"({', '.join(['%s'] * len(wanted))})" if wanted else ""
    return cursor.mogrify(f"execute {prepared[name, types]} {values}", [params[one] for one in wanted])


def _name_type(value: Any) -> str:
    """The type of a parameter in Postgres. For an empty list or None it is `unknown`: then Postgres takes the type that
    fits where the parameter stands."""
    if isinstance(value, (list, tuple)):
        return f"{_name_type(value[0])}[]" if value else "unknown"
    return TYPES[type(value)]


def one_line(error: Exception) -> str:
    return " ".join(str(error).split()).removesuffix(".")
