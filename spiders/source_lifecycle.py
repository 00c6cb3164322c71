"""A crawl takes its sources, leases their URLs, and ends them: lock, raw file, leases, row of `runs`, last word."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack

import spiders.crawled_source
from pipelines.codes import GUARDED, Kind, RunCode, RunState
from pipelines.crawl import ledger, policy
from pipelines.crawl.ledger import Lease
from pipelines.errors import StoreError
from pipelines.model import Source, Tally
from pipelines.stores import bucket, chain, postgres, runs, warc
from spiders import adoption, guard
from spiders.crawled_source import CrawledSource, tally_counts
from spiders.store import STAGE, Arrival, Store, record, say, say_tally, write


def take(store: Store, source: Source, *, only: str = "", due: bool = False) -> CrawledSource | None:
    """Take a source's lock, adopt what a killed crawl left, make its lists due; None where another crawl has it.

    due: only those lists whose time has come.
    """
    with ExitStack() as stack:
        if not stack.enter_context(postgres.hold_lock(store.conn, store.lock, source.name)):
            _busy(store, source)
            return None
        followed = CrawledSource(source, stack.pop_all(), only=only)
    runs.begin(store.conn, store.run, source.name, STAGE)
    adoption.adopt(store, followed)
    if store.wanted:
        asked = store.wanted.asked
        postgres.execute(store.conn, "mark_one_page", run=store.run, source=source.name, stage=STAGE, url=asked)
        ledger.release(store.conn, source.name, past=True)
    elif only:
        postgres.execute(store.conn, "mark_one_page", run=store.run, source=source.name, stage=STAGE, url=only)
        ledger.want(store.conn, source, store.run, only)
    else:
        followed.resting = ledger.begin(store.conn, source, store.run, due=due)
        _let_in_by_guard(store, source)
    followed.asked = ledger.count_asked(store.conn, source.name, store.run)
    followed.sitemaps = ledger.count_asked_sitemaps(store.conn, source.name, store.run)
    store.conn.commit()
    store.followed[source.name] = followed
    return followed


def lease(store: Store, name: str, count: int, *, per_host: int, skip: Sequence[str], only: str = "") -> list[Lease]:
    """The next URLs of a source, articles and sitemaps named by an index only while its limits allow."""
    followed = store.followed[name]
    left = followed.source.max_pages - followed.asked
    got = ledger.lease(
        store.conn,
        name,
        store.run,
        min(count, left) if left > 0 else count,
        per_host=per_host,
        skip=skip,
        articles=left > 0,
        sitemaps=max(0, policy.MAX_SITEMAPS - followed.sitemaps),
        only=only,
        past=store.wanted is not None,
    )
    followed.asked += sum(1 for lease in got if lease.kind == Kind.ARTICLE)
    followed.sitemaps += sum(1 for lease in got if lease.kind == Kind.SITEMAP and lease.via)
    return got


def end(store: Store, followed: CrawledSource, state: RunState, message: str, code: RunCode = RunCode.NONE) -> Tally:
    """Close a source: its raw file, its leases, its row of `runs`, its lock; then say so."""
    if followed.writer:
        _close_file(store, followed.writer)
        followed.writer = None
    tally = _tally(store, followed, state, message, code)
    with store.conn:
        ledger.release(store.conn, followed.source.name, past=store.wanted is not None)
        runs.end(store.conn, tally)
    followed.lock.close()
    del store.followed[followed.source.name]
    say_tally(store, tally)
    return tally


def close(store: Store, arrivals: Sequence[Arrival], state: RunState, message: str, *, whole: bool) -> None:
    """Write what came and end every source with this state; without the database only the raw files and the word.

    whole: every page in the raw files is in the ledger, so that they can be closed; else the next crawl adopts them.
    """
    try:
        record(store, write(store, arrivals))
        for followed in list(store.followed.values()):
            if not whole:
                followed.writer = None
            end(store, followed, state, message)
    except (postgres.Error, StoreError) as error:
        if state != RunState.FAILED:
            message = f"{message} The ledger could not be written: {' '.join(str(error).split())}."
        for followed in list(store.followed.values()):
            say_tally(store, _tally(store, followed, RunState.FAILED, message))
        store.followed.clear()


def verdict(store: Store, followed: CrawledSource, *, late: bool = False) -> tuple[RunState, str, RunCode]:
    """State, sentence and code of a source whose crawl came to its end, by itself or (late) by its time budget."""
    return spiders.crawled_source.verdict(store.conn, followed, late=late, past=store.wanted is not None)


def _tally(store: Store, followed: CrawledSource, state: RunState, message: str, code: RunCode = RunCode.NONE) -> Tally:
    return Tally(
        run=store.run,
        source=followed.source.name,
        stage=STAGE,
        state=state,
        counts=tally_counts(followed),
        message=message,
        code=code,
    )


def _let_in_by_guard(store: Store, source: Source) -> None:
    """Make due what the guard refused and would not refuse by the settings as they are now."""
    guard_now = guard.policy(store.settings)
    with store.conn:
        refused = postgres.query(
            store.conn,
            "refused_by_guard",
            source=source.name,
            days=source.max_age,
            guarded=list(map(str, GUARDED)),
            revive_after=policy.REVIVE_AFTER,
            max_revive_doublings=policy.MAX_REVIVE_DOUBLINGS,
        )
        let_in = [row["id"] for row in refused if not guard.refusal(guard_now, row["url"])]
        if let_in:
            postgres.execute(store.conn, "try_again", ids=let_in)


def _close_file(store: Store, writer: warc.Writer) -> None:
    """Close a raw file and bring it where it belongs; what a bucket does not take now the next crawl here brings."""
    try:
        with bucket.patient():
            if store.wanted:
                closed = warc.finish(writer)
                if closed:
                    chain.put(store.settings.raw, closed)
                return
            closed = warc.finish(writer, tell=lambda path: chain.close(store.settings.raw, path))
            if closed:
                warc.send(closed)
    except StoreError as error:
        message = f"{writer.name} stays on this machine until its next crawl: {error}"
        say(store, "log", level="ERROR", message=message)


def _busy(store: Store, source: Source) -> None:
    """Say that another crawl has the source."""
    message = "Another process is crawling this source; it was left alone."
    with store.conn:
        postgres.execute(store.conn, "busy_stage", run=store.run, source=source.name, stage=STAGE, message=message)
    say(store, "tally", source=source.name, state=str(RunState.BUSY), counts={}, message=message, code="")
