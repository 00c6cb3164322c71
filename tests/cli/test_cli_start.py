"""How the command line begins: a command brings the file that it is in, and no file brings all of the others."""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.cli.commands import FILES, read_file

OF_FILE: dict[str, set[str]] = defaultdict(set)
for command, file in FILES.items():
    OF_FILE[file].add(command)
# What the begin of each of these must not cost: the extractor, numbers, parsers of pages, Airflow and Scrapy.
HEAVY = ("trafilatura", "numpy", "scrapy", "airflow", "pipelines.extract.extraction", "pipelines.load.stage")
LIGHT = ("db", "metrics", "status", "search", "sources", "export")


@pytest.mark.parametrize("file", OF_FILE)
def test_each_file_has_the_commands_that_the_table_says(file: str) -> None:
    assert set(read_file(file)) == OF_FILE[file]


def test_looking_begins_without_what_only_the_stages_need() -> None:
    script = f"""
import sys
from pipelines.cli.commands import read_file
for file in {LIGHT}:
    read_file(file)
    print(file, [name for name in {HEAVY} if name in sys.modules])
"""

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=280)

    assert done.stdout.splitlines() == [f"{file} []" for file in LIGHT]


def test_a_name_that_no_command_has_is_answered_with_the_near_ones_of_all_files() -> None:
    said = CliRunner().invoke(app, ["stauts"])

    assert said.exit_code == 2
    assert "Did you mean 'status'" in " ".join(said.output.split())
