"""Any number of news sites behind one loopback address, in a process of its own: what bench.many has crawled.

It answers by host name, s0.many.test and so on. Each page has a text of its own, made up when it is asked for. A feed
names the pages of the newest two nights; a line on standard input begins the next night, and its end ends the process.
Given at start are how many new pages a site has each night; printed is one JSON line, its address.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from bench import crawl_site

DOMAIN = "many.test"
# Pages of one site in one night. Chosen: so the number of a page tells its night.
NIGHT = 1_000
# An article of about 900 words.
PARAGRAPHS = 8
CLOSED_BY = (asyncio.IncompleteReadError, ConnectionError)


class ManySites:
    """The sites while they are served: where, and how their next night begins."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin and process.stdout
        self.pid = process.pid
        self.stdin = process.stdin
        self.address: str = json.loads(process.stdout.readline())

    def begin_night(self) -> None:
        """From now on each site has new pages."""
        self.stdin.write("\n")
        self.stdin.flush()


@contextmanager
def serving(pages: int) -> Iterator[ManySites]:
    """The sites while the block runs, each with so many new pages a night; no night has begun yet."""
    command = [sys.executable, "-m", "bench.many_site", str(pages)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        sites = ManySites(server)
        try:
            yield sites
        finally:
            sites.stdin.close()


def main(pages: int) -> None:
    """Serve until standard input ends."""
    asyncio.run(_serve(pages))


async def _serve(pages: int) -> None:
    nights: list[datetime] = []

    def begin_nights() -> None:
        for _ in sys.stdin:
            nights.append(datetime.now(UTC))

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                writer.write(_respond(head.decode(), pages, nights))
                await writer.drain()
        except CLOSED_BY:
            return
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=4096)
    print(json.dumps("{}:{}".format(*server.sockets[0].getsockname()[:2])), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, begin_nights)


def _respond(head: str, pages: int, nights: list[datetime]) -> bytes:
    """The answer of the host that is asked, directly or as a proxy would be."""
    target = head.split(" ", 2)[1]
    path = "/" + target.split("/", 3)[3] if target.startswith("http://") else target
    host = next(line[5:].strip() for line in head.split("\r\n") if line.lower().startswith("host:"))
    kind, _, number = path.strip("/").partition("/")
    tag = f'"{kind}-{number or len(nights)}"'
    status, body, media = "404 Not Found", b"There is nothing here.", "text/plain"
    if f"if-none-match: {tag}".lower() in head.lower():
        return f"HTTP/1.1 304 Not Modified\r\nETag: {tag}\r\n\r\n".encode()
    if kind == "news":
        site = int(host.partition(".")[0].removeprefix("s"))
        status, media = "200 OK", "text/html; charset=utf-8"
        body = crawl_site.html(site * NIGHT * NIGHT + int(number), PARAGRAPHS)
    elif kind == "feed":
        status, body, media = "200 OK", _feed(host, pages, nights), "application/rss+xml"
    packed = gzip.compress(body, 6)
    lines = f"HTTP/1.1 {status}\r\nContent-Type: {media}\r\nContent-Encoding: gzip\r\nETag: {tag}\r\n"
    return f"{lines}Content-Length: {len(packed)}\r\n\r\n".encode() + packed


def _feed(host: str, pages: int, nights: list[datetime]) -> bytes:
    """What is new tonight and what was last night, newest first."""
    items = [
        f"<item><title>Story {night}.{page} of {host}</title><link>http://{host}/news/{night * NIGHT + page}</link>"
        f"<pubDate>{format_datetime(nights[night] - timedelta(minutes=1 + page))}</pubDate></item>"
        for night in range(len(nights) - 1, max(len(nights) - 3, -1), -1)
        for page in range(pages)
    ]
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{"".join(items)}</channel></rss>'.encode()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
