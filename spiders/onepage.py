"""OnePageSpider: one page of a source through the guard and robots.txt into a raw file, without the ledger."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from scrapy import Spider
from scrapy.http import Request, Response

from pipelines import urls
from pipelines.codes import Kind
from pipelines.crawl.ledger import Lease
from pipelines.model import Source
from pipelines.stores import clock, warc
from spiders import handler, outcome, render

RUN = "one-page"


class OnePageSpider(Spider):
    """Fetches `url` and stores it below `into`; `trouble` says why it could not."""

    name = "onepage"

    def __init__(self, *, source: Source, url: str, into: str) -> None:
        super().__init__()
        self.source = source
        self.into = Path(into)
        self.trouble = "no answer"
        self.lease = Lease(id=0, source=source.name, url=urls.clean(url), host=urls.host(url), kind=Kind.ARTICLE)

    async def start(self) -> AsyncIterator[Request]:
        """The one request."""
        meta = {**handler.made_for(self.source), **render.meta_for(self.source, self.lease.kind)}
        yield Request(self.lease.url, callback=self.handle_response, errback=self.handle_failure, meta=meta)

    def handle_response(self, response: Response) -> None:
        """Store the page."""
        writer = warc.begin(self.into, self.source.name, RUN)
        page = outcome.page_of(response, self.lease, RUN, clock.of_machine())
        warc.append(writer, page, outcome.record_facts(response, self.lease))
        warc.finish(writer)
        self.trouble = ""

    def handle_failure(self, failure: Any) -> None:
        """Say why there is no page."""
        self.trouble = outcome.judge_failure(failure.value, self.lease, clock.of_machine()).reason

    def use_pacer(self, pacer: object) -> None:
        """Do nothing: the pace of a host does not matter for one page."""

    def delay_of(self, host: str) -> float:
        """Seconds between two requests to a host."""
        return self.source.delay

    async def robots_of(self, place: str) -> None:
        """Nothing is cached for one page."""

    async def keep_robots(self, place: str, status: int, body: str) -> None:
        """Nothing is kept for one page."""
