"""Whether a crawl's memory stays flat: ten sites, thousands of pages without a pause, and what its process holds.

The sites are on loopback and their pages are small, so that what grows is what the crawl keeps of each page. The
measure is the resident size of the child that crawls, from its first thousand pages to its last.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import psutil

from bench import fresh
from pipelines.crawl import stage as crawl
from pipelines.model import Source, Tally

RUN = "2026-11-22T0200"
FIRST = 1_000
PAGES = 5_000
# One host is asked one thing at a time: ten fill the process.
HOSTS = 10
# A feed may name this many; beyond, a site has several.
IN_A_FEED = 5_000
MOST = 30.0
EVERY = 0.25
BUDGET = 3_000.0


@dataclass
class MemorySite:
    """What is served on loopback: so many pages of each site, and how many were asked for in all."""

    pages: int
    asked: int = 0


def main(pages: int = PAGES) -> int:
    """Crawl so many pages, print what the crawl's process held on the way; 1 where it grew by 30 MB or more."""
    site = MemorySite(pages // HOSTS)
    looks: list[tuple[int, float]] = []
    sources = [_source(number, site.pages) for number in range(HOSTS)]
    with _serving(site) as address, fresh.installation(_map_address(address)) as settings:
        began = time.monotonic()
        with ThreadPoolExecutor(max_workers=1) as pool:
            crawled = pool.submit(crawl.crawl, settings, sources, RUN, budget=BUDGET)
            looks = list(_looks(site, crawled))
            tallies = crawled.result()
        seconds = time.monotonic() - began
    return _report(site.pages * HOSTS, tallies, looks, seconds)


def _report(pages: int, tallies: Sequence[Tally], looks: list[tuple[int, float]], seconds: float) -> int:
    fetched = sum(tally.counts.get("fetched", 0) for tally in tallies)
    stopped = [tally for tally in tallies if tally.state != "done"]
    if stopped or fetched != pages:
        print(f"crawl did not come to its end: {fetched:,} of {pages:,} pages; {stopped[:1]}")
        return 1
    start = _at(looks, FIRST)
    for wanted in sorted({FIRST, pages // 2, pages}):
        print(f"crawl memory: {_at(looks, wanted):.0f} MB at {wanted:,} pages")
    most = max(size for count, size in looks if count >= FIRST)
    grown = most - start
    print(
        f"crawl memory grew by {grown:.1f} MB from {FIRST:,} to {fetched:,} pages to {most:.0f} (limit: by {MOST:.0f})"
    )
    print(f"crawl took {seconds:.0f} s, {fetched / seconds:.0f} pages a second, ledger and raw store included")
    return int(grown >= MOST)


def _answer(site: MemorySite, host: str, path: str) -> bytes:
    """The body of a page or feed."""
    kind, _, number = path.rpartition("/")
    if kind.endswith("/feed"):
        last = min(int(number) + IN_A_FEED, site.pages)
        links = (f"<item><link>http://{host}/news/{n}</link></item>" for n in range(int(number), last))
        return f"<rss version='2.0'><channel>{''.join(links)}</channel></rss>".encode()
    site.asked += 1
    text = f"<p>Page {number} tells how many boats came in on day {number}, and who was on them.</p>" * 40
    return f"<html><head><title>Boats of day {number}</title></head><body>{text}</body></html>".encode()


def _at(looks: list[tuple[int, float]], count: int) -> float:
    """Megabytes at the last look when no more than so many pages had been asked for."""
    return [size for known, size in looks if known <= count][-1]


def _looks(site: MemorySite, crawled: Future[Any]) -> Iterator[tuple[int, float]]:
    """Pages asked for so far and megabytes of the crawl's process, again and again until the crawl is over."""
    while not crawled.done():
        for child in psutil.Process().children():
            try:
                if "spiders" in child.cmdline():
                    yield site.asked, child.memory_info().rss / 1e6
            except psutil.NoSuchProcess:
                continue
        time.sleep(EVERY)


def _source(number: int, pages: int) -> Source:
    site = f"http://pages{number}.test"
    return Source(
        name=f"pages{number}", title="Pages", url=f"{site}/", country="GB", language="en", timezone="Europe/London",
        feeds=tuple(f"{site}/feed/{start}" for start in range(0, pages, IN_A_FEED)), delay=0.0, max_pages=pages,
    )  # fmt: skip


def _map_address(address: str) -> str:
    return ",".join(f"pages{number}.test={address}" for number in range(HOSTS))


@contextmanager
def _serving(site: MemorySite) -> Iterator[str]:
    """The address of a server that answers for the site while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            found = not self.path.endswith("/robots.txt")
            body = _answer(site, self.headers["Host"], self.path) if found else b""
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
