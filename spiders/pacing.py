"""The request rate of each host, and whose turn it is there. Only this module sets the pace of Scrapy's slots.

A host has one slot, whichever source or redirect leads to it. Its delay is the longest that a source or robots.txt asks
for. The delay grows while the host is slower than usual or answers with errors. The delay is never shorter than
requested.

`HostPacer` keeps what this crawl knows of its hosts. The turns at hosts, which all processes share, are in the ledger
(pipelines.crawl.host_locks); the pacer takes them by `HostPacer.take`.

The numbers are in `spiders/policy.py`; the pauses before a failed URL is tried again in `pipelines/crawl/policy.py`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass
from time import monotonic
from typing import Any

from scrapy import signals
from scrapy.core.downloader import Slot
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from twisted.python.failure import Failure

from pipelines.crawl.host_locks import Turn
from spiders import policy
from spiders.outcome import SENT

# This status stands for a missing answer, so that a missing answer counts as an error of the server.
NO_ANSWER_STATUS = 599


Take = Callable[[Collection[str]], Awaitable[dict[str, Turn]]]

log = logging.getLogger(__name__)


class NotNow(IgnoreRequest):
    """A request that is not made in this crawl, although nothing is wrong with it. Its URL stays due."""


@dataclass
class Host:
    """What this crawl knows of one host. Spans are in seconds, moments in seconds of the monotonic clock.

    floor: the least gap that anybody asked for.
    delay: the gap now.
    usual, fastest: how long it usually takes until an answer begins, and how long it took at the fastest.
    answers: how many answers came that were no error of the server.
    ours: whether this crawl has the turn there. leaving: whether this crawl gives the turn up as soon as nothing is
    under way.
    last_request: when the host was last asked before this crawl's turn.
    since: when our turn began.
    next_try: when to try again to take our turn.
    until: until when the host wants to be left alone.
    """

    name: str
    floor: float = 0.0
    delay: float = 0.0
    usual: float = 0.0
    fastest: float = 0.0
    answers: int = 0
    ours: bool = False
    leaving: bool = False
    last_request: float = 0.0
    since: float = 0.0
    next_try: float = 0.0
    until: float = 0.0


class HostPacer:
    """All hosts of one crawl. The middleware for robots.txt waits here for the crawl's turn at a host, and the spider
    learns here which hosts are ready.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.known: dict[str, Host] = {}
        # The function that takes turns. A spider without a ledger shares its hosts with nobody.
        self.take: Take | None = None
        crawler.signals.connect(self.note_answer, signal=signals.response_downloaded)

    def of(self, name: str) -> Host:
        """The host of this name."""
        return self.known.setdefault(name, Host(name))

    def require_gap(self, name: str, delay: float, why: str = "") -> None:
        """From now on, let at least `delay` seconds pass between two requests to this host.

        Absurd delays are logged and shortened.
        """
        host = self.of(name)
        if delay > policy.LONGEST_DELAY_SECONDS:
            longest = policy.LONGEST_DELAY_SECONDS
            log.warning("%s: %s asks for %.0f s between requests; we keep %.0f s", name, why, delay, longest)
            delay = longest
        if delay > host.floor:
            host.floor = delay
            self._pace(host, max(host.delay, delay))

    def ready(self, name: str) -> bool:
        """Whether a request may be sent to this host now. Scrapy's slot keeps the gap."""
        host = self.known.get(name)
        return bool(host and host.ours and not host.leaving and host.until <= monotonic())

    def gap(self, name: str) -> float:
        """Seconds between two requests to this host now."""
        return self.of(name).delay

    async def enter(self, name: str) -> None:
        """Return when it is our turn at this host; NotNow if the host rests, or another process keeps the turn."""
        host = self.of(name)
        patience = monotonic() + policy.REDIRECT_TURN_SECONDS
        while not host.ours or host.leaving:
            if monotonic() > patience:
                raise NotNow(f"another crawl is at {name}")
            if host.leaving or (host.next_try > monotonic() and self.take):
                await asyncio.sleep(policy.WAIT_CHECK_SECONDS)
                continue
            await self.try_for([name])
        if host.until > monotonic():
            raise NotNow(f"{name} asked for rest")

    async def try_for(self, names: Iterable[str]) -> None:
        """Take the turn at those of these hosts that are free."""
        now = monotonic()
        missing = [host for host in map(self.of, names) if not host.ours and host.next_try <= now]
        for host in missing:
            host.next_try = now + policy.TURN_TRY_SECONDS
        turns = await self.take([host.name for host in missing]) if self.take and missing else {}
        now = monotonic()
        for host in missing:
            turn = turns.get(host.name) or (Turn(float("inf"), 0.0) if not self.take else None)
            if turn and not host.ours:
                host.ours, host.since = True, now
                host.last_request = now - turn.ago
                host.until = max(host.until, now + turn.rest if turn.rest else 0.0)
                self._pace(host, max(host.delay, host.floor))

    def rest(self, name: str, seconds: float) -> None:
        """Leave this host alone for so many seconds. Requests that already wait for its gap fail with NotNow, so that
        the spider puts their URLs back.
        """
        host = self.of(name)
        host.until = max(host.until, monotonic() + seconds)
        self._send_back(host)

    def give_up(self, names: Iterable[str]) -> None:
        """Send nothing more to these hosts until our turn comes again."""
        for host in map(self.of, names):
            host.leaving = True
            self._send_back(host)

    def active(self, name: str) -> bool:
        """Whether a request to this host is under way, or waits for its gap."""
        slot = self._slot(self.of(name))
        return bool(slot and slot.active)

    def release_idle(self) -> dict[str, float]:
        """Release the hosts that were given up and where nothing is under way; gives how many seconds ago each was
        asked.
        """
        idle = [host for host in self.known.values() if host.ours and host.leaving and not self.active(host.name)]
        now = monotonic()
        gone = {host.name: now - self._last(host) for host in idle}
        for host in idle:
            host.last_request, host.ours, host.leaving, host.next_try = (
                self._last(host),
                False,
                False,
                now + policy.TURN_AGAIN_SECONDS,
            )
        return gone

    def overdue(self, wanted: Collection[str], busy: Collection[str]) -> list[str]:
        """The hosts that this crawl can give to others: it has had them for long enough, or has no more work there."""
        due = monotonic() - policy.TURN_SECONDS
        mine = (host for host in map(self.of, wanted) if host.ours and not host.leaving)
        return [host.name for host in mine if host.since <= due or host.name not in busy]

    def note_answer(self, response: Response, request: Request) -> None:
        """Scrapy calls this when a host has answered. The delay grows while the host is slow or breaks, and shrinks
        when it is well.
        """
        host = self.known.get(request.meta.get("download_slot", ""))
        if not host:
            return
        latency = request.meta.get("download_latency", 0.0)
        slot = self._slot(host)
        if slot:
            # Requests come one after the other: the last request of this slot is the one that was answered.
            request.meta[SENT] = slot.lastseen
            # If an answer took longer than this host's fastest one, the extra time may have passed before the server
            # saw the request (in a handshake, say). The gap is counted from the latest moment at which the server can
            # have seen the request.
            slot.lastseen += max(latency - host.fastest, 0.0) if host.answers >= policy.KNOWN_AFTER_ANSWERS else latency
            if response.status == 429:
                slot.lastseen = max(slot.lastseen, monotonic() + policy.OVERLOAD_REST_SECONDS)
        host.fastest = min(latency, host.fastest) if host.fastest else latency
        self.judge(host, latency, response.status)

    def silent(self, name: str) -> None:
        """Note that a host gave no answer at all."""
        self.judge(self.of(name), 0.0, NO_ANSWER_STATUS)

    def judge(self, host: Host, latency: float, status: int) -> None:
        """Set the delay of a host by how it answered: the seconds until the answer began, and its status.

        outcome.judge_answer judges the page itself.
        """
        known = host.answers >= policy.KNOWN_AFTER_ANSWERS
        slow = known and latency > max(policy.SLOW_FACTOR * host.usual, policy.QUICK_SECONDS)
        grown = policy.GROWN_FACTOR * max(host.floor, policy.QUICK_SECONDS)
        most = max(host.floor, min(grown, policy.LONGEST_GROWN_SECONDS))
        before = host.delay
        if slow or status >= 500 or status == 429:
            self._pace(host, min(max(host.delay, policy.QUICK_SECONDS / 2) * 2, most))
        elif host.delay > host.floor:
            self._pace(host, max(host.delay * policy.SHRINK_FACTOR, host.floor))
        if status < 500:
            host.answers += 1
            # If a host stays slow, its usual time grows slowly; a few slow answers hardly change it.
            share = 1 / host.answers if not known else 0.02 if slow else 0.1
            host.usual += share * (latency - host.usual)
        if host.delay >= most > host.floor and before < most:
            log.warning("%s is slow or breaks: asked every %.1f s instead of %.1f s", host.name, most, host.floor)

    def _pace(self, host: Host, delay: float) -> None:
        """Set the slot of a host to this delay, whether the slot exists already or not."""
        host.delay = delay
        downloader: Any = self.crawler.engine.downloader
        exact = delay + policy.CLOCK_ERROR_SECONDS if delay else 0.0
        # There is no jitter, so that a gap is never shorter than the delay.
        downloader.per_slot_settings[host.name] = {"delay": exact, "concurrency": 1, "jitter": 0.0}
        slot = downloader.slots.get(host.name)
        if slot is None:
            slot = downloader.slots[host.name] = Slot(1, exact, 0.0)
        slot.delay = exact
        slot.lastseen = max(slot.lastseen, host.last_request)

    def _last(self, host: Host) -> float:
        slot = self._slot(host)
        return max(slot.lastseen, host.last_request) if slot else host.last_request

    def _send_back(self, host: Host) -> None:
        slot = self._slot(host)
        while slot and slot.queue:
            _, waiting = slot.queue.popleft()
            waiting.errback(Failure(NotNow(f"{host.name} is left alone")))  # type: ignore[no-untyped-call]

    def _slot(self, host: Host) -> Slot | None:
        slot: Slot | None = self.crawler.engine.downloader.slots.get(host.name)
        return slot
