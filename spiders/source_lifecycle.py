"""How a crawl takes a source, leases its URLs, and ends it: lock, raw file, leases, row of `runs`, last report."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack

from pipelines.codes import GUARDED, Kind, RunCode, RunState
from pipelines.crawl import ledger, policy
from pipelines.crawl.ledger import Lease
from pipelines.errors import StoreError, TakenOverError
from pipelines.model import Source, Tally
from pipelines.stores import bucket, chain, postgres, runs, warc
from spiders import adoption, guard
from spiders.crawled_source import CrawledSource, tally_counts
from spiders.store import STAGE, Arrival, CrawlSession, check_session, record, say, say_tally, write


def take(store: CrawlSession, source: Source, *, only: str = "", due: bool = False) -> CrawledSource | None:
    """Take a source's lock, adopt what a killed crawl left, and make its lists due; None if another crawl has the
    source.

    due: make only those lists due whose time has come.
    """
    with ExitStack() as stack:
        if not stack.enter_context(postgres.hold_lock(store.conn, store.lock, source.name)):
            _busy(store, source)
            return None
        crawled = CrawledSource(source, stack.pop_all(), only_url=only)
    crawled.attempt = runs.begin(store.conn, store.run, source.name, STAGE)
    say(store, "begun", source=source.name, attempt=crawled.attempt.number)
    adoption.adopt(store, crawled)
    if store.past:
        asked = store.past.asked
        postgres.execute(store.conn, "mark_one_page", run=store.run, source=source.name, stage=STAGE, url=asked)
        ledger.release(store.conn, source.name, past=True)
    elif only:
        postgres.execute(store.conn, "mark_one_page", run=store.run, source=source.name, stage=STAGE, url=only)
        ledger.want(store.conn, source, store.run, only)
    else:
        crawled.lists_not_due = ledger.begin(store.conn, source, store.run, due=due)
        _let_in_by_guard(store, source)
    crawled.pages_leased = ledger.count_asked(store.conn, source.name, store.run)
    crawled.sitemaps_asked = ledger.count_asked_sitemaps(store.conn, source.name, store.run)
    store.conn.commit()
    store.sources[source.name] = crawled
    return crawled


def lease(
    store: CrawlSession, name: str, count: int, *, per_host: int, skip: Sequence[str], only: str = ""
) -> list[Lease]:
    """The next URLs of a source. Articles, and sitemaps that an index named, are leased only within the limits of a
    run.
    """
    crawled = store.sources[name]
    left = crawled.source.max_pages - crawled.pages_leased
    got = ledger.lease(
        store.conn,
        name,
        store.run,
        min(count, left) if left > 0 else count,
        per_host=per_host,
        skip=skip,
        articles=left > 0,
        sitemaps=max(0, policy.MAX_SITEMAPS - crawled.sitemaps_asked),
        only=only,
        past=store.past is not None,
    )
    crawled.pages_leased += sum(1 for lease in got if lease.kind == Kind.ARTICLE)
    crawled.sitemaps_asked += sum(1 for lease in got if lease.kind == Kind.SITEMAP and lease.via)
    return got


def end(
    store: CrawlSession, crawled: CrawledSource, state: RunState, message: str, code: RunCode = RunCode.NONE
) -> Tally:
    """End a source: close its raw file, give back its leases, write its row of `runs`, free its lock; then
    report it.
    """
    if crawled.writer:
        check_session(store)
        _close_file(store, crawled.writer)
        crawled.writer = None
    tally = _tally(store, crawled, state, message, code)
    with store.conn:
        ledger.release(store.conn, crawled.source.name, past=store.past is not None)
        runs.end(store.conn, tally, crawled.attempt)
    crawled.lock.close()
    del store.sources[crawled.source.name]
    say_tally(store, tally)
    return tally


def close(store: CrawlSession, arrivals: Sequence[Arrival], state: RunState, message: str, *, in_ledger: bool) -> None:
    """Write what came, and end every source with this state. Without the database, only raw files and reports are
    written.

    in_ledger: whether every page in the raw files is in the ledger. Then the raw files can be closed; else the next
        crawl adopts the pages.
    """
    try:
        record(store, write(store, arrivals))
        for crawled in list(store.sources.values()):
            if not in_ledger:
                crawled.writer = None
            end(store, crawled, state, message)
    except (postgres.Error, StoreError, TakenOverError) as error:
        if state != RunState.FAILED:
            message = f"{message} The ledger could not be written: {' '.join(str(error).split())}."
        for crawled in list(store.sources.values()):
            say_tally(store, _tally(store, crawled, RunState.FAILED, message))
        store.sources.clear()


def _tally(
    store: CrawlSession, crawled: CrawledSource, state: RunState, message: str, code: RunCode = RunCode.NONE
) -> Tally:
    return Tally(
        run=store.run,
        source=crawled.source.name,
        stage=STAGE,
        state=state,
        counts=tally_counts(crawled),
        message=message,
        code=code,
    )


def _let_in_by_guard(store: CrawlSession, source: Source) -> None:
    """Make due the URLs that the guard refused under earlier settings and would not refuse now."""
    guard_now = guard.guard_policy(store.settings)
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


def _close_file(store: CrawlSession, writer: warc.Writer) -> None:
    """Close a raw file and bring it to the bucket, if there is one. If the bucket does not take it now, the next crawl
    on this machine brings it.
    """
    try:
        with bucket.patient():
            if store.past:
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


def _busy(store: CrawlSession, source: Source) -> None:
    """Say that another crawl has the source."""
    message = "Another process is crawling this source; it was left alone."
    with store.conn:
        postgres.execute(store.conn, "busy_stage", run=store.run, source=source.name, stage=STAGE, message=message)
    say(store, "tally", source=source.name, state=str(RunState.BUSY), counts={}, message=message, code="")
