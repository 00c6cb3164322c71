"""Functions are verbs, a class has one name, and a module that grew long says why it is one."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted(
    path
    for folder in ("pipelines", "spiders", "demo", "dags", "bench")
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
    "pipelines/archive/reextraction.py": "one command: reads stored pages again and compares",
    "pipelines/archive/page_import.py": "one command; a kill at any of its steps is read against the others",
    "pipelines/archive/search.py": "one search, from the query to the page of results",
    "pipelines/cli/watch.py": "the commands of watches share their options",
    "pipelines/cli/stages.py": "the commands of the stages share how they choose sources and what they show",
    "pipelines/extract/text/other_articles.py": "every sign of a second article on the page, one beside the other",
    "pipelines/codes.py": "every enum that is stored, in one place, each member with its line",
    "pipelines/crawl/stage.py": "the parent of the crawl's process: start, hear, end",
    "pipelines/dates/written.py": "every form of a written date: each is tried where those before it found none",
    "pipelines/extract/fields/titles.py": "the places that name a title, and how the right one is told",
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
    "pipelines/stores/postgres.py": "the one place of psycopg2: connections, locks, statements, errors",
    "pipelines/stores/templates.py": "one table, its versions and when they end",
    "pipelines/stores/warc.py": "one form of file, written, read and recovered",
    "spiders/news.py": "one spider: what Scrapy calls, and the loop behind it",
}  # fmt: skip


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The functions and methods of a module; a property is a state of its object, and no function."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not (
            any("property" in ast.unparse(mark) for mark in node.decorator_list)
        ):
            yield node


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
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and PARTICIPLE.fullmatch(node.name.lower())
    ]

    assert bare == []


def test_a_class_has_a_name_of_its_own() -> None:
    homes = defaultdict(list)
    for path in MODULES:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes[node.name].append(path.relative_to(ROOT).as_posix())

    assert {name: where for name, where in homes.items() if len(where) > 1 and name not in TWICE} == {}


def test_a_long_module_says_why_it_is_one() -> None:
    lines = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8").count("\n") for path in MODULES}

    assert {name for name, count in lines.items() if count > LONGEST} <= set(LONG)
    assert set(LONG) <= set(lines)
