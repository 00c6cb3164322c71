"""NewsSpider: read the feeds, sitemaps and sections of some sources, and fetch the articles that they name.

The spider asks the ledger for due URLs, and has at most two requests outstanding per host. So nothing is piled up
inside Scrapy when the crawl is killed, a host asks for rest, or the budget ends. A host is asked only while it is this
process's turn there (spiders.pacing). Article pages are not parsed here.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Collection, Iterator
from datetime import timedelta
from functools import partial
from time import monotonic
from typing import Any, Self

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Request, Response

from pipelines.codes import Kind
from pipelines.crawl import host_locks
from pipelines.crawl.host_locks import KeptRobots, Turn
from pipelines.crawl.ledger import Lease
from pipelines.errors import DiskFullError, TakenOverError
from pipelines.stores import postgres
from spiders import handler, host_upkeep, outcome, policy, render, shutdown, source_lifecycle, store
from spiders.crawl_work import CrawlWork
from spiders.crawled_source import ESTIMATED, end_state
from spiders.frontier import Frontier
from spiders.pacing import HostPacer, NotNow
from spiders.store import Arrival, CrawlSession

# The loop waits at least this many seconds. Chosen: so the loop does not use all of the CPU.
LEAST_WAIT_SECONDS = 0.01
# Lists have this priority in Scrapy. It puts them before articles, whose priority is 0.
LISTS_FIRST = 10

# Scrapy has at most this many requests of one host: one under way, and one that waits for its gap. Chosen: after a kill
# or a rest, no requests have piled up.
OUTSTANDING_PER_HOST = 2
# When this many pages wait, they are written together. Chosen: then many pages share one sync of the disk and one
# transaction.
BATCH_PAGES = 50
# When the waiting pages have this many bytes, they are written too. Chosen: until then the pages are held in memory.
BATCH_BYTES = 8 * 1024 * 1024
# The first page of a batch waits at most this many seconds. Chosen: a kill loses no more than the pages of this time.
BATCH_SECONDS = 1.0
# A page with more bytes than this is unpacked in a thread, because that takes a hundredth of a second or more, and
# other requests would wait.
AT_ONCE_BYTES = 256 * 1024
# At most this many URLs are leased together for one source. Chosen: one lease costs little, compared with 40 fetches.
LEASED_URLS = 40
# At most this many URLs are leased together for one host of a source. Chosen: this is half of LEASED_URLS, so that a
# source with several hosts has work for all.
LEASED_PER_HOST = 20
# After the budget ends, requests under way get this many seconds for their answers.
ARRIVAL_SECONDS = 10.0


class NewsSpider(Spider):
    """Crawls the sources that a CrawlSession has taken, until nothing is due or the deadline (monotonic seconds) has
    passed.
    """

    name = "news"

    def __init__(self, *, crawl_store: CrawlSession, deadline: float, only: str = "", parent: int = 0) -> None:
        super().__init__()
        self.only = only
        self.parent = parent
        self.work = CrawlWork(
            store=crawl_store,
            deadline=deadline,
            frontiers={name: Frontier(crawled.source) for name, crawled in crawl_store.sources.items()},
            locks=host_locks.HostLocks(crawl_store.conn),
        )

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Built by Scrapy."""
        spider: Self = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.broke, signal=signals.spider_error)
        return spider

    def use_pacer(self, pacer: HostPacer) -> None:
        """Take the pacer of spiders.robots, which sets the pace of each host."""
        self.work.pacer = pacer

    async def start(self) -> AsyncIterator[Request]:
        """Give requests as long as there is work, and end when every source has its tally."""
        try:
            async for request in self._requests():
                yield request
            await host_upkeep.leave(self.work, list(self.work.pacer.known))
            # Requests may still be in flight. Scrapy would wait for them, but nobody needs their answers.
            if any(self.work.at_host.values()):
                shutdown.end_done(self.work)
        except (postgres.Error, OSError, DiskFullError, TakenOverError) as error:
            shutdown.end_failed(self.work, error)

    async def handle_response(self, response: Response, lease: Lease) -> None:
        """Judge a response and keep it for the next batch."""
        if lease.source not in self.work.frontiers:
            return
        try:
            arrival = await self._judge(response, lease)
        except Exception as error:  # noqa: BLE001 -- whatever a page does to our own code, it costs that page alone
            arrival = Arrival(outcome.judge_failure(error, lease, self.work.store.clock))
        self._take_in(lease, arrival)

    def handle_failure(self, failure: Any) -> None:
        """Keep the reason why no response came."""
        lease: Lease = failure.request.cb_kwargs["lease"]
        if failure.check(NotNow):
            self._put_back(lease)
            return
        self._take_in(lease, Arrival(outcome.judge_failure(failure.value, lease, self.work.store.clock)))

    def broke(self, failure: Any) -> None:
        """End the crawl: our own code failed on a response, so nothing after it could be trusted."""
        shutdown.end_failed(self.work, failure.value)

    def delay_of(self, host: str) -> float:
        """Seconds between two requests to a host: the longest delay of the sources that have this host, or a second."""
        wanted = [f.delay for f in self.work.frontiers.values() if host in f.queues or host in f.homes]
        return max(wanted, default=1.0)

    async def take_turns(self, names: Collection[str]) -> dict[str, Turn]:
        """Take the turn at those of these hosts that no other process has."""
        taken: dict[str, Turn] = await self.work.in_thread(host_locks.take, self.work.locks, names)
        return taken

    def check_turns(self) -> None:
        """Raise NotNow if another crawl may have taken this crawl's turns at hosts by now."""
        if not store.has_turns(self.work.store):
            raise NotNow("Postgres has not heard of this crawl for long")

    async def rest_host(self, host: str, seconds: float, why: str) -> None:
        """Leave a host alone whose answer for robots.txt asked for rest."""
        host_upkeep.rest(self.work, host, seconds)
        await self.work.in_thread(store.rest_host, self.work.store, host, timedelta(seconds=seconds), why)

    async def robots_of(self, place: str) -> KeptRobots | None:
        """The robots.txt of a host (`host:port`) in the ledger."""
        known: KeptRobots | None = await self.work.in_thread(
            host_locks.robots, self.work.store.conn, place, policy.ROBOTS_TXT_STANDS
        )
        return known

    async def keep_robots(self, place: str, status: int, body: str) -> None:
        """Keep a robots.txt. URLs that only the earlier robots.txt kept out are due again."""
        for name in await self.work.in_thread(store.keep_robots, self.work.store, place, status, body):
            if name in self.work.frontiers:
                self.work.frontiers[name].nothing_to_lease = False
                self.work.stirred.add(name)

    async def _judge(self, response: Response, lease: Lease) -> Arrival:
        """The result of a response, with its page and the facts kept with the page."""
        source = self.work.store.sources[lease.source].source
        page = outcome.page_of(response, lease, self.work.store.run, self.work.store.clock)
        facts = outcome.record_facts(response, lease)
        # A large broken feed takes a minute to read, and the requests of other sources would time out meanwhile. So
        # lists are judged in a thread.
        judge = partial(outcome.judge_answer, page, facts, source, known_digest=lease.digest)
        at_once = lease.kind == Kind.ARTICLE and len(page.body) <= AT_ONCE_BYTES
        result = judge() if at_once else await asyncio.to_thread(judge)
        asked = outcome.pairs(response.request.headers) if response.request else ()
        return Arrival(result, page, facts, asked)

    async def _requests(self) -> AsyncIterator[Request]:
        """The loop: write results, send ready requests, end finished sources, lease more or wait."""
        while self.work.frontiers:
            if self.parent and os.getppid() != self.parent:
                shutdown.end_stopped(self.work, "the process that started it is gone")
            self.work.changed.clear()
            await self._write()
            late, sent = monotonic() > self.work.deadline, False
            for frontier in await self._next_frontiers(late=late):
                if late:
                    frontier.drop()
                for request in self._ready_requests(frontier):
                    sent = True
                    # Scrapy passes the request through guard, robots and redirects to the handler
                    # (crawler_settings.py).
                    yield request
                if not frontier.nothing_to_lease and not any(True for _ in self._ready(frontier, take=False)):
                    self.work.hungry[frontier.name] = None
                if frontier.done:
                    await self._end(frontier, late=late)
            if monotonic() > self.work.deadline + ARRIVAL_SECONDS:
                await self._end_all_late()
            if self.work.hungry:
                # Sources end one after the other; meanwhile the requests of the other sources go out.
                await self._refill(next(iter(self.work.hungry)))
            elif not sent and self.work.frontiers:
                await self._pause()

    async def _next_frontiers(self, *, late: bool) -> list[Frontier]:
        """The sources to handle now: once a second all of them, and in between only sources with a change, because
        there may be many sources.
        """
        everyone = await host_upkeep.go_round(self.work) or late
        stirred, self.work.stirred = (set(self.work.frontiers) if everyone else self.work.stirred), set()
        return [frontier for name in stirred if (frontier := self.work.frontiers.get(name))]

    def _ready_requests(self, frontier: Frontier) -> Iterator[Request]:
        """The requests that can be sent now. If a URL cannot be requested, its look is over."""
        for lease in list(self._ready(frontier)):
            try:
                request = self._request(lease)
            except ValueError as error:
                self._take_in(lease, Arrival(outcome.judge_failure(error, lease, self.work.store.clock)))
            else:
                yield request

    async def _end_all_late(self) -> None:
        """Write all results and end every source: the budget is over, and so is the time for requests under way."""
        await self._write(now=True)
        for frontier in list(self.work.frontiers.values()):
            await self._end(frontier, late=True)

    async def _pause(self) -> None:
        """Wait until something changes or the batch is due. A resting host does not delay this (`host_upkeep.rest`)."""
        waiting = min(
            [BATCH_SECONDS, *([self.work.arrived_at + BATCH_SECONDS - monotonic()] if self.work.arrivals else [])]
        )
        try:
            await asyncio.wait_for(self.work.changed.wait(), max(waiting, LEAST_WAIT_SECONDS))
        except TimeoutError:
            return

    async def _write(self, *, now: bool = False) -> None:
        """Write the batch if it is large or old enough, or if nothing else is under way. Requests go on meanwhile.

        now: write any batch, and return when it is written.
        """
        if self.work.writing and (now or self.work.writing.done()):
            writing, self.work.writing = self.work.writing, None
            await writing
        if not self.work.arrivals or self.work.writing:
            return
        size = sum(len(arrival.page.body) for arrival in self.work.arrivals if arrival.page)
        idle = not any(f.outstanding for f in self.work.frontiers.values())
        due = (
            len(self.work.arrivals) >= BATCH_PAGES
            or size >= BATCH_BYTES
            or monotonic() >= self.work.arrived_at + BATCH_SECONDS
        )
        if now:
            await self._commit(self.work.take_unwritten())
        elif idle or due:
            self.work.writing = asyncio.ensure_future(self._commit(self.work.take_unwritten()))

    async def _commit(self, arrivals: list[Arrival]) -> None:
        """Write these arrivals. A list among them may have named URLs that its source can lease now."""
        try:
            more = await self.work.in_thread(store.commit, self.work.store, arrivals)
        finally:
            self.work.changed.set()
        for arrival in arrivals:
            self.work.frontiers[arrival.result.source].unwritten -= 1
            self.work.stirred.add(arrival.result.source)
        for name in more:
            self.work.frontiers[name].nothing_to_lease = False

    async def _refill(self, name: str) -> None:
        """Lease more URLs for a source that has no request to send, at the hosts whose queue is empty."""
        del self.work.hungry[name]
        frontier = self.work.frontiers.get(name)
        if not frontier or frontier.nothing_to_lease:
            return
        busy = [*self.work.resting, *(host for host, queue in frontier.queues.items() if queue)]
        leases = await self.work.in_thread(
            source_lifecycle.lease,
            self.work.store,
            name,
            LEASED_URLS,
            per_host=LEASED_PER_HOST,
            skip=busy,
            only=self.only,
        )
        frontier.queue(leases, self.work.resting)
        for host in {lease.host for lease in leases}:
            self.work.pacer.require_gap(host, frontier.delay)
            self.work.sharing[host].add(name)
        await self.work.pacer.try_for({lease.host for lease in leases})
        # If there were fewer URLs than wanted, all others that are due are at hosts with queued URLs. When such a queue
        # is empty, `_ready` clears `nothing_to_lease`.
        frontier.nothing_to_lease = len(leases) < LEASED_URLS
        self.work.stirred.add(name)

    def _ready(self, frontier: Frontier, *, take: bool = True) -> Iterator[Lease]:
        """The leased URLs whose host has room.

        take: take each out and count it as under way; otherwise only look.
        """
        for host, queue in list(frontier.queues.items()):
            while queue and self.work.at_host[host] < OUTSTANDING_PER_HOST and self.work.pacer.ready(host):
                if not take:
                    yield queue[0]
                    break
                self.work.at_host[host] += 1
                frontier.outstanding += 1
                yield queue.popleft()
                # Further URLs of this host are leased when the queue is empty.
                frontier.nothing_to_lease = False if not queue else frontier.nothing_to_lease

    def _request(self, lease: Lease) -> Request:
        """The request for a leased URL, made for its source; ValueError if the URL cannot be requested."""
        headers = {}
        if lease.etag:
            headers["If-None-Match"] = lease.etag
        if lease.last_modified:
            headers["If-Modified-Since"] = lease.last_modified
        source = self.work.store.sources[lease.source].source
        return Request(
            lease.url,
            callback=self.handle_response,
            errback=self.handle_failure,
            headers=headers,
            cb_kwargs={"lease": lease},
            meta={**handler.made_for(source), **render.meta_for(source, lease.kind)},
            priority=0 if lease.kind == Kind.ARTICLE else LISTS_FIRST,
        )

    def _take_in(self, lease: Lease, arrival: Arrival) -> None:
        """Take in the result of a look: free its place at the host, and keep the result for the next batch."""
        frontier = self._free_place(lease)
        if frontier is None:
            return
        frontier.unwritten += 1
        if not self.work.arrivals:
            self.work.arrived_at = monotonic()
        self.work.arrivals.append(arrival)
        host_upkeep.judge_host(self.work, lease, arrival.result)
        self.work.changed.set()

    def _put_back(self, lease: Lease) -> None:
        """A request was not made: put its URL at the end of its host's queue. If that is not possible, the URL's lease
        is given back when the source ends.
        """
        frontier = self._free_place(lease)
        if frontier is None:
            return
        # If the URL's own host is ready, the host of a redirect was not. The URL is then tried only once more.
        if lease.host not in self.work.resting and (
            not self.work.pacer.ready(lease.host) or lease.id not in self.work.tried
        ):
            frontier.queues[lease.host].append(lease)
            self.work.tried.add(lease.id)
        self.work.changed.set()

    def _free_place(self, lease: Lease) -> Frontier | None:
        """Free the place of a look at its host, for any source there; gives the source's frontier, None if it has
        ended."""
        frontier = self.work.frontiers.get(lease.source)
        if frontier is not None:
            self.work.at_host[lease.host] -= 1
            self.work.stirred |= {lease.source, *self.work.sharing[lease.host]}
            frontier.outstanding -= 1
        return frontier

    async def _end(self, frontier: Frontier, *, late: bool) -> None:
        """End a source that is done, and leave the hosts that no other source needs."""
        crawled = self.work.store.sources[frontier.name]
        for word in ESTIMATED:
            crawled.counts.pop(word, None)
        past = self.work.store.past is not None
        ended = await self.work.in_thread(end_state, self.work.store.conn, crawled, late=late, past=past)
        self.work.tallies.append(await self.work.in_thread(source_lifecycle.end, self.work.store, crawled, *ended))
        del self.work.frontiers[frontier.name]
        shared = {host for other in self.work.frontiers.values() for host in other.queues}
        await host_upkeep.leave(
            self.work, [host for host in frontier.queues if host not in shared and not self.work.at_host[host]]
        )
