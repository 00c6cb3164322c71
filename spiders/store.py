"""Where a crawl writes: the raw store first, then the ledger, in batches, by one thread with one connection."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TextIO

from pipelines import private, urls
from pipelines.codes import Kind
from pipelines.crawl import aliases, discovery, ledger, past_urls, policy, rules
from pipelines.crawl.ledger import FetchResult
from pipelines.crawl.past_urls import PastSpan
from pipelines.errors import DiskFullError
from pipelines.model import Page, Tally
from pipelines.settings import Settings
from pipelines.stores import clock, postgres, runs, warc
from pipelines.stores.clock import Clock
from spiders import outcome
from spiders.crawled_source import CrawledSource, count, count_named, tally_counts

STAGE = "crawl"
# The folder of the raw files of a crawl of the past, and its lock.
PAST = "past"


@dataclass(frozen=True)
class Arrival:
    """A look that is not written yet, with its page and the facts kept with it (outcome.facts_of).

    request: the headers that were sent.
    """

    look: FetchResult
    page: Page | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    request: tuple[tuple[str, str], ...] = ()


@dataclass
class Store:
    """What the writing thread works with; nobody else touches it while the crawl runs.

    out: where whoever started the crawl listens. followed: the sources whose lock this crawl has, by name.
    clock: the time of the ledger's machine. wanted: what the crawl is for, where that is the past: then its raw files
    are written beside the raw store, and it has locks of its own, so that a night may begin meanwhile.
    """

    settings: Settings
    conn: postgres.Connection
    run: str
    out: TextIO = field(default_factory=lambda: sys.stdout)
    followed: dict[str, CrawledSource] = field(default_factory=dict)
    clock: Clock = field(default_factory=clock.of_machine)
    wanted: PastSpan | None = None

    def __post_init__(self) -> None:
        with self.conn:
            self.clock = clock.of_ledger(self.conn)

    @property
    def root(self) -> Path:
        """Where raw files are written."""
        return self.settings.data / PAST if self.wanted else self.settings.raw

    @property
    def lock(self) -> str:
        """What is held of a source."""
        return PAST if self.wanted else STAGE


def commit(store: Store, arrivals: Sequence[Arrival]) -> set[str]:
    """Write arrivals: raw files, synced, then one transaction. The sources for which there may be more to lease."""
    _check_disk(store.settings)
    return record(store, write(store, arrivals))


def record(store: Store, looks: Sequence[FetchResult]) -> set[str]:
    """Write looks into the ledger in one transaction; the sources for which there may be more to lease.

    Where it is what a page holds that cannot be written, that page has failed, and the others are written without it.
    """
    try:
        return _record(store, looks)
    except Exception as error:
        if not of_a_page(error):
            raise
    more: set[str] = set()
    for look in looks:
        try:
            more |= _record(store, [look])
        except Exception as error:
            if not of_a_page(error):
                raise
            more |= _record(store, [outcome.unwritable(look, error)])
    return more


def write(store: Store, arrivals: Iterable[Arrival]) -> list[FetchResult]:
    """Write the pages to the raw files and sync them; the looks with their pointers."""
    looks: list[FetchResult] = []
    touched: dict[str, warc.Writer] = {}
    for arrival in arrivals:
        look = arrival.look
        if arrival.page and outcome.worth_keeping(look):
            followed = store.followed[look.source]
            if not followed.writer:
                followed.writer = warc.begin(store.root, look.source, store.run)
            if look.source not in touched:
                warc.check_ours(followed.writer)
            touched[look.source] = followed.writer
            pointer = warc.append(followed.writer, arrival.page, arrival.facts, request=arrival.request)
            look = replace(look, pointer=pointer)
        looks.append(look)
    for writer in touched.values():
        warc.sync(writer)
    return looks


def keep_robots(store: Store, place: str, status: int, body: str) -> list[str]:
    """Keep what a host's robots.txt says; the sources of which it kept something out that it may let in now."""
    with store.conn:
        postgres.execute(store.conn, "keep_robots", host=place, status=status, body=body)
        return [name for name, one in store.followed.items() if rules.let_in_by_robots(store.conn, one.source)]


def say(store: Store, event: str, **facts: Any) -> None:
    """One JSON line for whoever started the crawl; whoever is gone hears nothing."""
    with suppress(BrokenPipeError):
        print(json.dumps({"event": event, **facts}, ensure_ascii=False), file=store.out, flush=True)


def say_tally(store: Store, tally: Tally) -> None:
    """The last word on a source."""
    facts = {"state": str(tally.state), "counts": tally.counts, "message": tally.message, "code": str(tally.code)}
    say(store, "tally", source=tally.source, **facts)


def _record(store: Store, looks: Sequence[FetchResult]) -> set[str]:
    """Looks, what their lists named, rests that hosts asked for, and the sources' progress: one transaction."""
    more: set[str] = set()
    cooled: dict[str, FetchResult] = {}
    written: list[tuple[FetchResult, dict[str, int]]] = []
    with store.conn:
        for look in ledger.record(store.conn, store.run, _after_redirects(store, looks)):
            got = discover(store, store.followed[look.source], store.run, look) if look.found else {}
            written.append((look, got))
            if look.rest and look.status in (429, 503):
                cooled[urls.host(look.final_url or look.url)] = look
        # In one order for every crawl: two that wait for each other's hosts would wait for ever.
        for host, look in sorted(cooled.items()):
            if look.rest:
                ledger.cool(store.conn, host, look.rest, f"{look.reason} on {look.url}")
        for look, got in written:
            followed = store.followed[look.source]
            if look.found:
                count_named(followed, look, look.found, got)
                if got.get("ended"):
                    followed.ends.append(f"{look.url} names more: {policy.MAX_SECTION_PAGES} pages of it were read")
            if look.left_out:
                followed.ends.append(f"{look.url} has more links than are read: {look.left_out} were left out")
            if look.kind != Kind.ARTICLE:
                # Its articles may have waited for it.
                more.add(look.source)
            count(followed, look)
        for name in sorted({look.source for look in looks}):
            runs.progress(store.conn, store.run, name, STAGE, tally_counts(store.followed[name]))
    return more


def of_a_page(error: Exception) -> bool:
    """Whether an error is of what was to be written, and not of a store that cannot write."""
    return postgres.is_refusal(error) if isinstance(error, postgres.Error) else not isinstance(error, OSError)


def _after_redirects(store: Store, looks: Sequence[FetchResult]) -> list[FetchResult]:
    """The looks, each at the address it is of."""
    settled: list[FetchResult] = []
    for name in dict.fromkeys(look.source for look in looks):
        source = store.followed[name].source
        settled += aliases.follow_redirects(
            store.conn, source, store.run, [look for look in looks if look.source == name]
        )
    return settled


def discover(store: Store, followed: CrawledSource, run: str, look: FetchResult) -> dict[str, int]:
    """Write what a list named; the next page of a section only where this one brought something."""
    conn = store.conn
    if store.wanted:
        row = postgres.row(conn, "url_of_look", id=look.url_id) or {"via": ""}
        paged = look.kind != Kind.SITEMAP
        page_of = str(row["via"] or look.url) if paged else look.url
        before = followed.shown.setdefault(page_of, set())
        return past_urls.name(
            conn, followed.source, run, look.found, look.url, page_of, look.kind, store.wanted, before
        )
    named = [one for one in look.found if one[0] != Kind.SECTION]
    further = [entry for kind, entry in look.found if kind == Kind.SECTION]
    first = discovery.first_page(conn, followed.source, look.url) if look.kind == Kind.SECTION else look.url
    shown = followed.shown.setdefault(first, set()) if look.kind == Kind.SECTION else None
    got = discovery.discover(conn, followed.source, run, named, look.url, by=look.kind, shown=shown)
    if (got["discovered"] or got["of this run"]) and further:
        got["ended"] = not discovery.next_page(conn, followed.source, run, first, further[0])
    return got


def _check_disk(settings: Settings) -> None:
    """DiskFullError where the data folder has less room than NIGHTDESK_MIN_FREE_MB wants."""
    private.data_folder(settings.data)
    free = shutil.disk_usage(settings.data).free // (1024 * 1024)
    if free < settings.min_free_mb:
        raise DiskFullError(
            f"{settings.data} has {free} MB left, less than NIGHTDESK_MIN_FREE_MB ({settings.min_free_mb}): "
            "make room, or let upkeep keep raw files for fewer days, then crawl again."
        )
