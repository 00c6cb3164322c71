"""What a crawl does for its hosts beside asking them: rest where one asks for it, turns taken and given back, news.

The spider's loop goes its round once a second; what of it needs the ledger runs in the store's thread.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pipelines.codes import NO_ANSWER, State
from pipelines.crawl import host_locks
from pipelines.crawl.ledger import FetchResult, Lease
from spiders import store
from spiders.crawled_source import tally_counts
from spiders.pacing import LOOK_SECONDS

if TYPE_CHECKING:
    from spiders.news import NewsSpider

# Answers in a row that were none, or the server's own errors; after that the host is left for this crawl.
SILENT = 5
# Answers in a row that asked for rest; after that as well.
LIMITED = 3
# A host that asks for a shorter rest than this gets it within the crawl; one that asks for more is left for the next.
SHORT_REST = 60.0
# Seconds between two looks at whether other processes wait for our hosts, and between two words on how far we are.
ASK_ROUND = 5.0
# Seconds between two words on how far we are. Chosen: seldom enough for a log.
TELL_SECONDS = 15.0
# What is leased beside the pages that the page budget still allows: lists, and one handful.
BESIDE = 40


@dataclass
class RoundClock:
    """When each part of the round was done last."""

    looked: float = 0.0
    asked_round: float = 0.0
    told: float = 0.0


def watch(spider: NewsSpider, lease: Lease, look: FetchResult) -> None:
    """Draw the conclusions for a host from how a look at it ended."""
    broken = (look.status or 0) >= 500
    dead = look.outcome == State.FAILED and (broken or look.code in NO_ANSWER)
    spider.silent[lease.host] = spider.silent[lease.host] + 1 if dead else 0
    if dead and not broken:
        spider.hosts.silent(lease.host)
    if look.status in (429, 503) and look.rest:
        asker = urlsplit(look.final_url).hostname or lease.host
        spider.limited[asker] += 1
        # It says so again and again, whatever rest it had: what it wants is to be left.
        rest(spider, asker, _this_crawl(spider) if spider.limited[asker] >= LIMITED else look.rest.total_seconds())
    else:
        spider.limited.pop(lease.host, None)
    if spider.silent[lease.host] >= SILENT:
        rest(spider, lease.host, _this_crawl(spider))


def _this_crawl(spider: NewsSpider) -> float:
    """Seconds until this crawl is over for certain."""
    return max(spider.deadline - monotonic(), 0) + SHORT_REST


def rest(spider: NewsSpider, host: str, seconds: float) -> None:
    """Ask nothing of a host for so long; where that is too long to wait for, its URLs are left for the next crawl."""
    if seconds > SHORT_REST or monotonic() + seconds > spider.deadline:
        spider.resting.add(host)
        for frontier in spider.frontiers.values():
            # Given back to the ledger when the source ends.
            if frontier.queues.pop(host, None):
                frontier.dry = False
    spider.hosts.rest(host, seconds)


async def go(spider: NewsSpider) -> bool:
    """One round, once a second: take turns that came free, give up those that others wait for, say how far we are.

    Whether it was time for one.
    """
    now, clock = monotonic(), spider.clock
    if now < clock.looked + LOOK_SECONDS:
        return False
    clock.looked = now
    waiting = {host for f in spider.frontiers.values() for host, queue in f.queues.items() if queue}
    await spider.hosts.try_for(waiting)
    if now >= clock.asked_round + ASK_ROUND:
        clock.asked_round = now
        busy = {*waiting, *(host for host, count in spider.at_host.items() if count)}
        spider.hosts.give_up(spider.hosts.overdue(await spider.in_thread(host_locks.find_wanted, spider.turns), busy))
    await _give_back(spider)
    if now >= clock.told + TELL_SECONDS:
        clock.told = now
        await _tell(spider)
    return True


async def leave(spider: NewsSpider, names: Collection[str]) -> None:
    """Give back the turn at hosts that no source has work for any more, and wait for none there."""
    if spider.turns.waits.intersection(names):
        await spider.in_thread(host_locks.forgo, spider.turns, names)
    # Another source's redirects may lead there just now; then whoever wants the host asks for it.
    spider.hosts.give_up([name for name in names if not spider.hosts.active(name)])
    await _give_back(spider)


async def _give_back(spider: NewsSpider) -> None:
    """Give back the turn at hosts that were given up, once nothing is under way there."""
    gone = spider.hosts.release_idle()
    if gone:
        await spider.in_thread(host_locks.leave, spider.turns, gone)


async def _tell(spider: NewsSpider) -> None:
    """Say how far each source is and when it may end: its slowest host's share, within the time and page budgets."""
    due_by_source = await spider.in_thread(
        host_locks.count_left, spider.store.conn, list(spider.frontiers), past=spider.store.wanted is not None
    )
    for name in spider.frontiers:
        followed = spider.store.followed[name]
        most = max(0, followed.source.max_pages - followed.asked) + BESIDE
        due = due_by_source.get(name, {})
        seconds = max((min(count, most) * spider.hosts.gap(host) for host, count in due.items()), default=0.0)
        followed.counts["left"] = sum(due.values())
        followed.counts["remaining"] = round(min(seconds, max(spider.deadline - monotonic(), 0)))
        store.say(spider.store, "progress", source=name, counts=tally_counts(followed))
