"""Whether a crawl's memory stays flat: one site, thousands of pages without a pause, and what its process holds.

The site is on loopback and its pages are small, so that what grows is what the crawl keeps of each page. The measure is
the resident size of the child that crawls, from its first thousand pages to its last.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import psutil

from bench import fresh
from pipelines import crawl
from pipelines.model import Source, Tally

RUN = "2026-11-22T0200"
FIRST = 1_000
PAGES = 5_000
# A feed may name this many; beyond, the site has several.
IN_A_FEED = 5_000
MOST = 30.0
EVERY = 0.25
BUDGET = 1_800.0


@dataclass
class Site:
    """A site of so many pages on loopback, and how many of them were asked for."""

    pages: int
    asked: int = 0


def main(pages: int = PAGES) -> int:
    """Crawl so many pages, print what the crawl's process held on the way; 1 where it grew by 30 MB or more."""
    site = Site(pages)
    looks: list[tuple[int, float]] = []
    with _serving(site) as address, fresh.installation(host_map=f"pages.test={address}") as settings:
        began = time.monotonic()
        with ThreadPoolExecutor(max_workers=1) as pool:
            crawled = pool.submit(crawl.crawl, settings, [_source(site)], RUN, budget=BUDGET)
            looks = list(_looks(site, crawled))
            (tally,) = crawled.result()
        seconds = time.monotonic() - began
    return _report(site, tally, looks, seconds)


def _report(site: Site, tally: Tally, looks: list[tuple[int, float]], seconds: float) -> int:
    fetched = tally.counts.get("fetched", 0)
    if tally.state != "done" or fetched != site.pages:
        print(f"crawl did not come to its end: {tally}")
        return 1
    start = _at(looks, FIRST)
    for wanted in sorted({FIRST, site.pages // 2, site.pages}):
        print(f"crawl memory: {_at(looks, wanted):.0f} MB at {wanted:,} pages")
    most = max(size for count, size in looks if count >= FIRST)
    grown = most - start
    print(
        f"crawl memory grew by {grown:.1f} MB from {FIRST:,} to {fetched:,} pages to {most:.0f} (limit: by {MOST:.0f})"
    )
    print(f"crawl took {seconds:.0f} s, {fetched / seconds:.0f} pages a second, ledger and raw store included")
    return int(grown >= MOST)


def _answer(site: Site, path: str) -> bytes:
    """The body of a page or feed."""
    kind, _, number = path.rpartition("/")
    if kind.endswith("/feed"):
        last = min(int(number) + IN_A_FEED, site.pages)
        links = (f"<item><link>http://pages.test/news/{n}</link></item>" for n in range(int(number), last))
        return f"<rss version='2.0'><channel>{''.join(links)}</channel></rss>".encode()
    site.asked += 1
    text = f"<p>Page {number} tells how many boats came in on day {number}, and who was on them.</p>" * 40
    return f"<html><head><title>Boats of day {number}</title></head><body>{text}</body></html>".encode()


def _at(looks: list[tuple[int, float]], count: int) -> float:
    """Megabytes at the last look when no more than so many pages had been asked for."""
    return [size for known, size in looks if known <= count][-1]


def _looks(site: Site, crawled: Future[Any]) -> Iterator[tuple[int, float]]:
    """Pages asked for so far and megabytes of the crawl's process, again and again until the crawl is over."""
    while not crawled.done():
        for child in psutil.Process().children():
            try:
                if "spiders" in child.cmdline():
                    yield site.asked, child.memory_info().rss / 1e6
            except psutil.NoSuchProcess:
                continue
        time.sleep(EVERY)


def _source(site: Site) -> Source:
    feeds = tuple(f"http://pages.test/feed/{start}" for start in range(0, site.pages, IN_A_FEED))
    return Source(
        name="pages", title="Pages", url="http://pages.test/", country="GB", language="en", timezone="Europe/London",
        feeds=feeds, delay=0.0, max_pages=site.pages,
    )  # fmt: skip


@contextmanager
def _serving(site: Site) -> Iterator[str]:
    """The address of a server that answers for the site while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            found = not self.path.endswith("/robots.txt")
            body = _answer(site, self.path) if found else b""
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "text/xml" if "/feed/" in self.path else "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
