"""The report of a run by stages that ended so far."""

from __future__ import annotations

import pytest

from pipelines.cli import report
from pipelines.stores import postgres
from tests import factories


@pytest.mark.parametrize(
    ("load", "outcome"),
    [
        (None, "not loaded"),
        ({"new": 0}, "no article"),
        ({"new": 0, "duplicate": 4}, "nothing new"),
        ({"new": 0, "held": 8}, "8 held"),
        ({"new": 4}, "4 new"),
    ],
)
def test_only_a_run_that_stored_nothing_of_what_it_found_has_no_article(
    conn: postgres.Connection, capsys: pytest.CaptureFixture[str], load: dict[str, int] | None, outcome: str
) -> None:
    with conn:
        factories.ran(conn, "sana", "crawl", "done", counts=postgres.json({"discovered": 9, "new": 8}))
        if load is not None:
            factories.ran(conn, "sana", "load", "done", counts=postgres.json(load))

    report.print_run(conn, factories.NIGHT)

    (row,) = [line for line in capsys.readouterr().out.splitlines() if "sana" in line and outcome in line]
    assert row


@pytest.mark.parametrize(("dead", "outcome"), [(False, "already known"), (True, "nothing new")])
def test_new_addresses_that_lead_to_known_articles_are_already_known(
    conn: postgres.Connection, capsys: pytest.CaptureFixture[str], dead: bool, outcome: str
) -> None:
    with conn:
        factories.article(conn, "sana", "known", "Bridge", "Text.", run="2026-11-01T0200")
        with conn.cursor() as cursor:
            cursor.execute("select url_id from articles")
            (known,) = [row["url_id"] for row in cursor]
        factories.url(conn, "sana", "short/1", "duplicate", code="alias", alias_of=known)
        if dead:
            factories.url(conn, "sana", "dead", "gone")
        factories.ran(conn, "sana", "crawl", "done", counts=postgres.json({"discovered": 9, "new": 1 + dead}))
        factories.ran(conn, "sana", "load", "done", counts=postgres.json({"new": 0, "unchanged": 1}))

    report.print_run(conn, factories.NIGHT)

    (row,) = [line for line in capsys.readouterr().out.splitlines() if "sana" in line and outcome in line]
    assert row
