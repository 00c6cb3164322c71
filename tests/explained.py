"""What statements cost: how many blocks each of ours touches, by Postgres' own account, where a test runs our code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg2.extras
import pytest

from pipelines.stores import postgres

# Their effect outlives a rolled back transaction, and they read no table.
LASTING = ("advisory", "set_config", "explain ", "create temporary", "analyze lines")
COUNTED = ("Shared Hit Blocks", "Shared Read Blocks", "Local Hit Blocks", "Local Read Blocks", "Temp Read Blocks")


@dataclass
class Cost:
    """What a statement cost in all: blocks, for so many rows."""

    blocks: int = 0
    rows: int = 0


_doing: list[str] = []
_touched: dict[tuple[str, str], Cost] = {}
# The first line of a statement says what for, and so which one it is.
_names: dict[str, str] = {}


class Explained(psycopg2.extras.RealDictCursor):
    """A cursor that has each statement of ours explained before it runs it, and takes back what that did."""

    def execute(self, query: Any, vars: Any = None) -> None:
        """Run a statement, and note the blocks it touches."""
        written = query.decode() if isinstance(query, bytes) else str(query)
        name = _names.get(_first_line(written))
        if name and _doing and not any(word in written for word in LASTING):
            text = self.mogrify(query, vars).decode() if vars else written
            begin, back = (
                ("begin", "rollback")
                if self.connection.autocommit
                else ("savepoint explained", "rollback to explained")
            )
            super().execute(begin)
            try:
                super().execute("explain (analyze, buffers, timing off, format json) " + text)
                plan = next(iter(self.fetchone().values()))[0]["Plan"]
                cost = _touched.setdefault((_doing[-1], name), Cost())
                cost.blocks += sum(plan[one] for one in COUNTED)
                cost.rows += int(plan["Actual Rows"])
            finally:
                super().execute(back)
        super().execute(query, vars)


@contextmanager
def explaining(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[tuple[str, str], Cost]]:
    """Blocks by what is done (`doing`) and statement, of all that is asked within."""
    _touched.clear()
    _names.update({_first_line(postgres.statement(name).replace("%%", "%")): name for name in postgres.statements()})
    monkeypatch.setattr(psycopg2.extras, "RealDictCursor", Explained)
    # Statements that go together, or are prepared, are explained one by one.
    monkeypatch.setattr(postgres, "execute_all", _execute_apart)
    monkeypatch.setattr(postgres, "prepared_rows", postgres.query)
    yield _touched
    monkeypatch.undo()


def _execute_apart(conn: postgres.Connection, names: Sequence[str], *, prepared: bool = False, **params: Any) -> None:
    for name in names:
        postgres.execute(conn, name, **params)


@contextmanager
def doing(what: str) -> Iterator[None]:
    """What is asked within counts for this."""
    _doing.append(what)
    try:
        yield
    finally:
        _doing.pop()


def _first_line(text: str) -> str:
    return text.split("\n", 1)[0].replace("%%", "%")
