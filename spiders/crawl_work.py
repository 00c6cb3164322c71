"""The state of a crawl: its sources and hosts, unwritten results, and the thread that writes.

`spiders.news` does the work, `spiders.host_upkeep` handles the hosts, `spiders.shutdown` ends the crawl early.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from pipelines.crawl.host_locks import HostLocks
from pipelines.model import Tally
from pipelines.stores import clock
from spiders.frontier import Frontier
from spiders.pacing import HostPacer
from spiders.store import Arrival, CrawlSession


@dataclass
class RoundClock:
    """When each part of the round (`host_upkeep.go_round`) was last done."""

    last_round: float = 0.0
    last_turn_check: float = 0.0
    last_report: float = 0.0


@dataclass
class CrawlWork:
    """The state of a running crawl. Moments are seconds of the monotonic clock; the time of day is `store.clock`.

    The whole:
        store: where it writes.
        deadline: from this moment on no new request is made.
        tallies: the tallies of the sources that are done.
        thread: the one thread that may use the store's connection.
    Its sources, by name:
        frontiers: the URLs in hand of each source that is not done.
        stirred: sources to which something happened since the loop last handled them.
        hungry: sources that need more URLs, the one that has waited longest first.
    Its hosts, by name:
        pacer: the pace of each host, and whether it is our turn there; spiders.robots makes it.
        locks: the turns that this process has in the ledger.
        at_host: how many requests Scrapy has for a host.
        silent: how many looks in a row had no answer, or a server error.
        limited: how many looks in a row had an answer that asked for rest.
        resting: the hosts whose URLs are left for the next crawl.
        sharing: the sources of each host.
        clock: when each part of the round over the hosts was done last.
    Its answers:
        arrivals: results that are not written yet; arrived_at: when the first of them came.
        writing: the batch that is being written.
        changed: wakes the loop after an answer came or a batch was written.
        tried: the leases that were put back once.
    """

    store: CrawlSession
    deadline: float
    frontiers: dict[str, Frontier]
    locks: HostLocks
    pacer: HostPacer = field(init=False)
    tallies: list[Tally] = field(default_factory=list)
    thread: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
    )
    stirred: set[str] = field(default_factory=set)
    hungry: dict[str, None] = field(default_factory=dict)
    at_host: Counter[str] = field(default_factory=Counter)
    silent: Counter[str] = field(default_factory=Counter)
    limited: Counter[str] = field(default_factory=Counter)
    resting: set[str] = field(default_factory=set)
    sharing: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    clock: RoundClock = field(default_factory=RoundClock)
    arrivals: list[Arrival] = field(default_factory=list)
    arrived_at: float = 0.0
    writing: asyncio.Future[None] | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    tried: set[int] = field(default_factory=set)

    def take_unwritten(self) -> list[Arrival]:
        """Give the unwritten results and remove them here; the caller writes them."""
        arrivals, self.arrivals = self.arrivals, []
        return arrivals

    async def in_thread(self, call: Callable[..., Any], *args: Any, **named: Any) -> Any:
        """The result of a function of the store, called by the only thread that may use the connection."""
        asked_at = clock.since_boot()
        got = await asyncio.wrap_future(self.thread.submit(call, *args, **named))
        self.store.spoke_at = max(self.store.spoke_at, asked_at)
        return got
