"""Migrations and the advisory lock, on a real server."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from pipelines.errors import DatabaseError
from pipelines.settings import Settings
from pipelines.stores import postgres, runs


def test_two_migrations_at_once_apply_each_step_once(database_url: str) -> None:
    settings = Settings(database_url=database_url)

    with ThreadPoolExecutor(2) as pool:
        ran = list(pool.map(lambda _: postgres.migrate(settings), range(2)))

    assert sorted(map(len, ran)) == [0, len(list((postgres.SQL / "migrations").glob("*.sql")))]


def test_a_database_without_the_schema_is_named_with_the_command_that_helps(database_url: str) -> None:
    with (
        postgres.connection(Settings(database_url=database_url)) as conn,
        pytest.raises(DatabaseError, match="db migrate"),
    ):
        postgres.check_migrated(conn)


@pytest.mark.parametrize(
    ("oldest", "refused"), [("", False), ("0001", False), ("9999", True)], ids=["not said", "this code", "newer code"]
)
def test_a_schema_newer_than_the_code_is_worked_on_only_where_the_migration_says_so(
    conn: postgres.Connection, oldest: str, refused: bool
) -> None:
    with conn, conn.cursor() as cursor:
        cursor.execute("insert into migrations (name, oldest_code) values ('9999_future', %s)", (oldest,))

    if refused:
        with pytest.raises(DatabaseError, match=r"newer Nightdesk \(9999_future\).*update this installation"):
            postgres.check_migrated(conn)
    else:
        postgres.check_migrated(conn)


def test_no_stage_begins_on_a_schema_that_is_not_for_this_code(conn: postgres.Connection) -> None:
    with conn, conn.cursor() as cursor:
        cursor.execute("insert into migrations (name, oldest_code) values ('9999_future', '9999')")

    with pytest.raises(DatabaseError, match="9999_future"):
        runs.begin(conn, "2026-11-22T0200", "jisr", "load")

    assert runs.tallies(conn, "2026-11-22T0200") == []


def test_a_migration_says_the_oldest_code_that_may_work_on_after_it() -> None:
    numbers = {
        path.stem[:4]: postgres.oldest_code(path.read_text()) for path in (postgres.SQL / "migrations").glob("*.sql")
    }

    wrong = {number: oldest for number, oldest in numbers.items() if number > "0007" and not "0000" < oldest <= number}

    assert wrong == {}, "write `-- oldest code: 0007`: the last migration that code must know to work on after this one"


def test_a_database_of_before_migrations_said_so_is_migrated(database_url: str) -> None:
    settings = Settings(database_url=database_url)
    with postgres.connection(settings) as conn, conn, conn.cursor() as cursor:
        cursor.execute("create table migrations (name text primary key, applied_at timestamptz not null default now())")

    postgres.migrate(settings)

    with postgres.connection(settings) as conn:
        postgres.check_migrated(conn)


def test_an_unreachable_server_is_a_sentence_without_the_password() -> None:
    settings = Settings(database_url="postgresql://desk:secret@127.0.0.1:1/news")

    with pytest.raises(DatabaseError) as caught:
        postgres.connect(settings)

    assert "desk:***@127.0.0.1:1" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_held_lock_is_not_given_twice(settings: Settings) -> None:
    with (
        postgres.connection(settings) as one,
        postgres.connection(settings) as two,
        postgres.held(one, "crawl", "sana") as first,
        postgres.held(two, "crawl", "sana") as second,
    ):
        assert (first, second) == (True, False)


def test_copy_keeps_tabs_line_feeds_backslashes_arrays_and_json(conn: postgres.Connection) -> None:
    with conn.cursor() as cursor:
        cursor.execute("create temp table t (a text, b text[], c jsonb)")

    postgres.copy(conn, "t", ["a", "b", "c"], [['x\ty\n\\z "q"', ['a,"b"', "c\\d"], postgres.json([{"k": 'v"\n'}])]])

    with conn.cursor() as cursor:
        cursor.execute("select * from t")
        assert dict(cursor.fetchone()) == {"a": 'x\ty\n\\z "q"', "b": ['a,"b"', "c\\d"], "c": [{"k": 'v"\n'}]}
