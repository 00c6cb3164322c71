"""One page in a browser: what the page gets, what it may ask for, and when it is quiet.

The page gets the document and what its scripts ask for. The crawl's own downloader fetches all of it, and nothing else
is answered. spiders.browser uses this module, and knows how pages are opened and closed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import CDPSession, Error, Page, Route
from scrapy.http import Request, Response

from pipelines import encodings
from spiders.pacing import NotNow
from spiders.policy import MAX_RECEIVED_BYTES

# At most this many characters of an error's text are kept. Chosen: they fit in two lines, and the log has the whole
# text.
DETAIL_CHARACTERS = 300
# At most this many characters of an address are kept. Chosen: they fit in one line.
URL_CHARACTERS = 200
# At most this many refused requests are kept with a page. Chosen: they are enough to show what the page asks for.
REFUSED_SHOWN = 20

# A page is quiet after this many seconds without requests and answers, if its scripts had time to run.
QUIET = 0.5
# At most this many requests are sent for one page.
MOST_REQUESTS = 60
# After this many requests of a page its visit ends, and it is read as it stands then. Chosen: a page with more requests
# repeats itself.
MAX_ASKED = 400
# One page may load at most this many bytes. Chosen: scripts of a site are a few megabytes.
MAX_BYTES = 20 * 1024 * 1024
# At most this many bytes of scripts are kept for the next pages: of a source with a login, and of all other sources
# together. Chosen: the scripts are held in memory.
KEPT_SCRIPT_BYTES = 16 * 1024 * 1024
# At most this many requests of one page are under way at the same time. Chosen: this is fewer than the six of a
# browser.
REQUESTS_AT_ONCE = 4
LOADED = {"script", "xhr", "fetch"}
# NOT_SENT: headers of a page's request that are not passed on, because they belong to the crawl or the connection.
# NOT_SHOWN: headers of an answer that the browser does not get, because they belong to the connection, or the browser
# would keep them from one page to the next.
NOT_SENT = {"user-agent", "cookie", "referer", "accept-encoding", "host", "connection", "upgrade-insecure-requests"}
NOT_SHOWN = {"content-encoding", "content-length", "transfer-encoding", "connection", "set-cookie", "alt-svc"}
TURN = "() => new Promise(done => setTimeout(() => done(document.readyState), 100))"

# The answer to a page's request: status, headers and body.
Shown = dict[str, Any]
Fetch = Callable[[Request], Awaitable[Response]]

log = logging.getLogger(__name__)


@dataclass
class Visit:
    """One page: its document, the function that fetches for it, its deadline (monotonic seconds), and its result.

    scripts: the scripts that came for any page of this crawl, by URL.
    later: why the page has to be tried another time.
    instead: an answer 429 of the page's own host to something that the page requested; it counts as the answer for the
    page.
    """

    document: Response
    fetch: Fetch
    scripts: dict[str, Shown]
    until: float
    opened: bool = False
    session: CDPSession | None = None
    ended: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(REQUESTS_AT_ONCE))
    waiting: int = 0
    heard_at: float = field(default_factory=monotonic)
    asked: int = 0
    requests: int = 0
    bytes: int = 0
    refused: list[str] = field(default_factory=list)
    unfinished: bool = False
    later: NotNow | None = None
    instead: Response | None = None

    async def begin(self, page: Page, _: Request) -> None:
        """Take over everything that the page asks for."""
        self.session = await page.context.new_cdp_session(page)
        page.on("popup", _close)
        await page.route("**/*", self.answer)

    async def settle(self, page: Page) -> None:
        """Return when the page is quiet or its time is up, and stop its scripts. The page as it stands then is kept."""
        assert self.session
        quiet = asyncio.ensure_future(self._quiet(page))
        try:
            await asyncio.wait(
                [quiet, self.ended], timeout=self.until - monotonic(), return_when=asyncio.FIRST_COMPLETED
            )
            self.unfinished = not quiet.done()
        finally:
            quiet.cancel()
            self.end()
        if not self.unfinished:
            quiet.result()
        # Running scripts would change the page while it is read, or make requests faster than they can be refused.
        await self.session.send("Emulation.setScriptExecutionDisabled", {"value": True})

    def end(self) -> None:
        """Let nothing more through. Further requests of the page fail at once."""
        if not self.ended.done():
            self.ended.set_result(None)

    def facts(self) -> dict[str, Any]:
        """What is kept about the visit beside the page."""
        return {"requests": self.requests, "refused": self.refused[:REFUSED_SHOWN], "unfinished": self.unfinished}

    async def answer(self, route: Route) -> None:
        """Give the page what it asks for, or refuse it."""
        self.waiting += 1
        self.asked += 1
        if self.asked > MAX_ASKED:
            self.end()
        try:
            shown = await self._serve(route)
            if shown:
                await route.fulfill(**shown)
            else:
                await route.abort("blockedbyclient")
        except Error as error:
            # The page has been closed meanwhile.
            log.debug("%s: %s", route.request.url, first_line(error))
        finally:
            self.waiting -= 1
            self.heard_at = monotonic()

    async def _quiet(self, page: Page) -> None:
        """Return when the page is read and quiet. Playwright's own waits never end if a script left the page
        earlier.
        """
        read = False
        while not read or self.waiting or monotonic() - self.heard_at < QUIET:
            read = await page.evaluate(TURN) != "loading"

    async def _serve(self, route: Route) -> Shown | None:
        asked = route.request
        if asked.is_navigation_request():
            if not self.opened:
                self.opened = True
                return show_response(self.document)
            # "No content" leaves the page as it is: scripts cannot lead the reader to another page, and frames stay
            # empty.
            self.refused.append(f"navigation: {asked.url[:URL_CHARACTERS]}")
            return {"status": 204}
        if asked.resource_type == "stylesheet":
            # Nobody sees the page, so it gets an empty style sheet; but scripts wait until the style sheet is there.
            return {"status": 200, "content_type": "text/css", "body": b""}
        if asked.resource_type not in LOADED or self.ended.done():
            return None
        if asked.url in self.scripts:
            return self.scripts[asked.url]
        fetching: asyncio.Future[Any] = asyncio.ensure_future(self._fetch(asked.method, asked.url, asked.headers))
        await asyncio.wait([fetching, self.ended], return_when=asyncio.FIRST_COMPLETED)
        if not fetching.done():
            return None
        found: Shown | None = fetching.result()
        if found and found["status"] == 200 and asked.resource_type == "script":
            self._keep(asked.url, found)
        return found

    async def _fetch(self, method: str, url: str, headers: dict[str, str]) -> Shown | None:
        async with self.turn:
            if self.ended.done():
                return None
            why = self._too_much(method)
            if not why:
                self.requests += 1
                kept = {name: value for name, value in headers.items() if _passes(name)}
                try:
                    response = await self.fetch(Request(url, headers=kept, meta={"max_retry_times": 0}))
                    if response.status == 429 and host(response) == host(self.document):
                        self.instead = response
                        self.end()
                        return None
                    found = show_response(response)
                    self.bytes += len(found["body"])
                    return found
                except NotNow as later:
                    # Without the answer to this request the page would show something else.
                    self.later = later
                    self.end()
                    return None
                except Exception as error:  # noqa: BLE001 -- whatever keeps a script from its data, the page goes on
                    why = first_line(error)
        self.refused.append(f"{why}: {url[:URL_CHARACTERS]}")
        return None

    def _keep(self, url: str, found: Shown) -> None:
        """Keep a script for later pages, which usually ask for it again. A reader's browser would keep it too."""
        if sum(len(kept["body"]) for kept in self.scripts.values()) + len(found["body"]) <= KEPT_SCRIPT_BYTES:
            self.scripts[url] = found

    def _too_much(self, method: str) -> str:
        if method != "GET":
            return f"method {method}"
        if self.requests >= MOST_REQUESTS:
            return f"more than {MOST_REQUESTS} requests"
        return f"more than {MAX_BYTES} bytes" if self.bytes >= MAX_BYTES else ""


def show_response(response: Response) -> Shown:
    """A response as the browser gets it: decoded, without headers that the browser would keep; ValueError if it cannot
    be decoded.
    """
    names = b",".join(response.headers.getlist("Content-Encoding")).decode("latin-1")
    headers = {
        lower(name): b", ".join(values).decode("latin-1")
        for name, values in response.headers.items()
        if lower(name) not in NOT_SHOWN
    }
    return {
        "status": response.status,
        "headers": headers,
        "body": encodings.decode(response.body, names, MAX_RECEIVED_BYTES),
    }


def host(response: Response) -> str:
    """The host a response came from."""
    return urlsplit(response.url).hostname or ""


def lower(name: bytes) -> str:
    """A header's name in lower case, as NOT_SENT and NOT_SHOWN have it."""
    return name.decode("latin-1").lower()


def first_line(error: BaseException) -> str:
    """The first line of an error, short enough for the ledger."""
    return (str(error).strip() or type(error).__name__).splitlines()[0][:DETAIL_CHARACTERS]


async def _close(page: Page) -> None:
    with suppress(Error):
        await page.close()


def _passes(name: str) -> bool:
    return name.lower() not in NOT_SENT and not name.lower().startswith(("sec-", ":"))
