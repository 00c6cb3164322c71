"""The download handler for requests that spiders.render marks: it gives the page after its scripts have run. Only this
module knows scrapy-playwright.

The document is fetched like any other page. If it is HTML, a fresh context of the browser opens it (spiders.visit). The
document is kept in UTF-8, as it stands when the page is quiet. Cookies, storage and windows end with the context.
Nothing hides that a robot is reading.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections import defaultdict
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import Any, ClassVar, Self
from weakref import WeakKeyDictionary

from playwright.async_api import Error, Page
from scrapy.crawler import Crawler
from scrapy.http import HtmlResponse, Request, Response
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler

from pipelines.codes import Cause
from pipelines.model import Source
from spiders import visit
from spiders.handler import Handler, UnservedRequest, passed_on
from spiders.policy import MAX_RECEIVED_BYTES
from spiders.render import RENDERED
from spiders.visit import Visit

# At most this many characters of an error's text are kept. Chosen: they fit in two lines, and the log has the whole
# text.
DETAIL_CHARACTERS = 300

HEADER = "X-Nightdesk-Rendered"
VISIT = "visit"
# At most this many pages are open at the same time, for all sources together, because each page has a process of its
# own.
PAGES = 4
# A page gets at most this many seconds, whatever the delay of its host. Usually it gets less
# (`BrowserHandler.seconds`): the time of one request, and time for some delays, because its requests are sent one by
# one.
LONGEST = 120.0
# A page gets time for the delays of this many requests. Chosen: if a page sends more requests, its text can be read
# without the answers to the others.
REQUESTS_TO_WAIT_FOR = 10
# In addition to its time, a page gets this many seconds to be opened and read. To close it, there are the same number
# of seconds again.
CLOSING = 10.0
HTML = (b"text/html", b"application/xhtml+xml")
# These headers are dropped, because they belong to the document as it was sent: the document may stay the same while
# the text that its scripts add changes.
NOT_STORED = visit.NOT_SHOWN | {"etag", "last-modified", "content-type"}

# scrapy-playwright would log a traceback for every page that fails; the ledger has a sentence about the page.
logging.getLogger("scrapy-playwright").setLevel(logging.CRITICAL)


class BrowserHandler(ScrapyPlaywrightDownloadHandler, Handler):  # type: ignore[misc]
    """Downloads as Scrapy does, and renders the requests that are marked. A crawl has one browser, which the first
    marked request starts.
    """

    lazy = False
    made: ClassVar[WeakKeyDictionary[Crawler, Any]] = WeakKeyDictionary()

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        # scrapy-playwright must not try a page again: the ledger makes it due later, for a fresh visit.
        self.config.target_closed_max_retries = 0
        self.crawler = crawler
        self.agent = crawler.settings["USER_AGENT"]
        self.patience = crawler.settings["NIGHTDESK"].fetch_timeout
        self.room = asyncio.Semaphore(PAGES)
        self.scripts: defaultdict[str, dict[str, visit.Shown]] = defaultdict(dict)
        self.visits = 0
        self.broken = ""
        self.closed = False

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy calls this for http and for https; both share one handler."""
        if crawler not in cls.made:
            cls.made[crawler] = cls(crawler)
        made: Self = cls.made[crawler]
        return made

    async def close(self) -> None:
        """End the browser."""
        if not self.closed:
            self.closed = True
            await super().close()

    async def download_request(self, request: Request) -> Response:
        """The response, rendered if the request is marked. IgnoreRequest says why the page could not be rendered."""
        source = request.meta.get(RENDERED)
        if source is None:
            response: Response = await super().download_request(request)
            return response
        fetch = partial(self.fetch, passed_on(request))
        document = await fetch(Request(request.url))
        if document.request is not None:
            told = ("redirect_urls", "redirect_times", "redirect_reasons", "download_latency")
            request.meta.update({name: document.meta[name] for name in told if name in document.meta})
        if document.status != 200 or not _readable(document):
            return document.replace(request=request)
        async with self.room:
            return await self._render(request, document, source, fetch)

    async def fetch(self, meta: dict[str, Any], request: Request) -> Response:
        """The response of the crawl's own downloader to a request, through its middlewares and its slots."""
        request.meta.update(meta)
        response: Response = await self.crawler.engine.download_async(request)
        return response

    def seconds(self, host: str) -> float:
        """How long a page of this host may take."""
        spider: Any = self.crawler.spider
        slots = self.crawler.engine.downloader.per_slot_settings
        delay = max(spider.delay_of(host), slots.get(host, {}).get("delay", 0.0))
        return float(min(self.patience + REQUESTS_TO_WAIT_FOR * delay, LONGEST))

    async def _apply_page_methods(self, page: Page, request: Request, spider: Any) -> None:
        """scrapy-playwright calls this after it opens a page and before it reads the page."""
        await request.meta[VISIT].settle(page)

    async def _render(self, request: Request, document: Response, source: Source, fetch: visit.Fetch) -> Response:
        await self._start()
        began, seconds = monotonic(), self.seconds(visit.host(document))
        # Scripts that were fetched with a login are not shared with other sources.
        scripts = self.scripts[source.name if source.name in self.access else ""]
        at = Visit(document, fetch, scripts, began + seconds)
        html, browser = await self._read(at, source, seconds)
        if at.instead is not None:
            return at.instead.replace(request=request)
        body = html.encode("utf-8")
        if len(body) > MAX_RECEIVED_BYTES:
            raise UnservedRequest(Cause.TOO_LARGE, f"larger than {MAX_RECEIVED_BYTES} bytes once its scripts had run")
        request.meta["download_latency"] += monotonic() - began
        request.meta["rendered"] = {"by": browser, **at.facts()}
        kept = {name: values for name, values in document.headers.items() if visit.lower(name) not in NOT_STORED}
        return HtmlResponse(
            document.url,
            status=document.status,
            headers={**kept, "Content-Type": "text/html; charset=utf-8", HEADER: browser},
            body=body,
            request=request,
            flags=["rendered"],
            encoding="utf-8",
        )

    async def _start(self) -> None:
        """Start the browser once. If it does not start, it is not tried again."""
        if self.broken:
            raise UnservedRequest(Cause.RENDER, self.broken)
        try:
            await self._maybe_launch_browser()
        except (Error, RuntimeError, AttributeError, OSError) as error:
            self.broken = f"render: the browser does not start: {_cause(error)}"
            raise UnservedRequest(Cause.RENDER, self.broken) from None

    async def _read(self, at: Visit, source: Source, seconds: float) -> tuple[str, str]:
        """A page's document as its scripts left it, and the browser that read it."""
        self.visits += 1
        name = f"{source.name} {self.visits}"
        shadow = Request(
            at.document.url,
            meta={
                "playwright": True,
                "playwright_context": name,
                "playwright_context_kwargs": {
                    "user_agent": self.agent,
                    "locale": source.language,
                    "timezone_id": source.timezone,
                    "accept_downloads": False,
                    "service_workers": "block",
                },
                "playwright_page_init_callback": at.begin,
                "playwright_page_goto_kwargs": {"wait_until": "commit"},
                VISIT: at,
            },
        )
        try:
            async with asyncio.timeout(seconds + CLOSING):
                response = await super().download_request(shadow)
                read = response.text, f"Chromium/{self.browser.version}"
        except TimeoutError:
            raise UnservedRequest(
                Cause.RENDER, f"render: its scripts did not end within {seconds:.0f} seconds"
            ) from None
        except Error as error:
            raise UnservedRequest(Cause.RENDER, f"render: {visit.first_line(error)}") from None
        except UnicodeEncodeError:
            raise UnservedRequest(Cause.RENDER, "render: its scripts wrote what is no text") from None
        finally:
            at.end()
            await self._leave(name)
        if at.later:
            raise at.later
        return read

    async def _leave(self, name: str) -> None:
        """Close a page's context. If the context cannot be closed, the browser is closed, and the next page starts
        another browser.
        """
        wrapper = self.context_wrappers.get(name)
        if wrapper is None:
            return
        try:
            async with asyncio.timeout(CLOSING):
                await wrapper.context.close()
        except (TimeoutError, Error):
            self.context_wrappers.pop(name, None)
            with suppress(TimeoutError, Error, AttributeError):
                async with asyncio.timeout(CLOSING):
                    await self.browser.close()


def _cause(error: BaseException) -> str:
    """Why a browser did not start: its own message `FATAL`, if there is one; else the first line of the error."""
    word = re.search(r"FATAL:[^\]]*\] *(.+)", str(error))
    return word[1][:DETAIL_CHARACTERS] if word else visit.first_line(error)


def _readable(response: Response) -> bool:
    """Whether a browser can open this response as a page."""
    if not (response.headers.get("Content-Type") or b"").lower().startswith(HTML):
        return False
    try:
        visit.show_response(response)
    except ValueError:
        return False
    return True
