"""How a migration is run: all of it in one transaction, or, where it says so, one statement after the other.

A migration with a line `-- outside a transaction` is for tables that grow: indexes are made concurrently there, and a
statement under a line `-- in batches of TABLE` is done for some of the table's rows at a time, those whose id is
between %(first)s and %(last)s. Killed, all of it is run again: each of its statements must bear that. In such a file
a `%` is written `%%`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

OUTSIDE = re.compile(r"^-- outside a transaction$", re.MULTILINE)
BATCHES = re.compile(r"^-- in batches of (\w+)$", re.MULTILINE)
END = re.compile(r";[ \t]*$", re.MULTILINE)
CONCURRENTLY = re.compile(r"\bindex concurrently\b")
# Rows of one batch: a tenth of a second on an idle machine, and whoever wants one of them waits so long.
BATCH_ROWS = 2_000


@dataclass(frozen=True, kw_only=True)
class Step:
    """A statement of a migration. table: done for some of its rows at a time; patient: it may wait for long, since
    nobody waits for it."""

    sql: str
    table: str = ""
    patient: bool = False


def steps(migration: str) -> list[Step]:
    """The statements of a migration that runs outside a transaction, in order; none where it runs in one."""
    if not OUTSIDE.search(migration):
        return []
    made = []
    for part in END.split(migration):
        code = [line for line in part.splitlines() if line.strip() and not line.startswith("--")]
        if not code:
            continue
        batches = BATCHES.search(part)
        sql = "\n".join(code)
        made.append(Step(sql=sql, table=batches[1] if batches else "", patient=bool(CONCURRENTLY.search(sql))))
    return made
