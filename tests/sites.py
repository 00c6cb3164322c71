"""Sites for the crawl's tests: one HTTP server on loopback that answers for every `*.test` host, like a proxy does."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from pipelines.model import Source
from pipelines.settings import Settings

RUN = "2026-11-22T0200"
NEXT = "2026-11-23T0200"
Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Sites:
    """What the server answers, by URL, and what it was asked: (seconds, URL, headers)."""

    address: str
    pages: dict[str, Answer] = field(default_factory=dict)
    hits: list[tuple[float, str, dict[str, str]]] = field(default_factory=list)
    hit: threading.Condition = field(default_factory=threading.Condition)

    def asked(self, part: str = "") -> list[str]:
        """The URLs asked for, robots.txt left out."""
        return [url for _, url, _ in self.hits if part in url and not url.endswith("/robots.txt")]

    def wait_for(self, count: int, part: str = "", seconds: float = 30) -> None:
        """Return when so many requests came."""
        with self.hit:
            assert self.hit.wait_for(lambda: len(self.asked(part)) >= count, seconds), self.asked()


@contextmanager
def sites() -> Iterator[Sites]:
    """A running server; what it does not know is a 404, and robots.txt too."""
    made: list[Sites] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            url = self.path if "://" in self.path else f"http://{self.headers['Host']}{self.path}"
            with made[0].hit:
                made[0].hits.append((time.monotonic(), url, dict(self.headers)))
                made[0].hit.notify_all()
            try:
                made[0].pages.get(url, answer(404, b"not here"))(self)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made.append(Sites(f"127.0.0.1:{server.server_port}"))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield made[0]
    finally:
        server.shutdown()
        server.server_close()


def answer(status: int, body: bytes, kind: str = "text/html", **headers: str) -> Answer:
    """An answer of fixed bytes; header names with underscores for hyphens."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return send


def page(title: str) -> Answer:
    """An article, sent gzipped."""
    body = f"<html><head><title>{title}</title></head><body><p>{title} قال الوزير</p></body></html>".encode()
    return answer(200, gzip.compress(body), "text/html; charset=utf-8", Content_Encoding="gzip")


def feed(*urls: str) -> bytes:
    """An RSS feed of these URLs."""
    items = "".join(f"<item><title>{url}</title><link>{url}</link></item>" for url in urls)
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>'.encode()


def site(at: Sites, host: str, articles: int, **fields: Any) -> Source:
    """A site with a feed of so many articles, and the source that follows it."""
    urls = [f"http://{host}/news/{n}" for n in range(1, articles + 1)]
    at.pages[f"http://{host}/feed"] = answer(200, feed(*urls), "application/rss+xml")
    at.pages.update({url: page(url) for url in urls})
    return source(host, **fields)


def source(host: str, **fields: Any) -> Source:
    """A source of this host that reads its /feed."""
    known: dict[str, Any] = {
        "name": host.partition(".")[0],
        "title": host,
        "url": f"http://{host}/",
        "country": "IQ",
        "language": "ar",
        "timezone": "Asia/Baghdad",
        "feeds": (f"http://{host}/feed",),
        "delay": 0.1,
    }
    return Source(**{**known, **fields})


def mapped(settings: Settings, at: Sites, hosts: Sequence[str] = ("*.test",)) -> Settings:
    """Settings that send these hosts to the server."""
    return settings.model_copy(update={"host_map": ",".join(f"{host}={at.address}" for host in hosts)})
