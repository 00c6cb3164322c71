"""The lists of faults and attacks beside their tests: each test that a row names is there, and each file has a row."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
NAMED = re.compile(r"`((?:[a-z]+/)?test_\w+\.py)(?:::(test_\w+))?`")
# Files that only make sure of what other rows promise, or are of one row with another file.
BESIDE = {
    "test_account_killed.py", "test_crawl_killed.py", "test_extract_killed.py", "test_load_killed.py",
    "test_alert_killed.py", "test_signals.py",
}  # fmt: skip


@pytest.mark.parametrize("folder", ["faults", "security"])
def test_every_test_that_the_list_of_a_folder_names_is_there_and_every_file_is_named(folder: str) -> None:
    rows = [line for line in (TESTS / folder / "README.md").read_text().splitlines() if line.startswith("| ")][1:]

    named = [NAMED.findall(row) for row in rows]
    found = {(file, test) for row in named for file, test in row}
    missing = [(file, test) for file, test in found if f"def {test}" not in _text(folder, file)]
    files = {path.name for path in (TESTS / folder).glob("test_*.py")}

    assert [row for row, tests in zip(rows, named, strict=True) if not tests] == []
    assert missing == []
    assert files - {file for file, _ in found} - BESIDE == set()


def _text(folder: str, file: str) -> str:
    path = TESTS / file if "/" in file else TESTS / folder / file
    return path.read_text() if path.is_file() else ""
