"""How a crawl ends before its work is done: it writes what came, reports every source, and leaves.

Scrapy's own close waits for requests in flight. But the process that sends SIGTERM waits only five seconds and then
kills.
"""

from __future__ import annotations

import os
import sys
import traceback
from concurrent.futures import TimeoutError as NotInTime
from typing import NoReturn

from pipelines.codes import RunState
from pipelines.errors import DiskFullError, TakenOverError
from pipelines.stores import postgres
from spiders import source_lifecycle, watchdog
from spiders.crawl_work import CrawlWork
from spiders.store import Arrival, tell_pause

# This process ends with one of these exit codes, which pipelines.crawl.stage reads.
DONE, FAILED, REFUSED, STOPPED, CRASHED = 0, 1, 2, 3, 70
# Writing may take at most this many seconds. Chosen: the process that sends SIGTERM waits five seconds.
WRITE_SECONDS = 2.5


def end_stopped(work: CrawlWork, why: str) -> NoReturn:
    """Write what came, say that every source was stopped, and leave within three seconds."""
    message = f"The crawl was stopped ({why}); what came so far is kept."
    _close(work, work.take_unwritten(), RunState.STOPPED, message, in_ledger=True)
    _leave(STOPPED)


def end_failed(work: CrawlWork, error: BaseException) -> NoReturn:
    """Write what can be written, say that every source failed and why, and leave."""
    arrivals, in_ledger, code = work.take_unwritten(), False, FAILED
    if isinstance(error, DiskFullError):
        arrivals, in_ledger, message = [], True, str(error)
    elif isinstance(error, TakenOverError):
        arrivals, message = [], str(error)
    elif isinstance(error, postgres.Error) and work.store.conn.closed and (paused := tell_pause(work.store)):
        arrivals, message = [], paused
    elif isinstance(error, postgres.Error) and work.store.conn.closed:
        message = (
            f"Postgres went away during the crawl ({postgres.cause(error)}). Start it, then crawl again: "
            "that takes up the pages that are on disk."
        )
    elif isinstance(error, OSError):
        arrivals, message = [], f"The data folder cannot be written to: {error}."
    else:
        traceback.print_exception(error)
        message, code = f"The crawl broke: {type(error).__name__}: {error}", CRASHED
    _close(work, arrivals, RunState.FAILED, message, in_ledger=in_ledger)
    _leave(code)


def end_done(work: CrawlWork) -> NoReturn:
    """Leave although requests are in flight: every source has its tally, so nobody waits for them."""
    _leave(FAILED if any(tally.state == RunState.FAILED for tally in work.tallies) else DONE)


def _close(work: CrawlWork, arrivals: list[Arrival], state: RunState, message: str, *, in_ledger: bool) -> None:
    for crawled in list(work.store.sources.values()):
        # The last report has the number of URLs that are left, but not the estimate of the remaining time.
        crawled.counts.pop("remaining", None)
    closing = work.thread.submit(source_lifecycle.close, work.store, arrivals, state, message, in_ledger=in_ledger)
    try:
        trouble = closing.exception(timeout=WRITE_SECONDS)
    except NotInTime:
        trouble = None
        print("WARNING spiders: not everything was written in time; the next crawl adopts it", file=sys.stderr)
    if trouble:
        traceback.print_exception(trouble)


def _leave(code: int) -> NoReturn:
    sys.stdout.flush()
    sys.stderr.flush()
    watchdog.end()
    # The reactor, its threads and what is in flight are left behind on purpose.
    os._exit(code)
