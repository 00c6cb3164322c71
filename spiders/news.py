"""NewsSpider: follow the feeds, sitemaps and sections of some sources and fetch the articles they name.

It asks the ledger for due URLs and never has more than two requests outstanding per host, so that a kill, a cool-down
or the end of the budget finds nothing piled up inside Scrapy. Article pages are not parsed here.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter, defaultdict, deque
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from time import monotonic
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Request, Response

from pipelines import db
from pipelines.errors import DiskFullError
from pipelines.ledger import Lease, Look
from pipelines.model import Kind, State, Tally
from spiders import ending, outcome, store
from spiders.store import Arrival, Store

WINDOW = 2
BATCH = 50
BATCH_BYTES = 8 * 1024 * 1024
BATCH_SECONDS = 1.0
LEASED = 40
LEASED_PER_HOST = 20
# Requests in flight when the budget ends get this long to arrive.
GRACE = 10.0
SILENT = 5


@dataclass
class Frontier:
    """What this crawl has in hand of one source: leased URLs by host, requests under way, looks not yet written."""

    name: str
    delay: float
    queues: dict[str, deque[Lease]] = field(default_factory=lambda: defaultdict(deque))
    outstanding: int = 0
    unwritten: int = 0
    dry: bool = False


class NewsSpider(Spider):
    """Crawls the sources a Store has taken until nothing is due, or the deadline (monotonic seconds) has passed."""

    name = "news"

    def __init__(self, *, kept: Store, deadline: float, only: str = "", parent: int = 0) -> None:
        super().__init__()
        self.store = kept
        self.deadline = deadline
        self.only = only
        self.parent = parent
        self.tallies: list[Tally] = []
        self.frontiers = {name: Frontier(name, followed.source.delay) for name, followed in self.store.followed.items()}
        self.arrivals: list[Arrival] = []
        self.arrived_at = 0.0
        self.at_host: Counter[str] = Counter()
        self.silent: Counter[str] = Counter()
        self.resting: set[str] = set()
        self.thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self.changed = asyncio.Event()

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Built by Scrapy."""
        spider: Self = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.broke, signal=signals.spider_error)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Requests, as long as there is work; ends when every source has its tally."""
        try:
            async for request in self._work():
                yield request
            if any(self.at_host.values()):
                ending.done(self)
        except (db.Error, OSError, DiskFullError) as error:
            ending.failed(self, error)

    async def arrived(self, response: Response, lease: Lease) -> None:
        """A response came: judge it and keep it for the next batch."""
        if lease.source not in self.frontiers:
            return
        source = self.store.followed[lease.source].source
        page = outcome.page_of(response, lease, self.store.run)
        facts = outcome.facts_of(response, lease)
        # A large broken feed takes a minute to read; the other sources' requests would time out meanwhile.
        judge = partial(outcome.look_at, page, facts, source, known=lease.digest)
        look = judge() if lease.kind == Kind.ARTICLE else await asyncio.to_thread(judge)
        asked = outcome.pairs(response.request.headers) if response.request else ()
        self._done(lease, Arrival(look, page, facts, asked))

    def lost(self, failure: Any) -> None:
        """No response came: say why."""
        lease: Lease = failure.request.cb_kwargs["lease"]
        self._done(lease, Arrival(outcome.look_without_page(failure.value, lease)))

    def broke(self, failure: Any) -> None:
        """Our own code failed on a response: nothing after that could be trusted."""
        ending.failed(self, failure.value)

    def delay_of(self, host: str) -> float:
        """Seconds between two requests to a host: the longest that a source with this host asks for."""
        wanted = [f.delay for f in self.frontiers.values() if host in f.queues or host in _hosts(self.store, f.name)]
        return max(wanted, default=1.0)

    async def robots_of(self, place: str) -> tuple[int, str] | None:
        """The robots.txt of a host as the ledger has it: status and body."""
        row = await self._in_thread(db.row, self.store.conn, "robots_of_host", host=place)
        return (row["status"], row["body"]) if row else None

    async def keep_robots(self, place: str, status: int, body: str) -> None:
        """Keep what robots.txt says for a day."""
        await self._in_thread(store.keep_robots, self.store, place, status, body)

    def unwritten(self) -> list[Arrival]:
        """What came and is not written yet; the caller writes it."""
        arrivals, self.arrivals = self.arrivals, []
        return arrivals

    async def _work(self) -> AsyncIterator[Request]:
        while self.frontiers:
            if self.parent and os.getppid() != self.parent:
                ending.stopped(self, "whoever started it is gone")
            self.changed.clear()
            await self._write()
            late = monotonic() > self.deadline
            sent = 0
            for frontier in list(self.frontiers.values()):
                if late:
                    frontier.queues.clear()
                    frontier.dry = True
                else:
                    await self._refill(frontier)
                for lease in list(self._ready(frontier)):
                    sent += 1
                    yield self._request(lease)
                if frontier.dry and not (frontier.outstanding or frontier.unwritten or any(frontier.queues.values())):
                    await self._end(frontier, late=late)
            if monotonic() > self.deadline + GRACE:
                await self._write(now=True)
                for frontier in list(self.frontiers.values()):
                    await self._end(frontier, late=True)
            if not sent and self.frontiers:
                await self._rest()

    async def _rest(self) -> None:
        waiting = min([BATCH_SECONDS, *([self.arrived_at + BATCH_SECONDS - monotonic()] if self.arrivals else [])])
        try:
            await asyncio.wait_for(self.changed.wait(), max(waiting, 0.01))
        except TimeoutError:
            return

    async def _write(self, *, now: bool = False) -> None:
        """Write the batch when it is large or old enough, or nothing else is under way."""
        if not self.arrivals:
            return
        size = sum(len(arrival.page.body) for arrival in self.arrivals if arrival.page)
        idle = not any(f.outstanding for f in self.frontiers.values())
        due = len(self.arrivals) >= BATCH or size >= BATCH_BYTES or monotonic() >= self.arrived_at + BATCH_SECONDS
        if not (now or idle or due):
            return
        arrivals = self.unwritten()
        more = await self._in_thread(store.commit, self.store, arrivals)
        for arrival in arrivals:
            self.frontiers[arrival.look.source].unwritten -= 1
        for name in more:
            self.frontiers[name].dry = False

    async def _refill(self, frontier: Frontier) -> None:
        """Lease more when no leased URL can be sent for want of one, not for want of room at its host."""
        if frontier.dry or any(True for _ in self._ready(frontier, take=False)):
            return
        busy = [*self.resting, *(host for host, queue in frontier.queues.items() if queue)]
        leases = await self._in_thread(
            store.lease, self.store, frontier.name, LEASED, per_host=LEASED_PER_HOST, skip=busy, only=self.only
        )
        for lease in leases:
            frontier.queues[lease.host].append(lease)
        frontier.dry = not leases

    def _ready(self, frontier: Frontier, *, take: bool = True) -> Iterator[Lease]:
        """The leased URLs whose host has room; taken out and counted as under way, or only looked at."""
        for host, queue in list(frontier.queues.items()):
            while queue and self.at_host[host] < WINDOW:
                if not take:
                    yield queue[0]
                    break
                self.at_host[host] += 1
                frontier.outstanding += 1
                yield queue.popleft()
                # What else this host has is asked for again once the queue is empty.
                frontier.dry = False if not queue else frontier.dry

    def _request(self, lease: Lease) -> Request:
        headers = {}
        if lease.etag:
            headers["If-None-Match"] = lease.etag
        if lease.last_modified:
            headers["If-Modified-Since"] = lease.last_modified
        return Request(
            lease.url,
            callback=self.arrived,
            errback=self.lost,
            headers=headers,
            cb_kwargs={"lease": lease},
            priority=0 if lease.kind == Kind.ARTICLE else 10,
        )

    def _done(self, lease: Lease, arrival: Arrival) -> None:
        frontier = self.frontiers.get(lease.source)
        if frontier is None:
            return
        self.at_host[lease.host] -= 1
        frontier.outstanding -= 1
        frontier.unwritten += 1
        if not self.arrivals:
            self.arrived_at = monotonic()
        self.arrivals.append(arrival)
        self._watch_host(lease, arrival.look)
        self.changed.set()

    def _watch_host(self, lease: Lease, look: Look) -> None:
        """A host that asks for rest, or did not answer so many times in a row, gets nothing more in this crawl."""
        dead = look.outcome == State.FAILED and look.reason.startswith(outcome.UNREACHABLE)
        self.silent[lease.host] = self.silent[lease.host] + 1 if dead else 0
        if (look.status in (429, 503) and look.retry_at) or self.silent[lease.host] >= SILENT:
            self.resting.add(lease.host)
            for other in self.frontiers.values():
                # Given back to the ledger when the source ends.
                other.queues.pop(lease.host, None)

    async def _end(self, frontier: Frontier, *, late: bool) -> None:
        followed = self.store.followed[frontier.name]
        state, message = await self._in_thread(store.verdict, self.store, followed, late=late)
        self.tallies.append(await self._in_thread(store.end, self.store, followed, state, message))
        del self.frontiers[frontier.name]

    async def _in_thread(self, work: Callable[..., Any], *args: Any, **named: Any) -> Any:
        return await asyncio.wrap_future(self.thread.submit(work, *args, **named))


def _hosts(kept: Store, name: str) -> set[str]:
    followed = kept.followed.get(name)
    if not followed:
        return set()
    source = followed.source
    return {urlsplit(url).hostname or "" for url in (source.url, *source.feeds, *source.sitemaps, *source.sections)}
