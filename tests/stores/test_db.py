"""Migrations and the advisory lock, on a real server."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipelines import text
from pipelines.errors import DatabaseError
from pipelines.settings import Settings
from pipelines.stores import dumps, migrations, postgres, row_copy, runs
from pipelines.stores.migrations import BATCH_ROWS
from pipelines.stores.packed_values import NULL, pack_bigints, pack_bytes, pack_json, pack_text, pack_texts
from tests.databases import rows


def test_two_migrations_at_once_apply_each_step_once(database_url: str) -> None:
    settings = Settings(database_url=database_url)

    with ThreadPoolExecutor(2) as pool:
        ran = list(pool.map(lambda _: migrations.migrate(settings), range(2)))

    assert sorted(map(len, ran)) == [0, len(list(migrations.MIGRATIONS.glob("*.sql")))]


def test_a_database_without_the_schema_is_named_with_the_command_that_helps(database_url: str) -> None:
    with (
        postgres.connection(Settings(database_url=database_url)) as conn,
        pytest.raises(DatabaseError, match="db migrate"),
    ):
        migrations.check_migrated(conn)


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
            migrations.check_migrated(conn)
    else:
        migrations.check_migrated(conn)


def test_no_stage_begins_on_a_schema_that_is_not_for_this_code(conn: postgres.Connection) -> None:
    with conn, conn.cursor() as cursor:
        cursor.execute("insert into migrations (name, oldest_code) values ('9999_future', '9999')")

    with pytest.raises(DatabaseError, match="9999_future"):
        runs.begin(conn, "2026-11-22T0200", "jisr", "load")

    assert runs.tallies(conn, "2026-11-22T0200") == []


def test_each_migration_has_a_number_of_its_own() -> None:
    numbers = sorted(path.stem[:4] for path in migrations.MIGRATIONS.glob("*.sql"))

    assert numbers == sorted(set(numbers)), "give the newer of the two the next number"


def test_a_migration_says_the_oldest_code_that_may_work_on_after_it() -> None:
    numbers = {path.stem[:4]: migrations.oldest_code(path.read_text()) for path in migrations.MIGRATIONS.glob("*.sql")}

    wrong = {number: oldest for number, oldest in numbers.items() if number > "0007" and not "0000" < oldest <= number}

    assert wrong == {}, "write `-- oldest code: 0007`: the last migration that code must know to work on after this one"


def test_a_database_of_before_migrations_said_so_is_migrated(database_url: str) -> None:
    settings = Settings(database_url=database_url)
    with postgres.connection(settings) as conn, conn, conn.cursor() as cursor:
        cursor.execute("create table migrations (name text primary key, applied_at timestamptz not null default now())")

    migrations.migrate(settings)

    with postgres.connection(settings) as conn:
        migrations.check_migrated(conn)


WIDE = """-- oldest code: 0001
-- outside a transaction
alter table t add column if not exists code text not null default '';
-- in batches of t
update t set code = case when reason like 'other %%' then 'other site' else 'x' end
where id between %(first)s and %(last)s and code = '';
drop index concurrently if exists t_code;
create index concurrently t_code on t (code);
"""


@pytest.fixture
def large(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A database with a table of several batches, and a migration of it that runs outside a transaction."""
    monkeypatch.setattr(migrations, "MIGRATIONS", tmp_path)
    (tmp_path / "0001_t.sql").write_text(
        "create table t (id bigint primary key, reason text);"
        f"insert into t select n, 'other site: x' from generate_series(1, {3 * BATCH_ROWS}) n;"
    )
    settings = Settings(database_url=database_url)
    migrations.migrate(settings)
    (tmp_path / "0002_codes.sql").write_text(WIDE)
    return settings


def test_a_migration_outside_a_transaction_lets_others_write_between_its_batches(large: Settings) -> None:
    wrote, said = [], []

    def write(step: str) -> None:
        said.append(step)
        with postgres.connection(large) as conn, conn, conn.cursor() as cursor:
            cursor.execute("set lock_timeout = '1s'")
            cursor.execute("update t set reason = 'seen' where id = 1")
            wrote.append(cursor.rowcount)

    ran = migrations.migrate(large, write)

    assert ran == ["0002_codes"]
    assert said == ["0002_codes"] + [f"0002_codes: t {n * BATCH_ROWS:,} of {3 * BATCH_ROWS:,}" for n in (1, 2, 3)]
    assert set(wrote) == {1}
    with postgres.connection(large) as conn:
        assert rows(conn, "select code, count(*) from t group by 1 order by 1") == [
            ("other site", 3 * BATCH_ROWS - 1), ("x", 1),
        ]  # fmt: skip
        assert rows(conn, "select indisvalid from pg_index where indexrelid = 't_code'::regclass") == [(True,)]


@pytest.mark.parametrize("died_in", ["0002_codes", f"0002_codes: t {2 * BATCH_ROWS:,} of {3 * BATCH_ROWS:,}"])
def test_a_migration_outside_a_transaction_that_was_killed_is_done_by_the_next(large: Settings, died_in: str) -> None:
    def die(step: str) -> None:
        if step == died_in:
            with postgres.connection(large) as conn, conn, conn.cursor() as cursor:
                cursor.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity"
                    " where datname = current_database() and pid <> pg_backend_pid()"
                )

    with pytest.raises(DatabaseError, match=r"0002_codes failed and is run again|went away"):
        migrations.migrate(large, die)
    # An index that is being made when its session dies stays, and is none.
    with postgres.connection(large) as conn, conn, conn.cursor() as cursor:
        cursor.execute("alter table t add column if not exists code text not null default ''")
        cursor.execute("create index t_code on t (code)")
        cursor.execute("update pg_index set indisvalid = false where indexrelid = 't_code'::regclass")

    assert migrations.migrate(large) == ["0002_codes"]

    with postgres.connection(large) as conn:
        assert rows(conn, "select code, count(*) from t group by 1") == [("other site", 3 * BATCH_ROWS)]
        assert rows(conn, "select indisvalid from pg_index where indexrelid = 't_code'::regclass") == [(True,)]
        migrations.check_migrated(conn)


def test_a_migration_that_has_to_wait_lets_others_pass_and_is_done_when_it_can(large: Settings, tmp_path: Path) -> None:
    (tmp_path / "0002_codes.sql").write_text("-- oldest code: 0001\nalter table t add column more text;")
    said: list[str] = []
    with postgres.connection(large) as reader:
        reader.cursor().execute("select count(*) from t")

        def pass_by(step: str) -> None:
            said.append(step)
            if step.startswith("waiting"):
                with postgres.connection(large) as conn:
                    assert rows(conn, "select count(*) from t") == [(3 * BATCH_ROWS,)]
                reader.rollback()

        ran = migrations.migrate(large, pass_by)

    assert ran == ["0002_codes"]
    assert said == ["0002_codes", "waiting for others who use the same table"]


def test_our_migrations_of_large_tables_make_no_index_under_a_lock() -> None:
    """After the last release: an index on a table that stood before is made concurrently, its rows in batches."""
    grown = "urls|fetches|articles|revisions|changes|outcomes"
    index = re.compile(rf"^create (?:unique )?index (?!concurrently)\w+ on (?:{grown})\b.*", re.MULTILINE)
    update = re.compile(rf"^update (?:{grown})\b.*", re.MULTILINE)
    wrong = [
        f"{path.stem}: {found}"
        for path in sorted(migrations.MIGRATIONS.glob("*.sql"))
        if path.stem[:4] > "0005"
        for text in [re.sub(r"-- in batches of \w+\nupdate", "-- in batches", path.read_text(encoding="utf-8"))]
        for found in (*index.findall(text), *update.findall(text))
    ]

    assert wrong == []


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
        postgres.hold_lock(one, "crawl", "sana") as first,
        postgres.hold_lock(two, "crawl", "sana") as second,
    ):
        assert (first, second) == (True, False)


def test_copy_keeps_tabs_line_feeds_backslashes_arrays_and_json(conn: postgres.Connection) -> None:
    plain, texts, cut = 'x\ty\n\\z "q"', ['a,"b"', "c\\d"], [{"k": 'v"\n'}]
    numbers = [-(2**63), 0, 2**63 - 1]
    with conn.cursor() as cursor:
        cursor.execute("create temp table t (a text, b text[], c jsonb, d bigint[], e bytea)")

    row_copy.copy_packed(
        conn,
        "t",
        ["a", "b", "c", "d", "e"],
        [
            (pack_text(plain), pack_texts(texts), pack_json(json.dumps(cut).encode()), pack_bigints(numbers), NULL),
            (pack_text(""), pack_texts([]), NULL, pack_bigints([]), pack_bytes(b"\0\n\\x")),
        ],
    )

    assert [(*row[:4], row[4] and bytes(row[4])) for row in rows(conn, "select a, b, c, d, e from t")] == [
        (plain, texts, cut, numbers, None),
        ("", [], None, [], b"\0\n\\x"),
    ]


@pytest.mark.parametrize("written", ["", "ab", "a\0b\0", "نص\ud800 أول\udc00", "\ud83d\ude00", "\0\udfff", "😀é\n\\"])
def test_a_packed_text_is_cleaned_as_any_other(written: str) -> None:
    assert pack_text(written) == pack_bytes(text.clean(written).encode())


def test_a_dump_that_fails_leaves_no_half_of_one(settings: Settings, tmp_path: Path) -> None:
    away = settings.model_copy(update={"database_url": "postgresql://nobody@127.0.0.1:9/nowhere"})

    with pytest.raises(DatabaseError):
        dumps.dump(away, tmp_path / "night.dump")

    assert list(tmp_path.glob("night*")) == []


def test_either_side_gives_up_a_connection_that_answers_nothing_for_a_minute_also_with_bytes_on_their_way(
    conn: postgres.Connection,
) -> None:
    asked = conn.info.dsn_parameters

    assert asked["tcp_user_timeout"] == str(postgres.LOST_SECONDS * 1000) == "60000"
    assert "tcp_user_timeout=60000" in asked["options"]
