"""Every number has a name that says what it is, or a word beside it; where some have not yet, they only become fewer.

Exempt is what needs no name: 0, 1, 2, -1 and 100, units (60, 1000, 1024 …), places in a row (`match[3]`), modes and
code points (written 0o… and 0x…), HTTP's own statuses where they are compared with a status, what stands in a table of
names, the calendar's numbers in the readers of dates, and settings, which have their words in their descriptions.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from http import HTTPStatus
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted(p for folder in ("pipelines", "spiders", "dags") for p in (ROOT / folder).rglob("*.py"))
PLAIN = {0, 1, 2, -1, 100}
UNITS = {24, 60, 1000, 1024, 3600, 86400}
# Months, days of a week, of a month and of a year, the last minute and second.
CALENDAR = {7, 12, 31, 59, 365}
CONSTANT = re.compile(r"[A-Z][A-Z_0-9]*(?:, [A-Z][A-Z_0-9]*)*(?:: [\w\[\], ]+)? = ")
STATUSES = {int(status) for status in HTTPStatus}
# file -> how many numbers in it have no name and no word yet. Take some out, and lower the number here; never raise it.
ALLOWED: dict[str, int] = tomllib.loads((ROOT / "tests/numbers.toml").read_text(encoding="utf-8"))


def _numbers(path: Path) -> Iterator[tuple[int, str]]:
    """The numbers of a module that have neither name nor word: line, and what stands there."""
    source = path.read_text(encoding="utf-8")
    lines, tree = source.splitlines(), ast.parse(source)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or type(node.value) not in (int, float):
            continue
        known = PLAIN | UNITS | (CALENDAR if "dates" in path.parts else set())
        if node.value in known or (ast.get_source_segment(source, node) or "").startswith(("0o", "0x")):
            continue
        above = [node]
        while not isinstance(above[-1], ast.stmt | ast.Module):
            above.append(parents[above[-1]])
        statement = above[-1]
        if (
            _is_place(above[:-1])
            or _has_words(above)
            or _says_what(lines, node, statement)
            or _is_status(node, statement, source)
        ):
            continue
        yield node.lineno, lines[node.lineno - 1].strip()


def _is_place(above: list[ast.AST]) -> bool:
    return len(above) > 1 and isinstance(above[1], ast.Subscript)


def _has_words(above: list[ast.AST]) -> bool:
    """Whether it stands for a word in a table, is the size of a cache, or is a setting or an option with its help."""
    for inner, outer in pairwise(above):
        if isinstance(outer, ast.Assign | ast.AnnAssign) and outer.col_offset != 0 and _is_upper(outer):
            return True
        if isinstance(outer, ast.Dict) and inner in outer.keys:
            return True
        if isinstance(outer, ast.keyword) and outer.arg == "maxsize":
            return True
        if isinstance(outer, ast.Call) and any(one.arg in ("description", "help") for one in outer.keywords):
            return True
    return False


def _is_upper(statement: ast.Assign | ast.AnnAssign) -> bool:
    """Whether it names a member of an enum."""
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    return all(isinstance(target, ast.Name) and target.id.isupper() for target in targets)


def _says_what(lines: list[str], node: ast.Constant, statement: ast.AST) -> bool:
    """Whether a comment stands on the number's line, or right above it or its statement."""
    first = statement.lineno if isinstance(statement, ast.stmt) else node.lineno
    # One comment may stand above several constants.
    while first > 1 and CONSTANT.match(lines[first - 1]) and CONSTANT.match(lines[first - 2]):
        first -= 1
    return "#" in lines[node.lineno - 1] or any(
        number > 1 and lines[number - 2].lstrip().startswith("#") for number in (node.lineno, first)
    )


def _is_status(node: ast.Constant, statement: ast.AST, source: str) -> bool:
    words = (ast.get_source_segment(source, statement) or "").lower()
    return node.value in STATUSES and any(word in words for word in ("status", "httpexception", "retry_http"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_number_has_a_name_or_a_word(path: Path) -> None:
    silent = list(_numbers(path))

    allowed = ALLOWED.get(path.relative_to(ROOT).as_posix(), 0)
    assert len(silent) <= allowed, "\n".join(f"{path}:{line}: {text}" for line, text in silent)


def test_no_allowance_is_for_a_module_that_is_gone() -> None:
    assert set(ALLOWED) <= {path.relative_to(ROOT).as_posix() for path in MODULES}
