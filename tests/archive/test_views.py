"""The views that stay: what is documented is there, a reader sees them alone, and our statements never meet them."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg2
import pytest

from pipelines.settings import Settings
from pipelines.stores import postgres
from tests.archives import article, keep

PAGE = (Path(__file__).parents[2] / "docs/reference.md").read_text(encoding="utf-8")
SECTION = PAGE.split("## Views that stay\n", 1)[1].split("\n## ", 1)[0]
VIEWS = {
    part.split("`", 1)[0]: re.findall(r"^\| `(\w+)` \| ([\w ]+) \|", part, re.MULTILINE)
    for part in SECTION.split("### `nightdesk.")[1:]
}


def test_every_column_of_every_view_is_documented_with_its_type_and_no_other(conn: postgres.Connection) -> None:
    with conn, conn.cursor() as cursor:
        cursor.execute(
            "select table_name, column_name, data_type from information_schema.columns"
            " where table_schema = 'nightdesk' order by table_name, ordinal_position"
        )
        there: dict[str, list[tuple[str, str]]] = {}
        for row in cursor.fetchall():
            there.setdefault(row["table_name"], []).append((row["column_name"], row["data_type"]))

    assert there == VIEWS


def test_a_reader_sees_the_views_and_no_table(settings: Settings, conn: postgres.Connection) -> None:
    keep(settings, conn, [article("1", "zebra")])
    with conn.cursor() as cursor:
        # Undone at the end: a role is of the whole server.
        cursor.execute("create role nightdesk_reader")
        cursor.execute(postgres.statement("reader"))
        assert cursor.fetchone() is not None
        cursor.execute(postgres.statement("grant_schema"))
        cursor.execute(postgres.statement("grant_views"))
        cursor.execute("set role nightdesk_reader")
        for view in VIEWS:
            cursor.execute(f"select * from nightdesk.{view}")
            rows = cursor.fetchall()
            assert bool(rows) is (view != "alerts"), view
        for table in ("articles", "watches", "deliveries", "article_words"):
            cursor.execute("savepoint before")
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(f"select * from public.{table}")
            cursor.execute("rollback to before")
    conn.rollback()


def test_our_statements_meet_tables_though_the_role_is_called_as_the_schema_of_the_views(
    conn: postgres.Connection,
) -> None:
    with conn.cursor() as cursor:
        cursor.execute("create role nightdesk superuser")
        cursor.execute("set role nightdesk")
        cursor.execute("select 'articles'::regclass::oid as met, 'public.articles'::regclass::oid as wanted")
        row = cursor.fetchone()
    conn.rollback()

    assert row is not None
    assert row["met"] == row["wanted"]  # type: ignore[call-overload]
