"""docs/benchmarks.md: a section to each measurement, written by the command it names, the others left as they are."""

from __future__ import annotations

import platform
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

FILE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
HEAD = """# Benchmarks

Figures of two kinds: **Real pages, sites never seen** estimates what extraction makes of a site that its trees were not
fitted to (cross-validated by site, with its spread), and the two sections below it look at such texts; only these say
what to expect. All other sections called **Real pages** are of the very pages that the trees were fitted to, and
flatter us; peers have seen none of them.

`make bench` writes what needs nothing but the project, `make bench-extraction CORPUS=dir` what is measured on real
pages. Each section says when and by what it was written. Ratios are of one run on one input; times depend on the
machine."""
FIGURE = re.compile(r"[-+]?[\d.,]*")
# What comes first; sections that are not named here follow in the order in which they were written.
ORDER = (
    "Real pages, sites never seen",
    "Real pages, what leaks",
    "Real pages, fifty that were read",
    "Real pages",
    "Real pages, by corpus",
    "Real pages, title, day and authors",
    "Real pages, by language",
    "Real pages, rejected",
    "Real pages, step by step",
    "Real pages, cost",
    "Page shapes and the founding article",
    "Dates",
    "Watches",
    "Floors under the demo newsroom",
    "Cost of extraction",
    "Memory of a worker",
)


def write(sections: Mapping[str, str], command: str, file: Path = FILE) -> None:
    """Write or replace sections by their titles; each begins with the command that made it, and the day."""
    made = f"`{command}`, {datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, {platform.machine()}"
    there = read(file)
    there.update({title: f"{made}\n\n{body.strip()}" for title, body in sections.items()})
    titles = sorted(there, key=lambda title: ORDER.index(title) if title in ORDER else len(ORDER))
    parts = [HEAD, *(f"## {title}\n\n{there[title]}" for title in titles)]
    file.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def read(file: Path = FILE) -> dict[str, str]:
    """The sections of the page by title, in its order; none where there is no page yet."""
    if not file.exists():
        return {}
    found = re.split(r"^## (.+)\n", file.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {title: body.strip() for title, body in zip(found[::2], found[1::2], strict=True)}


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table; columns that hold nothing but figures are set to the right."""
    figures = [all(FIGURE.fullmatch(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = [head, ["---:" if right else "---" for right in figures], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
