"""Adopts pages that a killed crawl wrote to disk only: they go into the ledger, and into the bucket if there is one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

from pipelines.crawl import aliases, ledger
from pipelines.crawl.ledger import FetchResult
from pipelines.errors import SourceError, StoreError
from pipelines.model import Source
from pipelines.stores import bucket, chain, postgres, warc
from spiders import outcome
from spiders.crawled_source import CrawledSource
from spiders.store import STAGE, CrawlSession, discover, of_a_page, say


def adopt_others(store: CrawlSession, find: Callable[[str], Source]) -> None:
    """Take in what killed crawls of other sources left on this machine. If machines share a bucket, another machine may
    crawl such a source tonight, and its files would stay here.

    find: gives the source of a name; SourceError if there is none.
    """
    raw = store.settings.raw
    for name in [path.name for path in raw.glob("*") if raw.address and path.name not in store.sources]:
        if not (warc.find_unfinished(raw, name) or warc.unsent(raw, name)):
            continue
        with postgres.hold_lock(store.conn, STAGE, name) as ours:
            if ours:
                try:
                    adopt(store, CrawledSource(find(name), ExitStack()))
                except SourceError as error:
                    say(store, "log", level="WARNING", message=f"{name}: what a crawl left stays here: {error}")


def adopt(store: CrawlSession, crawled: CrawledSource) -> None:
    """Judge the pages that a killed crawl wrote to disk only, as if they had just come, and write them into the ledger.
    Raw files that are missing in the bucket go there now.
    """
    try:
        with bucket.patient():
            _adopt_files(store, crawled)
            for path in warc.unsent(store.settings.raw, crawled.source.name):
                warc.send(path)
    except StoreError as error:
        if not store.settings.raw.address:
            raise
        message = f"{crawled.source.name}: raw files stay on this machine until its next crawl: {error}"
        say(store, "log", level="ERROR", message=message)


def _adopt_files(store: CrawlSession, crawled: CrawledSource) -> None:
    source = crawled.source
    if store.past:
        for path in sorted((store.root / source.name).glob(f"*/*{warc.CLOSED}")):
            chain.put(store.settings.raw, path)
    for path in warc.find_unfinished(store.root, source.name):
        with store.conn:
            known = ledger.known_of_file(store.conn, warc.name_of(path))
        adopted = 0
        for pointer, page, facts in warc.recover(path, known=known):
            result = outcome.judge_answer(page, facts, source, pointer=pointer)
            adopted += 1
            try:
                _adopt_one(store, crawled, page.run, result)
            except Exception as error:
                if not of_a_page(error):
                    raise
                _adopt_one(store, crawled, page.run, outcome.unwritable(result, error))
        if adopted or known:
            if store.past:
                chain.put(store.settings.raw, warc.seal(path))
            else:
                chain.close(store.settings.raw, path)
                warc.send(warc.seal(path))
        else:
            path.unlink()
        message = f"{source.name}: adopted {adopted} pages that a killed crawl had left in {path.name}"
        say(store, "log", level="INFO", message=message)
        copy = warc.find_damaged(path)
        if copy:
            message = (
                f"{source.name}: {path.name} was damaged; its whole pages were adopted; a copy as it was is {copy}"
            )
            say(store, "log", level="ERROR", message=message)


def _adopt_one(store: CrawlSession, crawled: CrawledSource, run: str, result: FetchResult) -> None:
    """Write one adopted result and what its list named, as `store.record` writes the results of this crawl."""
    with store.conn:
        for new in ledger.record(store.conn, run, aliases.follow_redirects(store.conn, crawled.source, run, [result])):
            if new.found:
                discover(store, crawled, run, new)
