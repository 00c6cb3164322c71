"""robots.txt, as RFC 9309 has it: cached for a day in the ledger, obeyed on every hop, its crawl delay honoured."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy.crawler import Crawler
from scrapy.http import Request
from scrapy.robotstxt import ProtegoRobotParser

from pipelines import encodings
from spiders import outcome
from spiders.guard import Refused
from spiders.settings import ROBOT

LARGEST = 500 * 1024
# Some sites write days; a crawl has to end, and the budget would leave such a source after one page anyway.
LONGEST_DELAY = 600.0
UNREACHABLE = "robots.txt unreachable"


class RobotsMiddleware:
    """Asks each host's robots.txt once, of the ledger's cache or of the host, before anything else is asked there."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.known: dict[str, asyncio.Future[Any]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Built by Scrapy."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raise Refused where robots.txt says no, or cannot be had (which means no for now)."""
        if request.meta.get("robots"):
            return
        parts = urlsplit(request.url)
        place = f"{parts.scheme}://{parts.netloc.lower()}"
        if place not in self.known:
            self.known[place] = asyncio.ensure_future(self._rules(place, parts.hostname or ""))
        rules = await asyncio.shield(self.known[place])
        if isinstance(rules, str):
            raise Refused(f"{UNREACHABLE}: {rules}", blocked=True)
        if not rules.allowed(request.url, ROBOT):
            raise Refused("robots.txt")

    async def _rules(self, place: str, host: str) -> Any:
        """The host's rules; the cause in words where they cannot be had."""
        spider: Any = self.crawler.spider
        self._slow_down(host, spider.delay_of(host))
        cached = await spider.robots_of(urlsplit(place).netloc)
        if cached is None:
            cached = await self._fetched(place)
            if isinstance(cached, str):
                return cached
            await spider.keep_robots(urlsplit(place).netloc, *cached)
        status, body = cached
        rules = ProtegoRobotParser(body.encode() if status < 300 else b"", self.crawler.spider)
        delay = rules.crawl_delay(ROBOT)
        if delay:
            self._slow_down(host, min(float(delay), LONGEST_DELAY))
        return rules

    async def _fetched(self, place: str) -> tuple[int, str] | str:
        """Status and text, or why they cannot be had."""
        headers = {"Accept-Encoding": "identity", "Accept": "text/plain,*/*;q=0.5"}
        request = Request(place + "/robots.txt", headers=headers, meta={"robots": True, "max_retry_times": 0})
        try:
            response = await self.crawler.engine.download_async(request)
        except Exception as error:  # noqa: BLE001 -- whatever keeps us from it means unreachable
            cause = outcome.cause(error)
            logging.getLogger(__name__).warning("%s/robots.txt cannot be had: %s", place, cause)
            return cause
        if response.status >= 500 or response.status == 429 or 300 <= response.status < 400:
            return f"status {response.status}"
        return response.status, _text(response.body, response.headers.get("Content-Encoding") or b"")

    def _slow_down(self, host: str, delay: float) -> None:
        """Let no slot of this host be faster than that, whether it exists already or not."""
        downloader = self.crawler.engine.downloader
        wanted = downloader.per_slot_settings.setdefault(host, {"delay": 0.0})
        wanted["delay"] = max(wanted["delay"], delay)
        if host in downloader.slots:
            downloader.slots[host].delay = wanted["delay"]


def _text(body: bytes, encoding: bytes) -> str:
    try:
        body = encodings.decode(body, encoding.decode("latin-1"), 10 * LARGEST)
    except ValueError:
        return ""
    return body[:LARGEST].decode("utf-8-sig", "replace").replace("\x00", "")
