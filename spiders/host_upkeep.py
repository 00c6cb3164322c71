"""What a crawl does for its hosts besides sending requests: it lets hosts rest, takes turns and gives them back, and
reports progress.

The spider's loop does a round once a second. The parts of the round that need the ledger run in the store's thread.
"""

from __future__ import annotations

from collections.abc import Collection
from time import monotonic
from urllib.parse import urlsplit

from pipelines.codes import NO_ANSWER, State
from pipelines.crawl import host_locks
from pipelines.crawl import policy as crawl_policy
from pipelines.crawl.ledger import FetchResult, Lease
from spiders import policy, store
from spiders.crawl_work import CrawlWork
from spiders.crawled_source import tally_counts


def judge_host(work: CrawlWork, lease: Lease, result: FetchResult) -> None:
    """Decide what the end of a look means for its host: whether the host rests, or is left for the next crawl."""
    broken = (result.status or 0) >= 500
    dead = result.outcome == State.FAILED and (broken or result.code in NO_ANSWER)
    work.silent[lease.host] = work.silent[lease.host] + 1 if dead else 0
    if dead and not broken:
        work.pacer.silent(lease.host)
    if result.status in (429, 503) and result.rest:
        asker = urlsplit(result.final_url).hostname or lease.host
        work.limited[asker] += 1
        # A host that asks for rest again and again, however long it has rested, wants to be left alone.
        refused = work.limited[asker] >= policy.MAX_REST_ASKED_IN_A_ROW
        rest(work, asker, _seconds_left(work) if refused else result.rest.total_seconds())
    else:
        work.limited.pop(lease.host, None)
    if work.silent[lease.host] >= policy.MAX_FAILED_IN_A_ROW:
        rest(work, lease.host, _seconds_left(work))


def _seconds_left(work: CrawlWork) -> float:
    """Seconds until this crawl is over for certain."""
    return max(work.deadline - monotonic(), 0) + policy.SHORT_REST_SECONDS


def rest(work: CrawlWork, host: str, seconds: float) -> None:
    """Send nothing to a host for `seconds`. If this is too long to wait for, its URLs are left for the next crawl."""
    if seconds > policy.SHORT_REST_SECONDS or monotonic() + seconds > work.deadline:
        work.resting.add(host)
        for frontier in work.frontiers.values():
            # Its URLs go back to the ledger when the source ends.
            if frontier.queues.pop(host, None):
                frontier.nothing_to_lease = False
    work.pacer.rest(host, seconds)


async def go_round(work: CrawlWork) -> bool:
    """One round, once a second: take turns that came free, give up those that others wait for, report progress.

    Gives whether it was time for a round.
    """
    now, clock = monotonic(), work.clock
    if now < clock.last_round + policy.TURN_TRY_SECONDS:
        return False
    clock.last_round = now
    waiting = {host for f in work.frontiers.values() for host, queue in f.queues.items() if queue}
    await work.pacer.try_for(waiting)
    if now >= clock.last_turn_check + policy.TURN_CHECK_SECONDS:
        clock.last_turn_check = now
        busy = {*waiting, *(host for host, count in work.at_host.items() if count)}
        wanted = await work.in_thread(host_locks.find_wanted, work.locks) if work.locks.ours else set()
        work.pacer.give_up(work.pacer.overdue(wanted, busy))
    await _give_back(work)
    if now >= clock.last_report + crawl_policy.PROGRESS_SECONDS:
        clock.last_report = now
        await _tell(work)
    return True


async def leave(work: CrawlWork, names: Collection[str]) -> None:
    """Give back the turn at hosts where no source has work any more, and stop waiting for a turn there."""
    if work.locks.waits.intersection(names):
        await work.in_thread(host_locks.forgo, work.locks, names)
    # Redirects of another source may be leading to the host at this moment. A source that needs the host takes the turn
    # again.
    work.pacer.give_up([name for name in names if not work.pacer.active(name)])
    await _give_back(work)


async def _give_back(work: CrawlWork) -> None:
    """Give back the turn at hosts that were given up, as soon as nothing is under way there."""
    gone = work.pacer.release_idle()
    if gone:
        await work.in_thread(host_locks.leave, work.locks, gone)


async def _tell(work: CrawlWork) -> None:
    """Report how far each source is and when it may end. The slowest host counts, within the limits of time
    and pages.
    """
    due_by_source = await work.in_thread(
        host_locks.count_left, work.store.conn, list(work.frontiers), past=work.store.past is not None
    )
    for name in work.frontiers:
        crawled = work.store.sources[name]
        most = max(0, crawled.source.max_pages - crawled.pages_leased) + policy.ESTIMATED_LISTS
        due = due_by_source.get(name, {})
        seconds = max((min(count, most) * work.pacer.gap(host) for host, count in due.items()), default=0.0)
        crawled.counts["left"] = sum(due.values())
        crawled.counts["remaining"] = round(min(seconds, max(work.deadline - monotonic(), 0)))
        store.say(work.store, "progress", source=name, counts=tally_counts(crawled))
