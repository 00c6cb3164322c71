"""What statements cost: the blocks that each of ours touches by Postgres' own account, its plan, and how long it takes.

For a test, or a measurement, that runs our code.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2.extras
import pytest

from pipelines.stores import postgres

# Their effect outlives a rolled back transaction, and they read no table.
LASTING = ("advisory", "set_config", "explain ", "create temporary", "analyze lines")
NANOSECONDS = 1e9
COUNTED = ("Shared Hit Blocks", "Shared Read Blocks", "Local Hit Blocks", "Local Read Blocks", "Temp Read Blocks")


@dataclass
class Cost:
    """What a statement cost in all: blocks, for so many rows. Of the run that took most CPU: seconds by the clock, and
    those of CPU in the server, its plan, and the rows that it read for those that it gave.
    """

    blocks: int = 0
    rows: int = 0
    times: int = 0
    seconds: float = 0.0
    cpu_seconds: float = -1.0
    read: int = 0
    gave: int = 0
    plan: Mapping[str, Any] = field(default_factory=dict)


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
        cost, plan = None, {}
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
                cost.times += 1
            finally:
                super().execute(back)
        began, cpu_before = time.perf_counter(), _cpu_seconds(self.connection)
        super().execute(query, vars)
        seconds, cpu = time.perf_counter() - began, _cpu_seconds(self.connection) - cpu_before
        if cost and cpu > cost.cpu_seconds:
            cost.seconds, cost.cpu_seconds, cost.plan = seconds, cpu, plan
            cost.read, cost.gave = _count_read(plan), max(self.rowcount, int(plan["Actual Rows"]))


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


def _cpu_seconds(conn: postgres.Connection) -> float:
    """CPU time so far of the server's process of a connection; 0 where the server is on another machine."""
    told = Path(f"/proc/{conn.info.backend_pid}/schedstat")
    return int(told.read_text(encoding="ascii").split()[0]) / NANOSECONDS if told.exists() else 0.0


def _count_read(plan: Mapping[str, Any]) -> int:
    """How many rows a plan read from tables, those among them that it left out."""
    own = 0
    if "Relation Name" in plan and plan["Node Type"] != "ModifyTable":
        left = sum(plan.get(f"Rows Removed by {why}", 0) for why in ("Filter", "Index Recheck"))
        own = round((plan["Actual Rows"] + left) * plan["Actual Loops"])
    return own + sum(map(_count_read, plan.get("Plans", ())))


def _first_line(text: str) -> str:
    return text.split("\n", 1)[0].replace("%%", "%")
