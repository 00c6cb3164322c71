"""Every statement stays flat: what the night, the command line and the Desk ask costs no more in a larger archive."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from bench import archive
from pipelines.alert import stage as alert
from pipelines.alert import watches
from pipelines.archive import api_records, received_page, search
from pipelines.archive.search import Order
from pipelines.cli import app
from pipelines.codes import Kind, State, Thing
from pipelines.crawl import discovery, ledger
from pipelines.crawl.ledger import FetchResult
from pipelines.desk import actions, desk_records, lookups, needs, source_records
from pipelines.extract.stage import extract
from pipelines.health import duties, troubles
from pipelines.load import quarantine
from pipelines.load.stage import load
from pipelines.model import Entry, Source, Tally
from pipelines.notify import channel_states
from pipelines.settings import Settings, export
from pipelines.settings import settings as settings_of_this_process
from pipelines.sources import folders, sourcefile
from pipelines.stores import postgres, runs
from tests import databases, factories
from tests.explained import Cost, doing, explaining

FEW, MANY = 2_000, 20_000
# A tree of pages grows by a level, and a plan may read an index where it read all of a small table.
GROWTH = 1.5
# Blocks that a statement may touch however few it touched in the small archive, and for each row that it gives: some
# thirty lookups, a tenth of a millisecond; some lookups in tables beside.
ALWAYS, A_ROW = 150, 10
RUN, NOW = "2026-11-30T0200", datetime(2026, 11, 30, 2, tzinfo=UTC)
# What reads more, to an end of its own: statement -> the most blocks, and why.
BOUNDED = {
    "search_ranked": (6_000, "best first ranks the newest 5,000 articles that the index names, and says so"),
    "search_named": (6_000, "the articles that the index names for a word, before the newest of them are taken"),
    "search_window": (30_000, "a word that stands in many is looked for in the newest articles, until enough have it"),
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
            for source in followed():
                (folder / f"sources/{source.name}.toml").write_text(sourcefile.render(source), encoding="utf-8")
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
            everything(settings, articles)
            touched[articles] = dict(found)

    assert len({statement for _, statement in touched[MANY]}) > 100
    grown = {
        f"{what}: {statement}": (touched[FEW].get((what, statement), Cost()).blocks, cost.blocks)
        for (what, statement), cost in touched[MANY].items()
        if cost.blocks > allowed(statement, touched[FEW].get((what, statement), Cost()), cost)
    }
    assert grown == {}


def allowed(statement: str, few: Cost, many: Cost) -> float:
    """Blocks that a statement may touch in the large archive."""
    return max(ALWAYS + A_ROW * many.rows, GROWTH * few.blocks, BOUNDED.get(statement, (0, ""))[0])


def followed() -> list[Source]:
    """The sources of the archive."""
    return [factories.source(f"source-{n}", language="en") for n in range(20)]


def everything(settings: Settings, articles: int) -> None:
    """What the command line and the Desk ask, then a night of one source with new pages, then what comes after it."""
    looking(settings, articles)
    searching(settings, articles)
    night(settings, articles)
    with doing("health"):
        troubles.check(settings, followed(), now=NOW)
    with doing("upkeep"):
        duties.complete_index(settings)
        # Both kept by age, as retention looks for what is old each night; here nothing is.
        duties.retire_raw(settings.model_copy(update={"keep_text_days": 3650, "keep_ledger_days": 3650}))


def looking(settings: Settings, articles: int) -> None:
    url = f"https://{source_of(settings, articles // 2)}.test/{articles // 2}"
    last = f"{archive.NEWEST - timedelta(days=1):%Y-%m-%dT0200}"
    for words in (
        ["status"], ["status", "--run", last], ["why", url], ["articles"], ["articles", "--source", "source-3"],
        ["articles", str(articles // 2)], ["articles", "--url", url], ["notify", "list"], ["sources", "list"],
        ["watch", "list"], ["search", "source:source-3"],
        ["alerts"], ["alerts", "--waiting"], ["alerts", "--watch", "watch-1"],
    ):  # fmt: skip
        with doing("nightdesk " + " ".join(word for word in words if word not in (url, last))):
            result = CliRunner().invoke(app, words)
        assert result.exit_code == 0, (words, result.output)
    with postgres.connection(settings) as conn:
        with doing("desk"):
            desk_records.overview(conn, followed(), schedule="0 2 * * *", now=NOW)
            desk_records.latest_articles(conn, 40, "source-3")
            desk_records.article(conn, articles // 2)
            desk_records.runs(conn, 0, nights=30)
        with doing("operators"):
            source_records.list_followed(conn, followed(), now=NOW)
            source_records.days(conn, [source.name for source in followed()], now=NOW)
            source_records.in_full(conn, followed()[3], now=NOW)
            when = {"schedule": "0 2 * * *", "timezone": "UTC", "now": NOW}
            list(
                needs.of_night(
                    conn, desk_records.sources(conn, followed(), now=NOW), desk_records.runs(conn, 10), **when
                )
            )
        with doing("desk: an article, watches, alerts, ledger"):
            lookups.versions(conn, articles // 2)
            lookups.wordings(conn, articles // 2, [1, 2])
            lookups.alerts_of_article(conn, articles // 2)
            lookups.told_by_watch(conn)
            lookups.feed_of_watch(conn, "watch-1")
            lookups.watch_of_alert(conn, 1)
            lookups.newest_runs(conn)
            watches.all_watches(conn)
            watches.history(conn, "watch-1")
            actions.history(conn, Thing.SOURCE, "source-3")
            quarantine.list_held(conn)
            rows, latest = desk_records.sources(conn, followed(), now=NOW), desk_records.runs(conn)
            desk_records.read_superseded(conn, followed(), rows, latest, now=NOW)
            lookups.ends_of_run(conn, last, "")
            lookups.sources_of_run(conn, last)
            lookups.urls_of_run(conn, last, source="", state="", code="", kind="article", after=0, count=40)
            received_page.page_of(conn, settings.raw, 0, 1)
            channel_states.alerts(conn, count=40)
        with doing("read API"):
            api_records.article(conn, articles // 2)
            api_records.versions(conn, settings.raw, articles // 2, 20)
            api_records.sources(conn, followed(), count=20)
            api_records.url(conn, url)
            api_records.number_of_url(conn, url)


def searching(settings: Settings, articles: int) -> None:
    words = archive.make_languages(archive.small(articles))["en"].words
    with postgres.connection(settings) as conn:
        for query in (
            words[0], words[900], f"{words[0]} {words[1]}", f'"{words[0]} {words[1]}"', f"title:{words[2]}",
            f"{words[40]} source:source-3", f"{words[3]} from:30d", f"{words[5]}*", f"-{words[0]}",
        ):  # fmt: skip
            with doing("search"):
                search.search(conn, query, now=archive.NEWEST)
        with doing("search best"):
            search.search(conn, words[700], order=Order.BEST, now=archive.NEWEST)


def night(settings: Settings, articles: int) -> None:
    """A night of the source source-3: five new articles, five that were changed, ten that were not."""
    source = followed()[3]
    with postgres.connection(settings) as conn:
        with doing("plan"):
            folders.last_crawls(conn)
        old = databases.rows(
            conn,
            f"select id, url from urls where source = '{source.name}' and kind = 'article' order by id desc limit 15",
        )
        new = [f"https://{source.name}.test/news/{n}" for n in range(5)]
        with doing("crawl"):
            runs.seconds(conn, "crawl", [source.name])
            runs.begin(conn, RUN, source.name, "crawl")
            ledger.begin(conn, source, RUN)
            named: list[tuple[Kind, Entry]] = [
                (Kind.ARTICLE, Entry(url=url, title="t", published_at=NOW - timedelta(hours=1)))
                for url in [*new, *(url for _, url in old)]
            ]
            with conn:
                discovery.discover(conn, source, RUN, named, f"https://{source.name}.test/feed")
            leased = ledger.lease(conn, source.name, RUN, 20, per_host=20)
            leased += ledger.lease(conn, source.name, RUN, 20, per_host=20)
            with conn:
                ledger.record(conn, RUN, [unchanged(one.id, one.url, source.name) for one in leased])
                ledger.count_asked(conn, source.name, RUN)
                ledger.count_waiting(conn, source.name)
                ledger.release(conn, source.name)
        pages = [factories.page(source.name, url, body(url), run=RUN, fetched_at=NOW) for url in new]
        factories.fetched_pages(settings, conn, pages)
        with doing("crawl"):
            ledger.find_unaccounted(conn, RUN, source.name)
            with conn:
                runs.end(conn, Tally(run=RUN, source=source.name, stage="crawl", state="done"))
    with doing("extract"):
        extract(settings, source, RUN)
    with doing("load"):
        first = load(settings, source, RUN)
    with doing("load again"):
        load(settings, source, RUN)
    with doing("alert"):
        alert.match(settings, RUN)
        alert.send(settings, RUN)
    assert (first.state, first.counts["new"]) == ("done", 5), first


def unchanged(number: int, url: str, source: str) -> FetchResult:
    return FetchResult(
        url_id=number, source=source, url=url, kind=Kind.ARTICLE, fetched_at=NOW, outcome=State.UNCHANGED, status=304
    )


def body(url: str) -> str:
    """A page as those in the archive: with a date, and about as long. Others would be held in the quarantine."""
    text = "".join(
        f"<p>The council of the town met again on Monday and spoke of {url} for the {n}th time.</p>" for n in range(5)
    )
    head = f'<meta property="article:published_time" content="{NOW - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}">'
    head += f"<title>Council {url}</title>"
    return f"<html><head>{head}</head><body><article><h1>Council {url}</h1>{text}</article></body></html>"


def source_of(settings: Settings, number: int) -> str:
    with postgres.connection(settings) as conn:
        return str(databases.rows(conn, f"select source from articles where id = {number}")[0][0])
