"""What a newsroom asks of its database: all that the command line, the Desk and the read API show, searches, a night.

For `test_flat` and for `python -m bench statements`, which say what each statement costs.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

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
from pipelines.settings import Settings
from pipelines.sources import folders
from pipelines.stores import postgres, runs
from tests import databases, factories
from tests.explained import doing

# Words of each paragraph of a new page, its address counted as three.
WORDS_OF_A_LINE = 12
# When the night is that comes after those of the archive.
NOW = datetime(2026, 11, 30, 2, tzinfo=UTC)


def everything(settings: Settings, size: archive.Size, sources: Sequence[Source], run: str) -> None:
    """What the command line and the Desk ask, then a night of one source with new pages, then what comes after it.

    run: of that night, whose pages have addresses of their own.
    """
    looking(settings, size.articles, sources)
    searching(settings, size)
    keeping(settings, run)
    night(settings, sources[3], run, size.words, followed=len(sources))
    with doing("health"):
        troubles.check(settings, sources, now=NOW)
    with doing("upkeep"):
        duties.complete_index(settings)
        # Both kept by age, as retention looks for what is old each night; here nothing is.
        duties.retire_raw(settings.model_copy(update={"keep_text_days": 3650, "keep_ledger_days": 3650}))


def follow(settings: Settings, size: archive.Size) -> list[Source]:
    """Have the sources of an archive followed; gives them."""
    made = [factories.source(f"source-{n}", language="en") for n in range(size.sources)]
    factories.follow(settings, *made)
    return made


def looking(settings: Settings, articles: int, sources: Sequence[Source]) -> None:
    """What the command line and the Desk show of an archive with so many articles."""
    url = f"https://{_source_of(settings, articles // 2)}.test/{articles // 2}"
    last = f"{archive.NEWEST - timedelta(days=1):%Y-%m-%dT0200}"
    for words in (
        ["status"], ["status", "--run", last], ["why", url], ["articles"], ["articles", "--source", "source-3"],
        ["articles", str(articles // 2)], ["articles", "--url", url], ["notify", "list"], ["sources", "list"],
        ["watch", "list"], ["search", "source:source-3"],
        ["alerts"], ["alerts", "--waiting"], ["alerts", "--watch", "watch-1"],
    ):  # fmt: skip
        with doing("nightdesk " + " ".join(word for word in words if word not in (url, last))):
            result = CliRunner().invoke(app, words)
        assert result.exit_code == 0, (words, result.output, result.exception)
    with postgres.connection(settings) as conn:
        with doing("desk"):
            desk_records.overview(conn, sources, schedule="0 2 * * *", now=NOW)
            desk_records.latest_articles(conn, 40, "source-3")
            desk_records.article(conn, articles // 2)
            desk_records.runs(conn, 0, nights=30)
        with doing("operators"):
            source_records.list_followed(conn, sources, now=NOW)
            source_records.days(conn, [source.name for source in sources], now=NOW)
            source_records.in_full(conn, sources[3], now=NOW)
            when = {"schedule": "0 2 * * *", "timezone": "UTC", "now": NOW}
            list(
                needs.of_night(conn, desk_records.sources(conn, sources, now=NOW), desk_records.runs(conn, 10), **when)
            )
        with doing("desk: an article, watches, alerts, ledger"):
            lookups.versions(conn, articles // 2)
            lookups.wordings(conn, articles // 2, [1, 2])
            lookups.last_edits(conn, range(articles // 2, articles // 2 + 200))
            lookups.alerts_of_article(conn, articles // 2)
            lookups.told_by_watch(conn)
            lookups.feed_of_watch(conn, "watch-1")
            lookups.watch_of_alert(conn, 1)
            lookups.newest_runs(conn)
            watches.all_watches(conn)
            watches.history(conn, "watch-1")
            actions.history(conn, Thing.SOURCE, "source-3")
            quarantine.list_held(conn)
            rows, latest = desk_records.sources(conn, sources, now=NOW), desk_records.runs(conn)
            desk_records.read_superseded(conn, sources, rows, latest, now=NOW)
            lookups.ends_of_run(conn, last, "")
            lookups.sources_of_run(conn, last)
            for count in (40, 1):
                lookups.urls_of_run(conn, last, source="", state="", code="", kind="article", after=0, count=count)
            received_page.page_of(conn, settings.raw, 0, 1)
            channel_states.alerts(conn, count=40)
        with doing("read API"):
            api_records.article(conn, articles // 2)
            api_records.versions(conn, settings.raw, articles // 2, 20)
            api_records.sources(conn, sources, count=20)
            api_records.url(conn, url)
            api_records.number_of_url(conn, url)
            api_records.story(conn, articles // 2, 20)


def keeping(settings: Settings, run: str) -> None:
    """What takes articles out of an archive, and what it leaves alone: export, ledger, holds, erasing, messages."""
    last = f"{archive.NEWEST - timedelta(days=1):%Y-%m-%dT0200}"
    out = settings.data / "exports" / run
    with postgres.connection(settings) as conn:
        newest = databases.rows(conn, "select id, first_fetched_at::date from articles order by id desc limit 2")
    (erased, day), (held, _) = newest
    for words in (
        ["export", str(out / "csv"), "--source", "source-3", "--format", "csv", "--from", str(day)],
        ["export", str(out / "jsonl"), "--query", "source:source-3 from:7d", "--format", "jsonl"],
        ["ledger", "source-3", "--run", last, "--json"], ["metrics"], ["health", "source-3"], ["hold", str(held)],
        ["hold"], ["hold", "--release", "1"], ["upkeep", "--dry-run"], ["notify", "list", "--failed"],
        ["notify", "resend"], ["notify", "send"], ["alerts", "ack", "1"], ["watch", "show", "watch-1"],
        ["watch", "feed", "watch-1"], ["watch", "history"], ["quarantine", "list"], ["sources", "template", "source-3"],
        ["articles", "50", "--revision", "1"], ["articles", "50", "--diff", "1..2"], ["erase", str(erased), "--yes"],
    ):  # fmt: skip
        if "--release" in words:
            with postgres.connection(settings) as conn:
                words[-1] = str(databases.rows(conn, "select max(id) from holds")[0][0])
        with doing("nightdesk " + " ".join(word for word in words[:2] if word.isalpha())):
            result = CliRunner().invoke(app, words)
        # The stores do not have the pages of the archive, and so the ledger's check finds them missing.
        assert result.exit_code == (words[0] == "ledger"), (words, result.output, result.exception)


def searching(settings: Settings, size: archive.Size) -> None:
    """Searches of each kind, by words that are common, usual and rare."""
    words = archive.make_languages(size)["en"].words
    with postgres.connection(settings) as conn:
        for query in (
            words[0], words[900], f"{words[0]} {words[1]}", f'"{words[0]} {words[1]}"', f"title:{words[2]}",
            f"{words[40]} source:source-3", f"{words[3]} from:30d", f"{words[5]}*", f"-{words[0]}",
            "is:removed", "is:revised", "is:correction", f"{words[0]} is:removed", f"{words[900]} is:revised",
        ):  # fmt: skip
            with doing("search"):
                found = search.search(conn, query, now=archive.NEWEST)
                if found.after:
                    search.search(conn, query, after=found.after)
        for query in (words[0], words[900], f'"{words[0]} {words[1]}"', "is:minor", f"sub:{words[900][1:4]}"):
            with doing("search --count"):
                search.count(conn, query, now=archive.NEWEST)
        with doing("search best"):
            search.search(conn, words[700], order=Order.BEST, now=archive.NEWEST)


def night(settings: Settings, source: Source, run: str, words: int, *, followed: int) -> None:
    """A night of a source: five new articles, fifteen known ones that were not changed; words: of a usual article."""
    with postgres.connection(settings) as conn:
        with doing("plan"):
            folders.last_crawls(conn)
            runs.plan(conn, run, sources=1, followed=followed)
        old = databases.rows(
            conn,
            f"select id, url from urls where source = '{source.name}' and kind = 'article' order by id desc limit 15",
        )
        new = [f"https://{source.name}.test/news/{run}/{n}" for n in range(5)]
        with doing("crawl"):
            runs.seconds(conn, "crawl", [source.name])
            runs.begin(conn, run, source.name, "crawl")
            ledger.begin(conn, source, run)
            named: list[tuple[Kind, Entry]] = [
                (Kind.ARTICLE, Entry(url=url, title="t", published_at=NOW - timedelta(hours=1)))
                for url in [*new, *(url for _, url in old)]
            ]
            with conn:
                discovery.discover(conn, source, run, named, f"https://{source.name}.test/feed")
            leased = ledger.lease(conn, source.name, run, 20, per_host=20)
            leased += ledger.lease(conn, source.name, run, 20, per_host=20)
            with conn:
                ledger.record(conn, run, [_unchanged(one.id, one.url, source.name) for one in leased])
                ledger.count_asked(conn, source.name, run)
                ledger.count_waiting(conn, source.name)
                ledger.release(conn, source.name)
        pages = [factories.page(source.name, url, _body(url, words), run=run, fetched_at=NOW) for url in new]
        factories.fetched_pages(settings, conn, pages)
        with doing("crawl"):
            ledger.find_unaccounted(conn, run, source.name)
            with conn:
                runs.end(conn, Tally(run=run, source=source.name, stage="crawl", state="done"))
    with doing("extract"):
        extract(settings, source, run)
    with doing("load"):
        first = load(settings, source, run)
    with doing("load again"):
        load(settings, source, run)
    with doing("alert"):
        alert.match(settings, run)
        alert.send(settings, run)
    assert (first.state, first.counts["new"]) == ("done", 5), first


def _unchanged(number: int, url: str, source: str) -> FetchResult:
    return FetchResult(
        url_id=number, source=source, url=url, kind=Kind.ARTICLE, fetched_at=NOW, outcome=State.UNCHANGED, status=304
    )


def _body(url: str, words: int) -> str:
    """A page as those in the archive: with a date, and about as long. Others would be held in the quarantine."""
    text = "".join(
        f"<p>The council of the town met again on Monday and spoke of {url} for the {n}th time.</p>"
        for n in range(words // WORDS_OF_A_LINE)
    )
    head = f'<meta property="article:published_time" content="{NOW - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}">'
    head += f"<title>Council found {url}</title>"
    return f"<html><head>{head}</head><body><article><h1>Council found {url}</h1>{text}</article></body></html>"


def _source_of(settings: Settings, number: int) -> str:
    with postgres.connection(settings) as conn:
        return str(databases.rows(conn, f"select source from articles where id = {number}")[0][0])
