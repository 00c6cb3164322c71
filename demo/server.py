"""The HTTP server under the newsroom and the replay: a forward proxy that is its own origin, answering by host name.

It alone knows how to misbehave on the wire, how conditional requests are answered, and the form of the access log.
"""

from __future__ import annotations

import gzip
import json
import sys
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

from demo.sites import SiteFault
from pipelines import private

ACCESS_LOG = "access.jsonl"
IDLE_SECONDS = 60
CHUNK = 64 * 1024
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Request:
    """What was asked: host in lower case without port, target as sent (path with query), headers in lower case."""

    host: str
    target: str
    headers: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class SiteAnswer:
    """What is answered: body is not yet content-encoded; fault is what goes wrong on the way."""

    status: int
    content_type: str
    body: bytes
    changed_at: datetime | None = None
    gzip: bool = True
    fault: SiteFault | None = None
    headers: tuple[tuple[str, str], ...] = field(default=())


@contextmanager
def serve_in_thread(
    answer: Callable[[Request], SiteAnswer], log: Path, port: int = 0, host: str = "127.0.0.1"
) -> Iterator[str]:
    """Serve from a thread of this process while the block runs; yields `HOST:PORT`."""
    private.folder(log.parent)
    lock = threading.Lock()
    under: Counter[str] = Counter()

    def count(host: str, more: int) -> int:
        with lock:
            under[host] += more
            return under[host]

    with private.open_private(log, "a", encoding="utf-8") as handle:

        def write(line: dict[str, Any]) -> None:
            with lock:
                if not handle.closed:
                    handle.write(json.dumps(line, ensure_ascii=False) + "\n")
                    handle.flush()

        server = _Server(
            (host, port),
            type(
                "Handler",
                (_Handler,),
                {"answer": staticmethod(answer), "note": staticmethod(write), "count": staticmethod(count)},
            ),
        )
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield f"{host}:{server.server_address[1]}"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def accesses(folder: Path) -> list[dict[str, Any]]:
    """The access log of a folder so far, a line a request as it ended.

    time and done are epoch seconds; at_once: how many requests its host was answering when it began, itself counted.
    """
    path = folder / ACCESS_LOG
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.endswith("}")]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up in the middle is no news; anything else is printed as usual."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # The last byte of an answer is sent by itself, and would wait for the client to confirm the others.
    disable_nagle_algorithm = True
    server_version = "nginx"
    sys_version = ""
    timeout = IDLE_SECONDS
    answer: Callable[[Request], SiteAnswer]
    note: Callable[[dict[str, Any]], None]
    count: Callable[[str, int], int]
    _sent = 0
    _status = 0
    _host = ""

    def do_GET(self) -> None:
        began = time.time()
        request = self._request()
        self._sent, self._status = 0, 0
        at_once = self.count(request.host, 1)
        self._host = request.host
        try:
            self._respond(request, self.answer(request))
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        finally:
            self._count_answered()
            conditional = "if-none-match" in request.headers or "if-modified-since" in request.headers
            self.note(
                {
                    "time": round(began, 4),
                    "done": round(time.time(), 4),
                    "host": request.host,
                    "path": request.target,
                    "method": self.command,
                    "status": self._status,
                    "bytes": self._sent,
                    "user_agent": request.headers.get("user-agent", ""),
                    "conditional": conditional,
                    "at_once": at_once,
                }
            )

    do_HEAD = do_GET

    def _count_answered(self) -> None:
        """Count the request as answered, once. A client that has the whole answer may ask again before this thread runs
        again, so this is done before the last byte is sent."""
        if self._host:
            self.count(self._host, -1)
            self._host = ""

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on stderr: the access log is a file."""

    def _request(self) -> Request:
        parts = urlsplit(self.path) if "://" in self.path[:12] else None
        host = parts.netloc if parts else self.headers.get("Host", "")
        target = self.path[len(f"{parts.scheme}://{parts.netloc}") :] if parts else self.path
        headers = {name.lower(): value for name, value in self.headers.items()}
        target = target if target.startswith("/") else "/" + target
        return Request(
            host=host.rsplit(":", 1)[0].lower() if host[-1:].isdigit() else host.lower(), target=target, headers=headers
        )

    def _respond(self, request: Request, answer: SiteAnswer) -> None:
        fault = answer.fault
        if fault is not None and fault.kind == "delay":
            time.sleep(float(fault.value or 1))
            fault = None
        if fault is not None:
            self._misbehave(fault, request, answer)
            return
        tag = f'"{sha256(answer.body).hexdigest()[:24]}"'
        headers = [("Content-Type", answer.content_type), *answer.headers]
        if answer.status == HTTPStatus.OK and answer.changed_at is not None:
            changed = answer.changed_at.astimezone(UTC).replace(microsecond=0)
            headers += [("ETag", tag), ("Last-Modified", format_datetime(changed, usegmt=True))]
            if _is_unchanged(request, tag, changed):
                self._send(304, headers, b"")
                return
        body = answer.body
        if answer.gzip and "gzip" in request.headers.get("accept-encoding", ""):
            body = gzip.compress(body, 6, mtime=0)
            headers += [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")]
        self._send(answer.status, headers, body)

    def _misbehave(self, fault: SiteFault, request: Request, answer: SiteAnswer) -> None:
        typed = [("Content-Type", answer.content_type)]
        if fault.kind == "drop":
            self.close_connection = True
        elif fault.kind == "status":
            status, *wait = fault.value.split()
            retry = [("Retry-After", wait[0])] if wait else []
            said = HTTPStatus(int(status)).phrase
            page = f"<html><head><title>{status} {said}</title></head><body><h1>{said}</h1></body></html>"
            self._send(int(status), [("Content-Type", "text/html"), *retry], page.encode())
        elif fault.kind == "truncate":
            self._send(answer.status, typed, answer.body[: len(answer.body) // 2], length=len(answer.body))
        elif fault.kind in ("endless", "drip"):
            self._pour(typed, answer.body, slowly=fault.kind == "drip", seconds=float(fault.value or 3600))
        elif fault.kind == "bomb":
            bomb = _bomb(int(fault.value or 100))
            self._send(200, [*typed, ("Content-Encoding", "gzip")], bomb)
        elif fault.kind == "loop":
            self._send(302, [*typed, ("Location", f"http://{request.host}{request.target}")], b"")
        elif fault.kind == "redirect":
            self._send(301, [*typed, ("Location", fault.value)], b"")
        elif fault.kind == "charset":
            kind = answer.content_type.split(";")[0]
            self._send(answer.status, [("Content-Type", f"{kind}; charset={fault.value}")], answer.body)
        elif fault.kind == "garbage":
            self._send(200, typed, Random(request.target).randbytes(2048))
        elif fault.kind == "badgzip":
            self._send(200, [*typed, ("Content-Encoding", "gzip")], answer.body)
        else:
            raise ValueError(f"there is no fault of the kind {fault.kind!r}")

    def _send(self, status: int, headers: list[tuple[str, str]], body: bytes, length: int | None = None) -> None:
        self._status = status
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(body) if length is None else length))
        if length is not None:
            self.send_header("Connection", "close")
            self.close_connection = True
        if self.command == "HEAD" or not body:
            self._count_answered()
            self.end_headers()
            return
        self.end_headers()
        self.wfile.write(body[:-1])
        self._count_answered()
        self.wfile.write(body[-1:])
        self._sent = len(body)

    def _pour(self, headers: list[tuple[str, str]], body: bytes, *, slowly: bool, seconds: float) -> None:
        """Send without an end: chunk after chunk, or one byte a second."""
        self._status = 200
        self.send_response(200)
        for name, value in [*headers, ("Connection", "close")]:
            self.send_header(name, value)
        self.end_headers()
        self.close_connection = True
        self.wfile.write(body)
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            piece = b"." if slowly else b"<p>more</p>\n" * (CHUNK // 12)
            self.wfile.write(piece)
            self._sent += len(piece)
            if slowly:
                time.sleep(1)


def _is_unchanged(request: Request, tag: str, changed: datetime) -> bool:
    named = request.headers.get("if-none-match")
    if named is not None:
        return named.strip() == "*" or tag in [each.strip().removeprefix("W/") for each in named.split(",")]
    since = request.headers.get("if-modified-since")
    if since is None:
        return False
    try:
        return parsedate_to_datetime(since) >= changed
    except (TypeError, ValueError):
        return False


def _bomb(megabytes: int) -> bytes:
    squeeze = zlib.compressobj(9, wbits=31)
    return b"".join(squeeze.compress(bytes(MEGABYTE)) for _ in range(megabytes)) + squeeze.flush()
