"""Every statement stays flat: what the night, the command line and the Desk ask costs no more in a larger archive."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from bench import archive
from pipelines.desk import lookups
from pipelines.settings import Settings, export
from pipelines.settings import settings as settings_of_this_process
from pipelines.stores import postgres
from tests import asked, databases
from tests.explained import Cost, doing, explaining

FEW, MANY = 2_000, 20_000
# A tree of pages grows by a level, and a plan may read an index where it read all of a small table.
GROWTH = 1.5
# Blocks that a statement may touch however few it touched in the small archive, and for each row that it gives: some
# thirty lookups, a tenth of a millisecond; some lookups in tables beside.
ALWAYS, A_ROW = 150, 10
RUN = "2026-11-30T0200"
EVERY_ARTICLE = {"source": "", "state": "", "code": "", "kind": "article"}
# What reads more, to an end of its own: statement -> the most blocks, and why.
BOUNDED = {
    "search_ranked": (6_000, "best first ranks the newest 5,000 articles that the index names, and says so"),
    "search_named": (6_000, "the articles that the index names for a word, before the newest of them are taken"),
    "search_window": (30_000, "a word that stands in many is looked for in the newest articles, until enough have it"),
    "search_of_state": (3_000, "the articles in a state, where these are few, before the newest of them are taken"),
    "desk_runs": (3_000, "each source's rows of the thirty nights on the page"),
}


@pytest.fixture(scope="module")
def archives(server: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, Settings]]:
    """An installation with few articles, and one with many."""
    made = {}
    with ExitStack() as stack:
        for articles in (FEW, MANY):
            folder = tmp_path_factory.mktemp("flat")
            address = stack.enter_context(databases.database(server, template))
            made[articles] = Settings(
                data=folder / "data", sources=folder / "sources", database_url=address, min_free_mb=0,
                contact="mailto:tests@newsroom.test",
            )  # fmt: skip
            for path in (made[articles].data, made[articles].sources):
                path.mkdir()
            with postgres.connection(made[articles]) as conn:
                archive.fill(conn, archive.small(articles))
        yield made


def test_no_statement_touches_more_in_a_larger_archive(
    archives: dict[int, Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    touched = {}
    for articles, settings in archives.items():
        for name, value in export(settings).items():
            monkeypatch.setenv(name, value)
        settings_of_this_process.cache_clear()
        with pytest.MonkeyPatch.context() as patch, explaining(patch) as found:
            size = archive.small(articles)
            asked.everything(settings, size, asked.follow(settings, size), RUN)
            touched[articles] = dict(found)

    assert len({statement for _, statement in touched[MANY]}) > 100
    grown = {
        f"{what}: {statement}": (touched[FEW].get((what, statement), Cost()).blocks, cost.blocks)
        for (what, statement), cost in touched[MANY].items()
        if cost.blocks > allowed(statement, touched[FEW].get((what, statement), Cost()), cost)
    }
    assert grown == {}


def test_a_page_of_the_ledger_reads_only_its_rows_of_a_run_that_discovered_many_urls(
    settings: Settings, conn: postgres.Connection
) -> None:
    with conn, conn.cursor() as cursor:
        cursor.execute(
            "insert into urls (source, url_key, url, host, kind, discovered_run)"
            " select 'sana', n, 'https://sana.test/' || n, 'sana.test', 'article',"
            f" case when n > {MANY // 2} then 'import' else 'night ' || n / 40 end from generate_series(1, {MANY}) n"
        )
        cursor.execute("analyze urls")

    with pytest.MonkeyPatch.context() as patch, explaining(patch) as found, postgres.connection(settings) as one:
        with doing("its first page"):
            first = lookups.urls_of_run(one, "import", **EVERY_ARTICLE, after=0, count=40)
        with doing("its next page"):
            lookups.urls_of_run(one, "import", **EVERY_ARTICLE, after=first[-1]["id"], count=40)

    assert [(cost.rows, cost.read) for cost in found.values()] == [(40, 40)] * 2


def allowed(statement: str, few: Cost, many: Cost) -> float:
    """Blocks that a statement may touch in the large archive."""
    return max(ALWAYS + A_ROW * many.rows, GROWTH * few.blocks, BOUNDED.get(statement, (0, ""))[0])
