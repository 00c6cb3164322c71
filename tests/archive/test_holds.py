"""Holds: what is held is what a search finds."""

from __future__ import annotations

import pytest

from pipelines.archive import holds
from pipelines.errors import HoldError
from pipelines.settings import Settings
from pipelines.stores import postgres
from tests.archives import article, keep


def test_a_hold_knows_the_lists_of_synonyms(settings: Settings, conn: postgres.Connection) -> None:
    keep(settings, conn, [article("1", "zebra"), article("2", "horse")])
    with conn, conn.cursor() as cursor:
        cursor.execute("insert into synonyms (name, spellings) values ('striped', array['zebra', 'okapi'])")

    with conn:
        made = holds.hold(conn, "syn:striped", "why", {})

    assert made["articles"] == 1


def test_a_number_that_no_article_can_have_is_refused(conn: postgres.Connection) -> None:
    with conn, pytest.raises(HoldError, match="Nothing in the archive answers"):
        holds.hold(conn, "99999999999999999999", "why", {})
