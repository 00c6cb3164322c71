"""Migrations and the advisory lock, on a real server."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from pipelines import db
from pipelines.errors import DatabaseError
from pipelines.settings import Settings


def test_two_migrations_at_once_apply_each_step_once(database_url: str) -> None:
    settings = Settings(database_url=database_url)

    with ThreadPoolExecutor(2) as pool:
        ran = list(pool.map(lambda _: db.migrate(settings), range(2)))

    assert sorted(map(len, ran)) == [0, len(list((db.SQL / "migrations").glob("*.sql")))]


def test_a_database_without_the_schema_is_named_with_the_command_that_helps(database_url: str) -> None:
    with db.connection(Settings(database_url=database_url)) as conn, pytest.raises(DatabaseError, match="db migrate"):
        db.check_migrated(conn)


def test_an_unreachable_server_is_a_sentence_without_the_password() -> None:
    settings = Settings(database_url="postgresql://desk:secret@127.0.0.1:1/news")

    with pytest.raises(DatabaseError) as caught:
        db.connect(settings)

    assert "desk:***@127.0.0.1:1" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_held_lock_is_not_given_twice(settings: Settings) -> None:
    with (
        db.connection(settings) as one,
        db.connection(settings) as two,
        db.held(one, "crawl", "sana") as first,
        db.held(two, "crawl", "sana") as second,
    ):
        assert (first, second) == (True, False)


def test_copy_keeps_tabs_line_feeds_backslashes_arrays_and_json(conn: db.Connection) -> None:
    with conn.cursor() as cursor:
        cursor.execute("create temp table t (a text, b text[], c jsonb)")

    db.copy(conn, "t", ["a", "b", "c"], [['x\ty\n\\z "q"', ['a,"b"', "c\\d"], db.json([{"k": 'v"\n'}])]])

    with conn.cursor() as cursor:
        cursor.execute("select * from t")
        assert dict(cursor.fetchone()) == {"a": 'x\ty\n\\z "q"', "b": ['a,"b"', "c\\d"], "c": [{"k": 'v"\n'}]}
