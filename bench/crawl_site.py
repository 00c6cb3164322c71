"""A small static site on many loopback addresses, in a process of its own: what bench.crawl has fetched.

Every address is a host, so that each client keeps connections per host as it would out there. All have the same pages,
made up when the process starts and about as large as news pages are. Given at start are how many hosts, pages of
each and paragraphs; printed is one JSON line: its hosts and the sizes of a page. It ends with its standard input.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

LETTERS = ("a e i o u", "b d f g h k l m n p r s t v z")
WORDS = 3_000
PARAGRAPHS = 97
# One that the crawl lets through: in a network of its own that is allowed, only the usual ports of the web are open.
PORT = 8080
LINK = '<li class="menu-item menu-item-type-taxonomy"><a href="/topic/{0}" title="All about {0}">{0}</a></li>\n'
CARD = (
    '<div class="card card--small"><a class="card__link" href="/news/{1}/{0}"><picture class="card__picture"><source '
    'type="image/webp" srcset="/images/{1}/320.webp 320w, /images/{1}/640.webp 640w"><img loading="lazy" '
    'src="/images/{1}/320.jpg" alt="{0}" width="320" height="180"></picture><span class="card__title">{0} {2}</span>'
    "</a></div>\n"
)
CLOSED_BY = (asyncio.IncompleteReadError, ConnectionError)


@dataclass(frozen=True)
class CrawlSite:
    """What is served: its hosts as `address:port`, and the sizes of one page in bytes."""

    hosts: list[str]
    size: int
    sent: int


@contextmanager
def serving(hosts: int, pages: int, paragraphs: int = PARAGRAPHS) -> Iterator[CrawlSite]:
    """So many hosts while the block runs: /feed/N names their first N of so many pages, /news/N are those.

    paragraphs: how long a text is; the usual many make a page as large as news pages are without their scripts.
    """
    command = [sys.executable, "-m", "bench.crawl_site", str(hosts), str(pages), str(paragraphs)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin and server.stdout
        try:
            facts = json.loads(server.stdout.readline())
            yield CrawlSite(**{field.name: facts[field.name] for field in fields(CrawlSite)})
        finally:
            server.stdin.close()


def html(number: int, paragraphs: int) -> bytes:
    """The page of this number."""
    drawn = random.Random(number)
    known = _words()
    menu = "".join(LINK.format(word) for word in known[:60])
    cards = "".join(CARD.format(drawn.choice(known), drawn.randrange(10**6), drawn.choice(known)) for _ in range(48))
    text = "".join(f"<p>{' '.join(drawn.choices(known, k=110)).capitalize()}.</p>\n" for _ in range(paragraphs))
    title = " ".join(drawn.choices(known, k=7)).capitalize()
    head = f'<meta charset="utf-8"><title>{title}</title><meta name="description" content="{title}">'
    return (
        f'<!doctype html><html lang="en"><head>{head}</head><body><nav><ul>{menu}</ul></nav>'
        f"<article><h1>{title}</h1>{text}</article><aside>{cards}</aside></body></html>"
    ).encode()


def main(hosts: int, pages: int, paragraphs: int) -> None:
    """Serve until standard input ends."""
    asyncio.run(_serve(hosts, pages, paragraphs))


async def _serve(hosts: int, pages: int, paragraphs: int) -> None:
    plain = [html(number, paragraphs) for number in range(pages)]
    sent = [gzip.compress(page, 6) for page in plain]
    answer = _answering(sent)
    # By process, so that two of them have addresses apart.
    own = 2 + os.getpid() % 250
    places = [f"127.{own}.{10 + number // 200}.{1 + number % 200}" for number in range(hosts)]
    servers = [await asyncio.start_server(answer, place, PORT) for place in places]
    names = ["{}:{}".format(*server.sockets[0].getsockname()[:2]) for server in servers]
    sizes = {"size": sum(map(len, plain)) // pages, "sent": sum(map(len, sent)) // pages}
    print(json.dumps({"hosts": names, **sizes}), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


def _answering(pages: list[bytes]) -> Any:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host = "{}:{}".format(*writer.get_extra_info("sockname")[:2])
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                writer.write(_response(head, host, pages))
                await writer.drain()
        except CLOSED_BY:
            return
        finally:
            writer.close()

    return answer


def _response(head: bytes, host: str, pages: list[bytes]) -> bytes:
    path = head.split(b" ", 2)[1].decode()
    kind, _, number = path.strip("/").partition("/")
    tag = f'"{kind}-{number}"'
    status, body, media = "404 Not Found", gzip.compress(b"There is nothing here."), "text/plain"
    if f"If-None-Match: {tag}".encode().lower() in head.lower():
        return f"HTTP/1.1 304 Not Modified\r\nETag: {tag}\r\n\r\n".encode()
    if kind == "news":
        status, body, media = "200 OK", pages[int(number)], "text/html; charset=utf-8"
    elif kind == "feed":
        status, body, media = "200 OK", gzip.compress(_feed(host, int(number))), "application/rss+xml"
    lines = f"HTTP/1.1 {status}\r\nContent-Type: {media}\r\nContent-Encoding: gzip\r\nETag: {tag}\r\n"
    return f"{lines}Content-Length: {len(body)}\r\n\r\n".encode() + body


def _feed(host: str, count: int) -> bytes:
    items = (f"<item><title>Story {n}</title><link>http://{host}/news/{n}</link></item>" for n in range(count))
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{"".join(items)}</channel></rss>'.encode()


@cache
def _words() -> list[str]:
    drawn = random.Random(1)
    vowels, consonants = (letters.split() for letters in LETTERS)
    return [
        "".join(drawn.choice(consonants) + drawn.choice(vowels) for _ in range(drawn.randint(1, 4)))
        for _ in range(WORDS)
    ]


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
