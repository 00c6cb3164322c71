"""How many date strings of ../shared/data/dates.tsv are read as the day they name, relative ones as of 2015-01-10."""

from __future__ import annotations

import csv
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from pipelines.dates.written import parse_date

FILE = Path(__file__).resolve().parents[2] / "shared" / "data" / "dates.tsv"
NOW = datetime(2015, 1, 10, 12, tzinfo=UTC)


def main() -> int:
    """Print every row that is read wrong and the count; 1 where there is one."""
    if not FILE.exists():
        print(f"skipped: there is no {FILE}")
        return 0
    with FILE.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    wrong = 0
    started = time.perf_counter()
    for row in rows:
        found = parse_date(row["text"], NOW, "UTC", "ar")
        day = found[0].date().isoformat() if found else "none"
        if day != row["expected"]:
            wrong += 1
            print(f"{row['text']}: {day}, not {row['expected']} ({row['style']})")
    each = 1000 * (time.perf_counter() - started) / len(rows)
    print(f"dates: {len(rows) - wrong} of {len(rows)} right, {each:.2f} ms each")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
