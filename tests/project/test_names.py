"""Functions are verbs, a class has one name, a module that grew long says why it is one, and what a comment names is
there.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("pipelines", "spiders", "demo", "dags", "bench")
MODULES = sorted(
    path
    for folder in FOLDERS
    for path in (ROOT / folder).rglob("*.py")
    if not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
)
# A participle alone says neither what a function does nor what it gives: `listed`, `_made`, `told`. Verbs that look
# like one (put, cut, split, read) are not among them.
PARTICIPLE = re.compile(
    r"_*(?:[a-z]+(?<!fe)(?<!ne)(?<!spe)(?<!se)(?<!emb)ed|begun|broken|brought|built|caught|chosen|done|drawn|found|given|"
    r"gone|grown|heard|held|hidden|kept|known|left|lost|made|meant|paid|said|seen|sent|shown|spoken|sought|stood|struck|"
    r"taken|taught|thrown|told|torn|written)"
)
# Names that two classes have, for others read them so.
TWICE = {
    # The documents of the read API are named in its description as what they are.
    "Article", "Mark", "Source",
}  # fmt: skip
# Lines from which on a module says here why it is one. Chosen: what is read in a sitting.
LONGEST = 320
LONG = {
    "demo/families.py": "the looks of the demo's sites, side by side as they differ",
    "pipelines/airflow/night_dags.py": "the four Dags of a night, and the parts that they share",
    "pipelines/airflow/tasks.py": "the work of each task, one beside the other",
    "pipelines/archive/reextraction.py": "one command: reads stored pages again and compares",
    "pipelines/archive/page_import.py": "one command; a kill at any of its steps is read against the others",
    "pipelines/archive/search.py": "one search, from the query to the page of results",
    "pipelines/cli/watch.py": "the commands of watches share their options",
    "pipelines/cli/stages.py": "the commands of the stages share how they choose sources and what they show",
    "pipelines/extract/stage.py": "the stage: what is learned, what is read, what stays undecided, how it ends",
    "pipelines/extract/text/other_articles.py": "every sign of a second article on the page, one beside the other",
    "pipelines/codes.py": "every enum that is stored, in one place, each member with its line",
    "pipelines/crawl/stage.py": "the parent of the crawl's process: start, hear, end",
    "pipelines/dates/written.py": "every form of a written date: each is tried where those before it found none",
    "pipelines/extract/fields/visible_dates.py": "the places that show a date, ranked against each other",
    "pipelines/extract/markup.py": "bytes to a tree that can be read: charsets, sizes, depth, what is cut before",
    "pipelines/extract/rejections/conditions.py": "the conditions of rejection, in the order in which they are asked",
    "pipelines/extract/rejections/walls.py": "the words of walls, in every language that is known",
    "pipelines/health/states.py": "the states of a source: each is what those before it are not",
    "pipelines/query/grammar.py": "one grammar, from the tokens to the tree",
    "pipelines/settings.py": "every setting in one place, each with its line",
    "pipelines/sources/folders.py": "what may be done with a source's file: follow, pause, rename, put aside",
    "pipelines/stores/embedded_postgres.py": "start, share and stop of one server; the keeper is another module",
    "pipelines/stores/foreign_warc.py": "what other programs write as WARC, form by form",
    "pipelines/stores/postgres.py": "the one place of psycopg2: connections, locks, statements, errors; not COPY",
    "pipelines/stores/templates.py": "one table, its versions and when they end",
    "pipelines/stores/warc.py": "one form of file, written, read and recovered",
    "spiders/news.py": "one spider: what Scrapy calls, and the loop behind it",
}  # fmt: skip


# `module.name` in prose, with or without backticks, alone or in its package.
REFERENCE = re.compile(r"(?<![\w./@:-])((?:[a-z_]\w*\.)+[A-Za-z_]\w*)(?![\w/]|\.\w)")
COMMENT = re.compile(r"(?:^|\s)#:? (.*)$", re.MULTILINE)
PAGES = ("CONTRIBUTING.md", "docs/architecture.md", "docs/decisions.md")
# What of tests/ these pages name.
HELPERS = (ROOT / "tests/faults/holds.py",)
# What stands behind the dot in the name of a file or a host.
ENDINGS = frozenset(
    (
        "py",
        "sql",
        "md",
        "js",
        "toml",
        "json",
        "jsonl",
        "opml",
        "gz",
        "po",
        "tsv",
        "yaml",
        "xml",
        "txt",
        "org",
        "com",
        "example",
        "test",
    )
)


@cache
def _nodes(path: Path) -> list[ast.AST]:
    """Every node of a module, the module itself first."""
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The functions and methods of a module; a property is a state of its object, and no function."""
    for node in _nodes(path):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not (
            any("property" in ast.unparse(mark) for mark in node.decorator_list)
        ):
            yield node


def _body(path: Path) -> list[ast.stmt]:
    module = _nodes(path)[0]
    assert isinstance(module, ast.Module)
    return module.body


def _names(path: Path) -> Iterator[str]:
    """Every name that a module defines, imports, sets or uses, those of its classes' fields too."""
    for node in _nodes(path):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).partition(".")[0]
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Attribute):
            yield node.attr


def _prose(path: Path) -> Iterator[str]:
    """The docstrings and comments of a module."""
    for node in _nodes(path):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield ast.get_docstring(node) or ""
    yield from COMMENT.findall(path.read_text(encoding="utf-8"))


@cache
def _known() -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """The names in each module and package, by its whole name and by its last part. A table's columns are among them,
    for a table may have the name of a module: `urls.code`.
    """
    whole: dict[str, set[str]] = defaultdict(set)
    short: dict[str, set[str]] = defaultdict(set)
    for path in (*MODULES, *HELPERS):
        parts = [part for part in path.relative_to(ROOT).with_suffix("").parts if part != "__init__"]
        names = set(_names(path))
        whole[".".join(parts)] |= names
        short[parts[-1]] |= names
        for depth in range(1, len(parts)):
            whole[".".join(parts[:depth])].add(parts[depth])
            short[parts[depth - 1]].add(parts[depth])
    schema = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "pipelines/sql/migrations").glob("*.sql"))
    for table in set(re.findall(r"create table (\w+)", schema)) & set(short):
        short[table] |= set(re.findall(r"\w+", schema))
    return whole, short


def _is_there(reference: str) -> bool:
    """Whether a reference leads to a name of a module of ours; true as well if it is none of ours."""
    whole, short = _known()
    parts = reference.split(".")
    if parts[-1] in ENDINGS:
        return True
    if parts[0] in FOLDERS:
        known = next((n for n in range(len(parts), 0, -1) if ".".join(parts[:n]) in whole), 0)
        return known == len(parts) or (known > 0 and parts[known] in whole[".".join(parts[:known])])
    return len(parts) > 2 or parts[0] not in short or parts[1] in short[parts[0]]


@pytest.mark.parametrize("name", ["listed", "_made", "told", "_unaccented", "held"])
def test_a_bare_participle_is_seen(name: str) -> None:
    assert PARTICIPLE.fullmatch(name)


@pytest.mark.parametrize("name", ["feed", "need", "read_list", "speed", "_seed", "embed", "put", "find_held", "split"])
def test_what_is_no_bare_participle_is_let_alone(name: str) -> None:
    assert not PARTICIPLE.fullmatch(name)


def test_no_function_is_named_by_a_bare_participle() -> None:
    bare = [
        f"{path.relative_to(ROOT)}:{function.lineno} {function.name}"
        for path in MODULES
        for function in _functions(path)
        if PARTICIPLE.fullmatch(function.name)
    ]

    assert bare == []


def test_no_class_is_named_by_a_bare_participle() -> None:
    bare = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in MODULES
        for node in _nodes(path)
        if isinstance(node, ast.ClassDef) and PARTICIPLE.fullmatch(node.name.lower())
    ]

    assert bare == []


def test_a_class_has_a_name_of_its_own() -> None:
    homes = defaultdict(list)
    for path in MODULES:
        for node in _body(path):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes[node.name].append(path.relative_to(ROOT).as_posix())

    assert {name: where for name, where in homes.items() if len(where) > 1 and name not in TWICE} == {}


def test_a_long_module_says_why_it_is_one() -> None:
    lines = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8").count("\n") for path in MODULES}

    assert {name for name, count in lines.items() if count > LONGEST} <= set(LONG)
    assert set(LONG) <= set(lines)


def test_what_a_comment_or_a_page_names_is_there() -> None:
    prose = {path.relative_to(ROOT).as_posix(): "\n".join(_prose(path)) for path in MODULES}
    prose |= {page: (ROOT / page).read_text(encoding="utf-8") for page in PAGES}

    missing = [
        f"{where}: {reference}"
        for where, text in prose.items()
        for reference in REFERENCE.findall(text)
        if not _is_there(reference)
    ]

    assert missing == []


@pytest.mark.parametrize(
    ("sentence", "missing"),
    [
        ("as `outcome.facts_of` says", ["outcome.facts_of"]),
        ("see pipelines.stores.warc.appended", ["pipelines.stores.warc.appended"]),
        ("see pipelines.stores.wark.", ["pipelines.stores.wark"]),
        ("`warc.append`, model.py, urls.code, news.bbc.co.uk and pipelines.stores.warc.append", []),
    ],
)
def test_a_name_that_is_nowhere_is_seen(sentence: str, missing: list[str]) -> None:
    found = [reference for reference in REFERENCE.findall(sentence) if not _is_there(reference)]

    assert found == missing
