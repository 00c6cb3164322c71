"""Where a crawl writes: first the raw store, then the ledger, in batches. One thread with one connection does all of
it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TextIO

from pipelines import urls
from pipelines.codes import Kind
from pipelines.crawl import aliases, discovery, ledger, past_urls, policy, rules
from pipelines.crawl.ledger import FetchResult
from pipelines.crawl.past_urls import PastSpan
from pipelines.errors import TakenOverError
from pipelines.model import Page, Tally
from pipelines.settings import Settings
from pipelines.stores import clock, disk_room, postgres, runs, warc
from pipelines.stores.clock import Clock
from spiders import outcome
from spiders.crawled_source import CrawledSource, count, count_named, tally_counts

STAGE = "crawl"
# The raw files of a crawl of the past are in a folder with this name. Such a crawl also takes its locks under this
# name.
PAST_FOLDER = "past"


@dataclass(frozen=True)
class Arrival:
    """A result that is not written yet, with its page and the facts kept with the page (outcome.record_facts).

    request: the headers that were sent.
    """

    result: FetchResult
    page: Page | None = None
    record_facts: dict[str, Any] = field(default_factory=dict)
    request: tuple[tuple[str, str], ...] = ()


@dataclass
class CrawlSession:
    """What the writing thread works with. No other thread uses it while the crawl runs.

    out: the stream that the process which started the crawl reads.
    sources: the sources whose lock this crawl has, by name.
    clock: the time of the ledger's machine.
    past: the days that a crawl of the past is for. Its raw files are written beside the raw store, and it has locks of
    its own, so that a night may begin meanwhile. None for a crawl of a night.
    silence: after this many silent seconds Postgres ends the session; 0 means never.
    spoke_at: the session last sent something to Postgres at this moment or later (`clock.since_boot`).
    """

    settings: Settings
    conn: postgres.Connection
    run: str
    out: TextIO = field(default_factory=lambda: sys.stdout)
    sources: dict[str, CrawledSource] = field(default_factory=dict)
    clock: Clock = field(default_factory=clock.of_machine)
    past: PastSpan | None = None
    silence: float = 0.0
    spoke_at: float = 0.0

    def __post_init__(self) -> None:
        self.spoke_at = clock.since_boot()
        with self.conn:
            self.clock = clock.of_ledger(self.conn)
            self.silence = (postgres.row(self.conn, "session_silence") or {"seconds": 0.0})["seconds"]

    @property
    def root(self) -> Path:
        """Where raw files are written."""
        return self.settings.data / PAST_FOLDER if self.past else self.settings.raw

    @property
    def lock(self) -> str:
        """The name of the lock that a crawl takes on a source."""
        return PAST_FOLDER if self.past else STAGE


def commit(store: CrawlSession, arrivals: Sequence[Arrival]) -> set[str]:
    """Write arrivals: first into the raw files, which are synced, then into the ledger in one transaction. Gives the
    sources for which there may be more to lease.
    """
    check_session(store)
    disk_room.check(store.settings, "nightdesk crawl")
    return record(store, write(store, arrivals))


def check_session(store: CrawlSession) -> None:
    """TakenOverError if this crawl was silent for so long that Postgres has ended its session: its sources may be
    another crawl's by now, so nothing more is written. If Postgres itself is away, raw files are still written.
    """
    asked_at = clock.since_boot()
    try:
        with store.conn:
            postgres.query(store.conn, "clock")
    except postgres.Error:
        if told := tell_pause(store):
            raise TakenOverError(told) from None
        return
    store.spoke_at = asked_at


def has_turns(store: CrawlSession) -> bool:
    """Whether this crawl certainly still has its turns at hosts: it sent something to Postgres lately, so its session
    is alive."""
    certain = min(store.silence or postgres.LOST_SECONDS, postgres.LOST_SECONDS)
    return clock.since_boot() - store.spoke_at < certain


def tell_pause(store: CrawlSession) -> str:
    """The sentence for a crawl whose session Postgres has ended, because the crawl was silent for too long; empty for
    any other crawl.
    """
    silent = clock.since_boot() - store.spoke_at
    if not store.silence or silent < store.silence:
        return ""
    return (
        f"This crawl was paused for {silent:.0f} seconds, its process or its machine, so Postgres has given its "
        "sources free. It writes nothing more. Crawl again: that goes on from where this one was."
    )


def record(store: CrawlSession, results: Sequence[FetchResult]) -> set[str]:
    """Write results into the ledger in one transaction. Gives the sources for which there may be more to lease.

    If the content of a page cannot be written, that page has failed, and the others are written without it.
    """
    try:
        return _record(store, results)
    except Exception as error:
        if not of_a_page(error):
            raise
    more: set[str] = set()
    for result in results:
        try:
            more |= _record(store, [result])
        except Exception as error:
            if not of_a_page(error):
                raise
            more |= _record(store, [outcome.unwritable(result, error)])
    return more


def write(store: CrawlSession, arrivals: Iterable[Arrival]) -> list[FetchResult]:
    """Write the pages to the raw files and sync them; gives the results with their pointers."""
    results: list[FetchResult] = []
    touched: dict[str, warc.Writer] = {}
    for arrival in arrivals:
        result = arrival.result
        if arrival.page and outcome.worth_keeping(result):
            crawled = store.sources[result.source]
            if not crawled.writer:
                crawled.writer = warc.begin(store.root, result.source, store.run)
            if result.source not in touched:
                warc.check_ours(crawled.writer)
            touched[result.source] = crawled.writer
            pointer = warc.append(crawled.writer, arrival.page, arrival.record_facts, request=arrival.request)
            result = replace(result, pointer=pointer)
        results.append(result)
    for writer in touched.values():
        warc.sync(writer)
    return results


def keep_robots(store: CrawlSession, place: str, status: int, body: str) -> list[str]:
    """Keep what a host's robots.txt says; gives the sources that may have URLs which it lets in now."""
    with store.conn:
        postgres.execute(store.conn, "keep_robots", host=place, status=status, body=body)
        return [name for name, one in store.sources.items() if rules.let_in_by_robots(store.conn, one.source)]


def say(store: CrawlSession, event: str, **facts: Any) -> None:
    """Write one JSON line for the process that started the crawl. If the reader is gone, the line is lost."""
    with suppress(BrokenPipeError):
        print(json.dumps({"event": event, **facts}, ensure_ascii=False), file=store.out, flush=True)


def say_tally(store: CrawlSession, tally: Tally) -> None:
    """Report the tally of a source, as the last line about it."""
    facts = {"state": str(tally.state), "counts": tally.counts, "message": tally.message, "code": str(tally.code)}
    say(store, "tally", source=tally.source, **facts)


def rest_host(store: CrawlSession, host: str, rest: timedelta, reason: str) -> None:
    """Store that a host is to be left alone for this time, and commit at once."""
    with store.conn:
        ledger.rest_host(store.conn, host, rest, reason)


def _record(store: CrawlSession, results: Sequence[FetchResult]) -> set[str]:
    """Write in one transaction: results, what their lists named, rests that hosts asked for, and the sources'
    progress.
    """
    more: set[str] = set()
    asked_rest: dict[str, FetchResult] = {}
    written: list[tuple[FetchResult, dict[str, int]]] = []
    with store.conn:
        for result in ledger.record(store.conn, store.run, _after_redirects(store, results)):
            got = discover(store, store.sources[result.source], store.run, result) if result.found else {}
            written.append((result, got))
            if result.rest and result.status in (429, 503):
                asked_rest[urls.host(result.final_url or result.url)] = result
        # All crawls use the same order of hosts: otherwise two crawls might wait for each other for ever.
        for host, result in sorted(asked_rest.items()):
            if result.rest:
                ledger.rest_host(store.conn, host, result.rest, f"{result.reason} on {result.url}")
        for result, got in written:
            crawled = store.sources[result.source]
            if result.found:
                count_named(crawled, result, result.found, got)
                if got.get("cut"):
                    crawled.lists_cut.append(
                        f"{result.url} names more: {policy.MAX_SECTION_PAGES} pages of it were read"
                    )
            if result.left_out:
                crawled.lists_cut.append(f"{result.url} has more links than are read: {result.left_out} were left out")
            if result.kind != Kind.ARTICLE:
                # The source's articles may have waited until this list was read.
                more.add(result.source)
            count(crawled, result)
        for name in sorted({result.source for result in results}):
            runs.progress(store.conn, store.run, name, STAGE, tally_counts(store.sources[name]))
    return more


def of_a_page(error: Exception) -> bool:
    """Whether an error comes from the content that was to be written, and not from a store that cannot write."""
    return postgres.is_refusal(error) if isinstance(error, postgres.Error) else not isinstance(error, OSError)


def _after_redirects(store: CrawlSession, results: Sequence[FetchResult]) -> list[FetchResult]:
    """The results, each with the address at which it is stored after its redirects."""
    settled: list[FetchResult] = []
    for name in dict.fromkeys(result.source for result in results):
        source = store.sources[name].source
        settled += aliases.follow_redirects(
            store.conn, source, store.run, [result for result in results if result.source == name]
        )
    return settled


def discover(store: CrawlSession, crawled: CrawledSource, run: str, result: FetchResult) -> dict[str, int]:
    """Write what a list named. The next page of a section is made due only if this page brought something.

    Gives the counts of `discovery.discover`, and "cut" if the section has had its share of pages. If a section page has
    an entry of Kind.SECTION, the entry is the next page of the section.
    """
    conn = store.conn
    if store.past:
        row = postgres.row(conn, "url_of_look", id=result.url_id) or {"via": ""}
        paged = result.kind != Kind.SITEMAP
        first_page = str(row["via"] or result.url) if paged else result.url
        before = crawled.section_keys.setdefault(first_page, set())
        return past_urls.name(
            conn, crawled.source, run, result.found, result.url, first_page, result.kind, store.past, before
        )
    named = [one for one in result.found if one[0] != Kind.SECTION]
    further = [entry for kind, entry in result.found if kind == Kind.SECTION]
    first = discovery.first_page(conn, crawled.source, result.url) if result.kind == Kind.SECTION else result.url
    shown = crawled.section_keys.setdefault(first, set()) if result.kind == Kind.SECTION else None
    got = discovery.discover(conn, crawled.source, run, named, result.url, by=result.kind, shown=shown)
    if (got["new"] or got["of this run"]) and further:
        got["cut"] = not discovery.next_page(conn, crawled.source, run, first, further[0])
    return got
