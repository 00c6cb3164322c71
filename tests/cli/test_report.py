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
