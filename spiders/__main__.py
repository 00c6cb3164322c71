"""`python -m spiders crawl|adopt|fetch|probe`: a process of its own, which pipelines.crawl starts and reads.

Sources come as a JSON list on standard input. Standard output is JSON lines: {"event": "begun" | "progress" | "tally" |
"log" | "error", and for a probe "probed" | "seen", ...}. Standard error is the log, `LEVEL name: message`. Exit codes:
    0: every source has its tally and none failed
    1: a source failed, or another process crawls one of several
    2: refused before anything was fetched
    3: stopped by a signal, or because the parent is gone
    70: broke
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import Collection, Mapping
from contextlib import ExitStack
from time import monotonic
from typing import Any, TextIO

# This import comes first, because it examines all loaded modules, and later there are many more of them.
import scrapy.core.downloader.contextfactory  # noqa: F401 -- what it says is not used here
from scrapy import Spider
from scrapy.crawler import AsyncCrawlerProcess

from pipelines.codes import RunState
from pipelines.crawl import host_locks, past_urls
from pipelines.errors import DatabaseError, NightdeskError, SettingsError, SourceError
from pipelines.model import Expect, Source
from pipelines.settings import Settings, secrets, settings
from pipelines.sources import access, folders
from pipelines.sources.access import Access
from pipelines.stores import migrations, postgres, runs
from spiders import adoption, handler, render, shutdown, source_lifecycle, store, trust, watchdog
from spiders.guard import check_contact, guard_policy
from spiders.news import NewsSpider
from spiders.onepage import OnePageSpider

log = logging.getLogger(__name__)

# After its budget, a process gets this many seconds to finish its requests and to write. Chosen: one page takes this
# long at most.
BEYOND_SECONDS = 60.0
# Loggers of Scrapy that are silenced: nobody needs its sixty lines at the start, or lines about each URL that the
# ledger has anyway.
LEAST = {
    "scrapy.downloadermiddlewares.retry": logging.CRITICAL,
    "scrapy": logging.WARNING,
    "twisted": logging.ERROR,
    "py.warnings": logging.ERROR,
}


def main(arguments: list[str] | None = None) -> int:
    """Run one verb; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m spiders")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verb = verbs.add_parser("crawl", help="crawl the sources given on standard input")
    verb.add_argument("--run", required=True, type=runs.check_key)
    verb.add_argument("--budget", type=float, required=True, help="seconds until no new request is made")
    verb.add_argument("--only", default="", help="fetch this one URL of the one source")
    verb.add_argument("--past", default="", help="fetch what is wanted of the past alone, which this JSON describes")
    verb.add_argument("--due", action="store_true", help="ask only the lists that are due")
    verbs.add_parser("adopt", help="take in what killed crawls left on this machine, of sources that nobody crawls")
    verb = verbs.add_parser("fetch", help="fetch one URL into a raw file of its own, without the ledger")
    verb.add_argument("--url", required=True)
    verb.add_argument("--into", required=True)
    verb = verbs.add_parser("probe", help="look at a whole site, as pipelines.follow asks, without the ledger")
    verb.add_argument("--url", required=True)
    verb.add_argument("--into", required=True)
    verb.add_argument("--budget", type=float, required=True, help="seconds")
    verb.add_argument("--known", action="store_true", help="look at the lists of the source first")
    for verb in verbs.choices.values():
        verb.add_argument("--parent", type=int, default=0, help="stop when this process is no longer the parent")
    given = parser.parse_args(arguments)
    if not watchdog.die_with(given.parent, signal.SIGTERM):
        os._exit(shutdown.STOPPED)
    watchdog.begin(given.parent, getattr(given, "budget", BEYOND_SECONDS) + BEYOND_SECONDS)
    try:
        return _run_verb(given)
    finally:
        watchdog.end()


def crawl(current: Settings, sources: list[Source], given: argparse.Namespace) -> int:
    """Crawl until nothing is due, the budget is used up, or somebody stops it."""
    with postgres.connection(current, application="nightdesk crawl", idle_seconds=runs.SILENT_SECONDS) as conn:
        migrations.check_migrated(conn)
        crawl_store = store.CrawlSession(current, conn, given.run, past=past_urls.of_json(given.past))
        # `taken` has None for a source that another process crawls; `crawl_store.sources` has the sources that were
        # taken.
        taken = [source_lifecycle.take(crawl_store, source, only=given.only, due=given.due) for source in sources]
        _adopt_left(current, crawl_store)
        accesses, missing = _access(current, crawl_store)
        broken = _without_browser(current, crawl_store) or missing
        if not crawl_store.sources:
            return shutdown.FAILED if broken else shutdown.DONE
        spider = _run(
            current,
            [crawled.source for crawled in crawl_store.sources.values()],
            NewsSpider,
            accesses,
            crawl_store=crawl_store,
            deadline=monotonic() + given.budget,
            only=given.only,
            parent=given.parent,
        )
        # A source that still has a frontier has no tally: the spider ended before it had finished the source.
        if spider.work.frontiers:
            return shutdown.CRASHED
        failed = broken or None in taken or any(tally.state == RunState.FAILED for tally in spider.work.tallies)
        return shutdown.FAILED if failed else shutdown.DONE


def adopt(current: Settings) -> int:
    """Take in the files that killed crawls left on this machine."""
    with postgres.connection(current, application="nightdesk adopt", idle_seconds=runs.SILENT_SECONDS) as conn:
        migrations.check_migrated(conn)
        _adopt_left(current, store.CrawlSession(current, conn, ""))
    return shutdown.DONE


def fetch(current: Settings, source: Source, given: argparse.Namespace) -> int:
    """Fetch one page into a raw file."""
    missing = render.trouble(current) if source.render else ""
    if missing:
        raise SettingsError(f"{source.name} cannot be rendered. {missing}")
    accesses = _access_of(current, source)
    spider = _run(current, [source], OnePageSpider, accesses, source=source, url=given.url, into=given.into)
    if spider.trouble:
        raise NightdeskError(f"{given.url} could not be fetched: {spider.trouble}.")
    return shutdown.DONE


def probe(current: Settings, source: Source, given: argparse.Namespace) -> int:
    """Look at a site and report each page; its pages go into a raw file."""
    # Imported here, because a crawl does not need the module.
    from spiders.probe import ProbeSpider

    accesses = _access_of(current, source)
    named = {"url": given.url, "into": given.into, "budget": given.budget, "known": given.known}
    with ExitStack() as stack:
        locks: host_locks.HostLocks | None = None
        try:
            conn = stack.enter_context(postgres.connection(current, application="nightdesk probe"))
            migrations.check_migrated(conn)
            locks = host_locks.HostLocks(conn)
        except DatabaseError as error:
            log.info("no turns are taken, because there is no ledger: %s", error)

        async def take(names: Collection[str]) -> dict[str, host_locks.Turn]:
            return await asyncio.to_thread(host_locks.take, locks, names) if locks else {}

        _run(current, [], ProbeSpider, accesses, source=source, take_turns=take if locks else None, **named)
    return shutdown.DONE


def _run_verb(given: argparse.Namespace) -> int:
    """Do what the verb says with the sources on standard input; gives the exit code. A NightdeskError becomes an
    event."""
    signal.signal(signal.SIGTERM, lambda *_: os._exit(shutdown.STOPPED))
    _log_to(sys.stderr)
    sources = [_source(facts) for facts in json.load(sys.stdin)]
    try:
        current = settings()
        check_contact(guard_policy(current), sources)
        trust.check(current)
        if given.verb == "crawl":
            return crawl(current, sources, given)
        if given.verb == "adopt":
            return adopt(current)
        return (fetch if given.verb == "fetch" else probe)(current, sources[0], given)
    except NightdeskError as error:
        print(json.dumps({"event": "error", "kind": type(error).__name__, "message": str(error)}), flush=True)
        return shutdown.REFUSED


def _adopt_left(current: Settings, crawl_store: store.CrawlSession) -> None:
    adoption.adopt_others(crawl_store, lambda name: folders.read_named(current, [name])[0])


def _access(current: Settings, crawl_store: store.CrawlSession) -> tuple[dict[str, Access], bool]:
    """The access of each source (login, headers, cookies, proxy), by name.

    A source that lacks a secret is ended; the flag says whether any source was ended.
    """
    known: dict[str, Access] = {}
    lacking = False
    for crawled in list(crawl_store.sources.values()):
        try:
            known |= _access_of(current, crawled.source)
        except SourceError as error:
            source_lifecycle.end(crawl_store, crawled, RunState.FAILED, str(error))
            lacking = True
    return known, lacking


def _access_of(current: Settings, source: Source) -> dict[str, Access]:
    found = access.of(current, source, secrets())
    return {source.name: found} if found else {}


def _without_browser(current: Settings, crawl_store: store.CrawlSession) -> bool:
    """End the sources that need a browser, if there is none; gives whether any source was ended."""
    rendered = [crawled for crawled in crawl_store.sources.values() if crawled.source.render]
    missing = render.trouble(current) if rendered else ""
    if missing:
        for crawled in rendered:
            source_lifecycle.end(crawl_store, crawled, RunState.FAILED, missing)
    return bool(missing)


def _run(
    current: Settings, sources: list[Source], kind: type[Spider], accesses: Mapping[str, Access], **named: Any
) -> Any:
    """Run one spider to its end. SIGTERM and Ctrl-C end it at once, with everything written.

    accesses: the login, headers and proxy of each source, by name.
    """
    process = AsyncCrawlerProcess({**render.crawl_settings(current, sources), handler.ACCESS: accesses})
    crawler = process.create_crawler(kind)
    process.crawl(crawler, **named)

    from twisted.internet import reactor

    def stop(signum: int, frame: object) -> None:
        # The work is not done in the signal handler: a signal may interrupt a thread pool that holds its own lock.
        reactor.callFromThread(_stop, crawler, signal.Signals(signum).name)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    process.start(install_signal_handlers=False)
    return crawler.spider


def _stop(crawler: Any, name: str) -> None:
    if isinstance(crawler.spider, NewsSpider):
        shutdown.end_stopped(crawler.spider.work, name)
    os._exit(shutdown.STOPPED)


def _log_to(stream: TextIO) -> None:
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    # The level is set on the handler, because Scrapy resets the levels of its loggers.
    handler.addFilter(lambda record: record.levelno >= _least(record.name))
    logging.basicConfig(handlers=[handler], level=logging.INFO)
    # Scrapy makes several records of level DEBUG for each page, which nobody would see.
    logging.disable(logging.DEBUG)


def _least(name: str) -> int:
    return next((level for start, level in LEAST.items() if name.startswith(start)), logging.INFO)


def _source(facts: dict[str, Any]) -> Source:
    expect = Expect(**_with_tuples(facts.pop("expect", {})))
    return Source(**_with_tuples(facts), expect=expect)


def _with_tuples(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in facts.items()}


if __name__ == "__main__":
    sys.exit(main())
