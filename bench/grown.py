"""An archive as the last release left it, of any size: its schema, and rows as its load wrote them, made in SQL.

The texts of some thousand generated articles stand in it again and again, each with a first line of its own. Only the
schema's first five migrations are there: what comes after them is what is measured.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg2
import psycopg2.extensions

from bench import archive, fresh
from pipelines.settings import Settings
from pipelines.stores import migrations, postgres

# The last migration of the last release.
RELEASED = "0005"
POOL, SOURCES = 2_000, 1_000
# Rows of one statement.
BATCH = 50_000
# Indexes are made when all rows are there, those of the keys apart.
INDEXES = """
select indexdef as definition, format('drop index %s', indexrelid::regclass) as drop
from pg_index join pg_indexes on indexname = indexrelid::regclass::text
where schemaname = 'public' and not indisunique
    and tablename in ('urls', 'fetches', 'articles', 'revisions', 'changes', 'outcomes')
"""
ROWS = Path(__file__).with_suffix(".sql")


@contextmanager
def installation(folder: Path) -> Iterator[Settings]:
    """Settings of an installation in a folder that stays, its server stopped at the end of the block."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)
    settings = Settings(
        data=folder / "data",
        sources=folder / "sources",
        contact="mailto:bench@example.org",
        database_url="",
        min_free_mb=0,
    )
    settings.data.mkdir(exist_ok=True)
    settings.sources.mkdir(exist_ok=True)
    try:
        yield settings
    finally:
        postgres.stop_embedded(settings)


@contextmanager
def open_archive(at: Path | None, articles: int) -> Iterator[Settings]:
    """An installation with so many articles of bench/archive.py; at: where it is kept, and filled only once."""
    with installation(at / str(articles)) if at else fresh.installation() as settings:
        migrations.migrate(settings)
        with postgres.connection(settings) as conn:
            if not postgres.query(conn, "walk_end")[0]["number"]:
                archive.fill(conn, archive.Size(articles))
        yield settings


def server_of(conn: postgres.Connection) -> psutil.Process:
    """The process of the server that a connection is of."""
    server = psutil.Process(conn.info.backend_pid).parent()
    assert server
    return server


def cpu_seconds(server: psutil.Process) -> float:
    """CPU seconds so far of this process and of a server, with all that each of them started."""
    return sum(
        times.user + times.system + times.children_user + times.children_system
        for times in (one.cpu_times() for one in (psutil.Process(), server, *server.children()))
    )


def fill(settings: Settings, articles: int) -> None:
    """The schema of the last release and so many articles in it, with their URLs, fetches, revisions and changes."""
    urls = articles * 13 // 10
    conn = psycopg2.connect(postgres.url(settings))
    conn.autocommit = True
    with conn.cursor() as cursor:
        # What is filled need not survive a loss of power.
        for setting in (
            "fsync = off",
            "max_wal_size = '8GB'",
            "checkpoint_timeout = '1h'",
            "maintenance_work_mem = '1GB'",
        ):
            cursor.execute(f"alter system set {setting}")
        cursor.execute("select pg_reload_conf()")
        cursor.execute("set synchronous_commit = off")
        cursor.execute("set session_replication_role = replica")
        cursor.execute("create table migrations (name text primary key, applied_at timestamptz not null default now())")
        for path in sorted(migrations.MIGRATIONS.glob("*.sql")):
            if path.stem[:4] <= RELEASED:
                cursor.execute(path.read_text(encoding="utf-8"))
                cursor.execute("insert into migrations (name) values (%s)", (path.stem,))
        _pool(cursor)
        cursor.execute(INDEXES)
        indexes = cursor.fetchall()
        for _, drop in indexes:
            cursor.execute(drop)
        _, *parts = postgres.NAMED.split(ROWS.read_text(encoding="utf-8"))
        for name, statement in zip(parts[::2], parts[1::2], strict=True):
            began = time.monotonic()
            for first in range(1, urls + 1, BATCH):
                of = {"first": first, "last": min(first + BATCH - 1, urls), "articles": articles, "urls": urls}
                cursor.execute(statement, {**of, "pool": POOL, "newest": archive.NEWEST})
            print(f"grown: {name}: {time.monotonic() - began:,.0f} s", flush=True)
        for definition, _ in indexes:
            cursor.execute(definition)
        for table in ("urls", "fetches", "articles"):
            cursor.execute(f"select setval(pg_get_serial_sequence('{table}', 'id'), (select max(id) from {table}))")
        cursor.execute("vacuum analyze")
        for setting in ("fsync", "max_wal_size", "checkpoint_timeout", "maintenance_work_mem"):
            cursor.execute(f"alter system reset {setting}")
        cursor.execute("select pg_reload_conf()")
        cursor.execute("checkpoint")
    conn.close()


def _pool(cursor: psycopg2.extensions.cursor) -> None:
    """The generated articles whose texts stand in it again and again."""
    cursor.execute(
        "create table pool (n integer primary key, title text, description text, text text, language text,"
        " words integer)"
    )
    for number in range(POOL):
        one = archive.article(number, archive.Size(POOL))
        row = (number, one["title"], one["description"], one["text"], one["language"], len(str(one["text"]).split()))
        cursor.execute("insert into pool values (%s, %s, %s, %s, %s, %s)", row)


if __name__ == "__main__":
    import sys

    with installation(Path(sys.argv[1])) as made:
        fill(made, int(sys.argv[2]))
